import { defineTarget } from '../extension.ts';

export const accept = defineTarget({
  name: 'ACCEPT',
  summary: 'the packet passes this table',
  source: 'net/ipv4/netfilter/ip_tables.c (ipt_do_table, standard target)',
  options: {},
  apply: () => ({ kind: 'accept' }),
  lower: () => ({ kind: 'accept' }),
  examples: [{ rule: '-j ACCEPT' }, { rule: '-j ACCEPT --to-ports 1', refused: true }],
});
