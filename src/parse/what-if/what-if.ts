import { type Edit, edit } from '../../network/edit.ts';
import type { Network } from '../../network/network.ts';
import type { Located, Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { parseDelete } from './delete.ts';
import { parseInsert } from './insert.ts';
import { parseSet } from './set.ts';

/** One what-if as it was written: the option that holds it, and its argument. */
export interface Change {
  readonly option: '--set' | '--delete' | '--insert';
  readonly text: string;
}

const one = (edit: Edit | undefined): readonly Edit[] => (edit === undefined ? [] : [edit]);

const READ: Readonly<Record<Change['option'], (word: Word, network: Network, source: Source) => readonly Edit[]>> = {
  '--set': (...args) => one(parseSet(...args)),
  '--delete': (...args) => one(parseDelete(...args)),
  '--insert': parseInsert,
};

/**
 * Carries changes out from left to right; rule numbers count what is there at that moment. Errors stand in a "file"
 * named as the option, its line the how-manieth of its kind, all of them at once: a change that cannot be read is left
 * out for those behind it.
 */
export function whatIf(changes: readonly Change[], network: Network): Result<Network> {
  const located: Located[] = [];
  let changed = network;
  for (const [i, { option, text }] of changes.entries()) {
    const nth = changes.slice(0, i + 1).filter((one) => one.option === option).length;
    const { value, located: said } = parseChange(option, text, nth, changed);
    located.push(...said);
    changed = (value ?? []).reduce(edit, changed);
  }
  return located.some(({ severity }) => severity === 'error') ? { located } : { value: changed, located };
}

function parseChange(option: Change['option'], text: string, nth: number, network: Network): Result<readonly Edit[]> {
  const line = text.replace(/[\r\n]/g, ' ');
  const source = new Source('\n'.repeat(nth - 1) + line, option);
  const word = { text: line, line: nth, column: 1, length: Math.max(1, line.length) };
  return source.result(READ[option](word, network, source));
}
