import { defineUndecidedMatch } from '../../undecided.ts';

export const eui64 = defineUndecidedMatch({
  families: [6],
  undecidable: 'the address and the MAC address are not compared',
  name: 'eui64',
  summary: 'whether the address of the sender is made from its MAC address',
  source: 'net/ipv6/netfilter/ip6t_eui64.c (eui64_mt6)',
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: {},
  examples: [{ rule: '-m eui64' }],
});
