import type { Network } from '../network/network.ts';
import type { Located } from '../parse/located.ts';
import { readSnapshot } from '../parse/snapshot.ts';
import { whatIf } from '../parse/what-if/what-if.ts';
import { errorsIn, printLocated } from '../report/located.ts';
import { type Io, paintFor, wantsColour } from './io.ts';
import type { Options } from './program.ts';

/** What a command was given, read. */
export interface Loaded {
  /** Absent if there is an error. */
  readonly network?: Network;
  /** The network to look names up in: there even if a what-if could not be read. */
  readonly names?: Network;
  readonly located: readonly Located[];
}

/** Reads the snapshot and carries the what-ifs out on it. */
export async function load(folder: string, { changes }: Pick<Options, 'changes'>): Promise<Loaded> {
  const { value, located } = await readSnapshot(folder);
  if (value === undefined) return { located };
  const changed = whatIf(changes, value);
  const all = [...located, ...changed.located];
  return changed.value === undefined
    ? { names: value, located: all }
    : { network: changed.value, names: changed.value, located: all };
}

/** Prints errors on stderr; notes too where somebody asked for everything, else how many there are. */
export async function complain(located: readonly Located[], options: Options, io: Io): Promise<void> {
  const paint = await paintFor(wantsColour(options.color, io.errIsTty, io.env));
  const errors = errorsIn(located);
  const notes = located.length - errors.length;
  const shown = options.verbose && errors.length === 0 ? located : errors;
  for (const one of shown) io.err(printLocated(one, paint));
  if (errors.length === 0 && notes > 0 && !options.verbose && io.errIsTty)
    io.err(paint.faint(`${notes} note${notes === 1 ? '' : 's'} on what was read: see \`netqed show\`\n`));
}
