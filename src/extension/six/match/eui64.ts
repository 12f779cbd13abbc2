import { defineSixMatch } from '../derive.ts';

export const eui64 = defineSixMatch({
  name: 'eui64',
  summary: 'whether the address of the sender is made from its MAC address',
  source: 'net/ipv6/netfilter/ip6t_eui64.c (eui64_mt6)',
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: {},
  examples: [{ rule: '-m eui64' }],
});
