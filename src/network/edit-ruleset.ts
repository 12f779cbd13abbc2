import type { Place } from '../packet/place.ts';
import type { Chain, Hook, Rule, Ruleset, Table, TableName } from './ruleset.ts';

/** The built-in chains of each table (iptable_*.c: valid_hooks), in the order of the hooks. */
export const BUILT_IN = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const satisfies Record<TableName, readonly Hook[]>;

/** A table as the kernel makes it when it is first asked for: built-in chains, no rules, policy ACCEPT. */
function freshTable(name: TableName, place: Place): Table {
  const chains = BUILT_IN[name].map((chain): [string, Chain] => [
    chain,
    { name: chain, policy: 'ACCEPT', rules: [], place },
  ]);
  return { name, chains: new Map(chains) };
}

/** The chain as it is, or as it would be once its table is there; `undefined` if the table has no such chain. */
export function findChain(ruleset: Ruleset, table: TableName, chain: string, place: Place): Chain | undefined {
  const fresh = freshTable(table, place).chains.get(chain);
  return ruleset.tables.get(table)?.chains.get(chain) ?? fresh;
}

/** Sets the policy of a built-in chain. */
export const setPolicy = (
  ruleset: Ruleset,
  table: TableName,
  chain: string,
  policy: 'ACCEPT' | 'DROP',
  place: Place,
): Ruleset => onChain(ruleset, table, chain, place, (old) => ({ ...old, policy, place }));

/** Takes rule N out; the rules behind it move up, and keep the place where they were read. */
export const deleteRule = (ruleset: Ruleset, table: TableName, chain: string, number: number): Ruleset =>
  onChain(ruleset, table, chain, undefined, (old) => {
    if (old.rules[number - 1] === undefined) throw new Error(`no rule ${number} in ${table} ${chain}`);
    return { ...old, rules: numbered(old.rules.filter((rule) => rule.number !== number)) };
  });

/** Makes the rule the Nth of its chain; the rules from there on move down. */
export const insertRule = (ruleset: Ruleset, table: TableName, chain: string, number: number, rule: Rule): Ruleset =>
  onChain(ruleset, table, chain, rule.place, (old) => {
    if (number < 1 || number > old.rules.length + 1) throw new Error(`no position ${number} in ${table} ${chain}`);
    return { ...old, rules: numbered(old.rules.toSpliced(number - 1, 0, rule)) };
  });

const numbered = (rules: readonly Rule[]): Rule[] =>
  rules.map((rule, i) => (rule.number === i + 1 ? rule : { ...rule, number: i + 1 }));

function onChain(
  ruleset: Ruleset,
  name: TableName,
  chain: string,
  fresh: Place | undefined,
  change: (chain: Chain) => Chain,
): Ruleset {
  const table = ruleset.tables.get(name) ?? (fresh === undefined ? undefined : freshTable(name, fresh));
  const old = table?.chains.get(chain) ?? (fresh === undefined ? undefined : freshTable(name, fresh).chains.get(chain));
  if (table === undefined || old === undefined) throw new Error(`no chain ${chain} in ${name}`);
  const changed: Table = { ...table, chains: new Map(table.chains).set(chain, change(old)) };
  return { ...ruleset, tables: new Map(ruleset.tables).set(name, changed) };
}
