import { defineTarget } from '../extension.ts';

export const returnTarget = defineTarget({
  name: 'RETURN',
  summary: 'the calling chain goes on; in a built-in chain the policy decides',
  source: 'net/ipv4/netfilter/ip_tables.c (ipt_do_table, standard target)',
  options: {},
  apply: () => ({ kind: 'return' }),
  lower: () => ({ kind: 'return' }),
  examples: [{ rule: '-j RETURN' }, { rule: '-j RETURN --to-ports 1', refused: true }],
});
