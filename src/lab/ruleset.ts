import type { Chain, Ruleset, Table } from '../network/ruleset.ts';

/** What `iptables-restore` takes to make these rules, each as its capture wrote it. */
export const restoreText = (ruleset: Ruleset): string => [...ruleset.tables.values()].map(tableText).join('');

function tableText({ name, chains }: Table): string {
  const all = [...chains.values()];
  const lines = [
    `*${name}`,
    ...all.map(headLine),
    ...all.flatMap(({ rules }) => rules.map(({ text }) => text)),
    'COMMIT',
  ];
  return `${lines.join('\n')}\n`;
}

const headLine = ({ name, policy }: Chain): string => `:${name} ${policy ?? '-'} [0:0]`;
