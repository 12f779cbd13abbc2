import { isRefused, type Read } from '../../extension/codec/codec.ts';
import { type MaskedAddress } from '../../network/ruleset.ts';
import type { Word } from '../source.ts';
import type { Command, Draft } from './draft.ts';
import { canonical, type GenericOption } from './generic.ts';
import { readAddresses, readHeaderProtocol, readInterface } from './header.ts';
import { isTarget, loadMatch, loadTarget } from './load.ts';
import type { Cursor } from './read.ts';

interface Taken {
  readonly word: Word;
  readonly option: GenericOption;
  readonly words: readonly Word[];
  readonly inverted: boolean;
}

/** Options that stand once in a rule. */
const SINGLE = new Set([
  'source',
  'destination',
  'protocol',
  'in-interface',
  'out-interface',
  'fragments',
  'jump',
  'goto',
]);

/** Does what an option of iptables itself says. */
export function takeGeneric(draft: Draft, cursor: Cursor, taken: Taken): void {
  const name = canonical(taken.option.name);
  // `-j` and `-g` exclude each other as well
  const key = name === 'goto' ? 'jump' : name;
  if (SINGLE.has(name) && draft.seen.has(key))
    draft.source.error(taken.word, `\`${taken.word.text}\` stands twice`, 'say it once, or write two rules');
  draft.seen.add(key);
  const [word] = taken.words;
  if (name === 'source' || name === 'destination') takeAddresses(draft, name, word as Word, taken.inverted);
  else if (name === 'protocol') takeProtocol(draft, word as Word, taken.inverted);
  else if (name === 'in-interface' || name === 'out-interface')
    takeInterface(draft, name, word as Word, taken.inverted);
  else if (name === 'fragments') takeFragments(draft, taken);
  else if (name === 'match') draft.loaded.push(loadMatch(word as Word, draft.family));
  else if (name === 'jump') takeJump(draft, word as Word);
  else if (name === 'goto') draft.jump = { kind: 'goto', chain: word as Word };
  else if (name === 'table') takeTable(draft, word as Word);
  else if (name === 'ipv4' || name === 'ipv6') draft.only = name === 'ipv4' ? 4 : 6;
  else if (COMMANDS.has(name)) takeCommand(draft, cursor, name, taken);
}

function report<T>(draft: Draft, at: Word, read: Read<T>): T | undefined {
  if (!isRefused(read)) return read.value;
  draft.source.error(at, read.refused, read.advice ?? 'write it as `iptables-save` prints it');
  return undefined;
}

function takeAddresses(draft: Draft, name: 'source' | 'destination', word: Word, inverted: boolean): void {
  const reads = readAddresses(word.text, inverted, draft.family);
  if (inverted && reads.length > 1)
    draft.source.error(
      word,
      'a list of addresses cannot be negated',
      'iptables makes a rule of each: use `-m iprange` or `-m set` to leave out several',
    );
  const list = reads.flatMap((read): MaskedAddress[] => {
    const address = report(draft, word, read);
    return address === undefined ? [] : [address];
  });
  if (name === 'source') draft.sources = list;
  else draft.destinations = list;
}

/** ip6tables.c: there is `-m frag` for that. */
function takeFragments(draft: Draft, { word, inverted }: Taken): void {
  if (draft.family === 6) draft.source.error(word, '`-f` is not for IPv6', 'write `-m frag`');
  else draft.header.fragment = { inverted };
}

function takeProtocol(draft: Draft, word: Word, inverted: boolean): void {
  const protocol = report(draft, word, readHeaderProtocol(word.text, inverted));
  if (protocol !== undefined) draft.header.protocol = protocol;
}

function takeInterface(draft: Draft, name: 'in-interface' | 'out-interface', word: Word, inverted: boolean): void {
  const pattern = report(draft, word, readInterface(word.text, inverted));
  if (pattern === undefined) return;
  if (name === 'in-interface') draft.header.in = pattern;
  else draft.header.out = pattern;
}

/** A chain of that name comes before a target: a user's chain can't have a target's name. */
function takeJump(draft: Draft, word: Word): void {
  if (!draft.chains.has(word.text) && isTarget(word.text, draft.family))
    draft.loaded.push(loadTarget(word, draft.family));
  else draft.jump = { kind: 'jump', chain: word };
}

function takeTable(draft: Draft, word: Word): void {
  if (word.text !== draft.table)
    draft.source.error(
      word,
      `\`-t ${word.text}\` stands in table ${draft.table}`,
      'a dump names its table once, with `*`',
    );
}

const COMMANDS: ReadonlyMap<string, 'chain' | 'rule' | 'two' | 'all'> = new Map([
  ['append', 'chain'],
  ['insert', 'rule'],
  ['replace', 'rule'],
  ['delete', 'rule'],
  ['check', 'chain'],
  ['new-chain', 'chain'],
  ['policy', 'two'],
  ['rename-chain', 'two'],
  ['flush', 'all'],
  ['zero', 'all'],
  ['delete-chain', 'all'],
  ['list', 'all'],
  ['list-rules', 'all'],
]);

function takeCommand(draft: Draft, cursor: Cursor, name: string, { word, words }: Taken): void {
  if (draft.command !== undefined)
    return draft.source.error(
      word,
      `\`${word.text}\` is a second command`,
      'a line holds one command: write two lines',
    );
  const shape = COMMANDS.get(name);
  const chain = shape === 'all' ? optional(cursor, /^[^-!]/) : words[0];
  const argument = shape === 'rule' ? optional(cursor, /^\d+$/) : words[1];
  const command: Command = { name, at: word };
  draft.command = {
    ...command,
    ...(chain === undefined ? {} : { chain }),
    ...(argument === undefined ? {} : { argument }),
  };
}

function optional(cursor: Cursor, shape: RegExp): Word | undefined {
  const word = cursor.words[cursor.next];
  if (word === undefined || !shape.test(word.text)) return undefined;
  cursor.next++;
  return word;
}
