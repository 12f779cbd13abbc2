import { FRAME_TABLES, type FrameRules } from '../../network/frame-rules.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';
import type { Dialect, PrintedParts } from './dialect.ts';
import { EBTABLES_OPTIONS } from './ebtables-options.ts';
import { EBTABLES_TARGETS } from './ebtables-targets.ts';
import { readTables } from './save.ts';

export const EBTABLES: Dialect = {
  tool: 'ebtables',
  builtIn: {
    broute: ['BROUTING'],
    nat: ['PREROUTING', 'OUTPUT', 'POSTROUTING'],
    filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  },
  options: EBTABLES_OPTIONS,
  targets: EBTABLES_TARGETS,
  bang: 'behind',
  print: printRule,
};

/** A rule without a target is printed with the one that it has in effect. */
function printRule({ chain, tests, target = 'CONTINUE', arguments: words }: PrintedParts): string {
  return [`-A ${chain}`, ...tests, `-j ${target}`, ...words].join(' ');
}

/**
 * Reads what `ebtables-save` printed (or a file for `ebtables-restore`): tables in the order of a frame's way.
 * @returns every error at once; a test or target that nobody has modelled is an unknown of its rule
 */
export function parseEbtablesSave(text: string, file: string): Result<FrameRules> {
  const source = new Source(text, file);
  const tables = readTables(source, EBTABLES);
  return source.result(
    new Map(
      FRAME_TABLES.flatMap((name) => {
        const chains = tables.get(name);
        return chains === undefined ? [] : [[name, chains] as const];
      }),
    ),
  );
}
