import { defineUndecidedTarget } from '../undecided.ts';

export const queue = defineUndecidedTarget({
  name: 'QUEUE',
  summary: 'a program decides about the packet',
  source: 'net/ipv4/netfilter/ip_tables.c (standard target, NF_QUEUE)',
  undecidable: 'a program decides about the packet',
  options: {},
  examples: [{ rule: '-j QUEUE' }],
});
