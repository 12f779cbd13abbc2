import type { Chain, Ruleset, Table } from '../../network/ruleset.ts';

/** A ruleset as `iptables-save` prints it, without the comments and with all counters 0. */
export const printRuleset = ({ tables }: Ruleset): string => [...tables.values()].map(printTable).join('');

function printTable({ name, chains }: Table): string {
  const all = [...chains.values()];
  const rules = all.flatMap((chain) => chain.rules.map(({ text }) => text));
  return [`*${name}`, ...all.map(printChain), ...rules, 'COMMIT', ''].join('\n');
}

const printChain = ({ name, policy }: Chain): string => `:${name} ${policy ?? '-'} [0:0]`;
