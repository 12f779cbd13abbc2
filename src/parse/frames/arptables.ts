import type { ArpRules } from '../../network/frame-rules.ts';
import type { Result } from '../located.ts';
import { Source } from '../source.ts';
import { ARPTABLES_OPTIONS, ARPTABLES_TARGETS } from './arptables-options.ts';
import type { Dialect, PrintedParts } from './dialect.ts';
import { readTables } from './save.ts';

export const ARPTABLES: Dialect = {
  tool: 'arptables',
  builtIn: { filter: ['INPUT', 'OUTPUT', 'FORWARD'] },
  options: ARPTABLES_OPTIONS,
  targets: ARPTABLES_TARGETS,
  bang: 'before',
  print: printRule,
};

/** arptables has the target before the tests, and none where a rule only counts. */
function printRule({ chain, tests, target, arguments: words }: PrintedParts): string {
  return [`-A ${chain}`, ...(target === undefined ? [] : [`-j ${target}`]), ...tests, ...words].join(' ');
}

/** Reads what `arptables-save` printed: the chains of its one table. @returns every error at once */
export function parseArptablesSave(text: string, file: string): Result<ArpRules> {
  const source = new Source(text, file);
  return source.result(readTables(source, ARPTABLES).get('filter') ?? new Map());
}
