import type { Edit } from '../../network/edit.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import type { Network, Node } from '../../network/network.ts';
import type { Chain, TableName } from '../../network/ruleset.ts';
import { didYouMean } from '../nearest.ts';
import type { Source, Word } from '../source.ts';
import { findNode, findTable, split } from './words.ts';

const SHAPE = 'write `node:TABLE:CHAIN:N`, N counted from 1 as `iptables -L --line-numbers` does';

/** Reads the argument of `--delete`: `node:TABLE:CHAIN:N`. */
export function parseDelete(word: Word, network: Network, source: Source): Edit | undefined {
  const [nodeWord, tableWord, chainWord, number, more] = split(word, ':');
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
  const chain = node && table && findChain(chainWord, table, node, source);
  if (!/^[1-9]\d*$/.test(number.text)) source.error(number, `\`${number.text}\` is no rule number`, SHAPE);
  if (node === undefined || table === undefined || chain === undefined || source.located.length > 0) return undefined;
  if (chain.rules[Number(number.text) - 1] === undefined) {
    source.error(number, `${chain.name} has ${count(chain)}`, 'N counts what is there after the changes to its left');
    return undefined;
  }
  return { kind: 'delete', node: node.name, table, chain: chain.name, number: Number(number.text) };
}

const count = ({ rules }: Chain): string =>
  rules.length === 0 ? 'no rules' : rules.length === 1 ? 'one rule' : `${rules.length} rules`;

/** A chain that is there; built-in chains are, even in a table that no capture shows. */
export function findChain(word: Word, table: TableName, node: Node, source: Source): Chain | undefined {
  if (node.ruleset.kind === 'unknown') {
    source.error(
      word,
      `the rules of ${node.name} are not known`,
      `add ${node.name}/iptables-save.txt (empty if there are none)`,
    );
    return undefined;
  }
  const chains = node.ruleset.value.tables.get(table)?.chains ?? new Map<string, Chain>();
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
