import type { Network, Node } from '../../network/network.ts';
import { type Ruleset, TABLES, type TableName } from '../../network/ruleset.ts';
import { didYouMean } from '../nearest.ts';
import type { Source, Word } from '../source.ts';

/** A part of a word: `from` and `to` count characters of it. */
export const part = (word: Word, from: number, to: number = word.text.length): Word => ({
  text: word.text.slice(from, to),
  line: word.line,
  column: word.column + from,
  length: Math.max(1, to - from),
});

/** Cuts a word in two at the first occurrence of a separator, which belongs to neither; `undefined` without one. */
export function cut(word: Word, separator: string): readonly [Word, Word] | undefined {
  const at = word.text.indexOf(separator);
  return at < 0 ? undefined : [part(word, 0, at), part(word, at + separator.length)];
}

/** The parts between separators. */
export function split(word: Word, separator: string): readonly Word[] {
  const halves = cut(word, separator);
  return halves === undefined ? [word] : [halves[0], ...split(halves[1], separator)];
}

/** The node of that name, or that network.yaml gives that name. */
export function findNode(word: Word, network: Network, source: Source): Node | undefined {
  const node = network.nodes.get(network.names.get(word.text) ?? word.text);
  const known = [...network.nodes.keys(), ...network.names.keys()];
  if (node === undefined) source.error(word, `no node \`${word.text}\``, didYouMean(word.text, known));
  return node;
}

export function findTable(word: Word, source: Source): TableName | undefined {
  const table = TABLES.find((name) => name === word.text);
  if (table === undefined) source.error(word, `no table \`${word.text}\``, didYouMean(word.text, TABLES));
  return table;
}

/** Whose rules are meant: `-6` says those of ip6tables. */
export const isSix = ({ text }: Word): boolean => text === '-6';

/** The rules of one family; an error where they are not known. */
export function knownRules(node: Node, family: 6 | undefined, at: Word, source: Source): Ruleset | undefined {
  const ruleset = family === undefined ? node.ruleset : node.six?.ruleset;
  if (ruleset?.kind === 'known') return ruleset.value;
  const [of, file] = family === undefined ? ['', 'iptables-save.txt'] : [' of IPv6', 'ip6tables-save.txt'];
  const missing = family === 6 && node.six === undefined ? `ip-addr.json and ${node.name}/${file}` : file;
  source.error(
    at,
    `the rules${of} of ${node.name} are not known`,
    `add ${node.name}/${missing} (empty if there are none)`,
  );
  return undefined;
}
