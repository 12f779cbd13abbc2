import { defineTarget } from '../extension.ts';

export const drop = defineTarget({
  name: 'DROP',
  summary: 'the packet is dropped',
  source: 'net/ipv4/netfilter/ip_tables.c (ipt_do_table, standard target)',
  options: {},
  apply: () => ({ kind: 'drop' }),
  lower: () => ({ kind: 'drop' }),
  examples: [{ rule: '-j DROP' }, { rule: '-j DROP --to-ports 1', refused: true }],
});
