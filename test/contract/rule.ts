import { printProtocol } from '../../src/extension/codec/protocol.ts';
import type { Extension } from '../../src/extension/extension.ts';
import type { Given } from '../../src/extension/option.ts';
import type { Rule, TableName } from '../../src/network/ruleset.ts';
import type { Family } from '../../src/packet/field.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';
import { familyFor } from './corner.ts';

const TABLE: Readonly<Record<string, TableName>> = { nat: 'nat', raw: 'raw', mangle: 'mangle', filter: 'filter' };
const CHAINS: Readonly<Record<string, readonly string[]>> = {
  raw: ['PREROUTING'],
  mangle: ['FORWARD', 'PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'POSTROUTING'],
  filter: ['FORWARD'],
};

function readIn(table: string, chain: string, rule: string, family: Family): Rule | undefined {
  const { value } = parseIptablesSave(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, 'rules', family);
  return value?.tables.get(TABLE[table] as TableName)?.chains.get(chain)?.rules[0];
}

/** Reads a rule where its extension may stand: in a table and chain that allow it. */
function readAny(extension: Extension, rule: string): Rule | undefined {
  const { tables, hooks } = extension;
  for (const table of tables ?? ['filter', 'mangle'])
    for (const chain of CHAINS[table] ?? [])
      if (hooks === undefined || (hooks as readonly string[]).includes(chain)) {
        const read = readIn(table, chain, rule, familyFor(extension));
        if (read !== undefined) return read;
      }
  return undefined;
}

/** The rule as it is saved, without its chain; `undefined` if it is refused. */
export const readRule = (extension: Extension, rule: string): string | undefined =>
  readAny(extension, rule)?.text.replace(/^-A \S+ ?/, '');

/** What the parser makes of printed options, in a rule that allows them. */
export function readBack(extension: Extension, options: string): Readonly<Record<string, Given>> | undefined {
  const protocol = printProtocol(extension.protocols?.[0] ?? PROTOCOL.TCP);
  const syn = extension.name === 'TCPMSS' ? '--syn ' : '';
  const flag = extension.kind === 'match' ? '-m' : '-j';
  const rule = readAny(extension, `-p ${protocol} ${syn}${flag} ${extension.name} ${options}`);
  if (rule === undefined) return undefined;
  const use = extension.kind === 'match' ? rule.matches.find(({ name }) => name === extension.name) : rule.action;
  return (use as { options?: Readonly<Record<string, Given>> }).options;
}
