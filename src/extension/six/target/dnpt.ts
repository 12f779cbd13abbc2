import { option } from '../../option.ts';
import { defineLosingTarget } from '../../undecided.ts';
import { hostBits } from '../npt.ts';
import { prefix6 } from '../text.ts';

export const dnpt = defineLosingTarget({
  families: [6],
  undecidable: 'the checksum-neutral translation of prefixes is not modelled',
  name: 'DNPT',
  summary: 'translates the prefix of the destination, without a memory',
  source: 'net/ipv6/netfilter/ip6t_NPT.c (ip6t_dnpt_tg)',
  tables: ['mangle'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: { 'src-pfx': option(prefix6, { required: true }), 'dst-pfx': option(prefix6, { required: true }) },
  check: hostBits,
  examples: [
    { rule: '-j DNPT --src-pfx dead::/64 --dst-pfx 1c3::/64' },
    { rule: '-j DNPT --src-pfx dead::beef --dst-pfx 1c3::/64', refused: true },
    { rule: '-j DNPT --src-pfx dead::/64', refused: true },
  ],
});
