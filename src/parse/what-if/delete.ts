import type { Edit } from '../../network/edit.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Network, Node } from '../../network/network.ts';
import type { Chain, TableName } from '../../network/ruleset.ts';
import { didYouMean } from '../nearest.ts';
import type { Source, Word } from '../source.ts';
import { findNode, findTable, isSix, knownRules, split } from './words.ts';

const SHAPE =
  'write `node:TABLE:CHAIN:N` (of ip6tables `node:-6:TABLE:CHAIN:N`), N counted from 1 as `iptables -L --line-numbers` does';

/** Reads the argument of `--delete`: `node:TABLE:CHAIN:N`, of ip6tables `node:-6:TABLE:CHAIN:N`. */
export function parseDelete(word: Word, network: Network, source: Source): Edit | undefined {
  const [nodeWord, ...rest] = split(word, ':');
  const family = rest[0] !== undefined && isSix(rest[0]) ? 6 : undefined;
  const [tableWord, chainWord, number, more] = family === 6 ? rest.slice(1) : rest;
  if (
    nodeWord === undefined ||
    tableWord === undefined ||
    chainWord === undefined ||
    number === undefined ||
    more !== undefined
  ) {
    source.error(word, `\`${word.text}\` names no rule`, SHAPE);
    return undefined;
  }
  const node = findNode(nodeWord, network, source);
  const table = findTable(tableWord, source);
  const chain = node && table && findChain(chainWord, table, node, family, source);
  if (!/^[1-9]\d*$/.test(number.text)) source.error(number, `\`${number.text}\` is no rule number`, SHAPE);
  if (node === undefined || table === undefined || chain === undefined || source.located.length > 0) return undefined;
  if (chain.rules[Number(number.text) - 1] === undefined) {
    source.error(number, `${chain.name} has ${count(chain)}`, 'N counts what is there after the changes to its left');
    return undefined;
  }
  const six: { readonly family?: 6 } = family === undefined ? {} : { family };
  return { kind: 'delete', node: node.name, ...six, table, chain: chain.name, number: Number(number.text) };
}

const count = ({ rules }: Chain): string =>
  rules.length === 0 ? 'no rules' : rules.length === 1 ? 'one rule' : `${rules.length} rules`;

/** A chain that is there; built-in chains are, even in a table that no capture shows. */
function findChain(word: Word, table: TableName, node: Node, family: 6 | undefined, source: Source): Chain | undefined {
  const rules = knownRules(node, family, word, source);
  if (rules === undefined) return undefined;
  const chains = rules.tables.get(table)?.chains ?? new Map<string, Chain>();
  const builtIn: readonly string[] = BUILT_IN[table];
  const found = chains.get(word.text);
  if (found !== undefined) return found;
  if (builtIn.includes(word.text)) return { name: word.text, policy: 'ACCEPT', rules: [], place: source.place(word) };
  source.error(
    word,
    `table ${table} of ${node.name} has no chain \`${word.text}\``,
    didYouMean(word.text, [...new Set([...builtIn, ...chains.keys()])]),
  );
  return undefined;
}
