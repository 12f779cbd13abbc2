import { option } from '../../option.ts';
import { defineLosingTarget } from '../../undecided.ts';
import { hostBits } from '../npt.ts';
import { prefix6 } from '../text.ts';

export const snpt = defineLosingTarget({
  families: [6],
  undecidable: 'the checksum-neutral translation of prefixes is not modelled',
  name: 'SNPT',
  summary: 'translates the prefix of the source, without a memory',
  source: 'net/ipv6/netfilter/ip6t_NPT.c (ip6t_snpt_tg)',
  tables: ['mangle'],
  hooks: ['INPUT', 'POSTROUTING'],
  options: { 'src-pfx': option(prefix6, { required: true }), 'dst-pfx': option(prefix6, { required: true }) },
  check: hostBits,
  examples: [
    { rule: '-j SNPT --src-pfx dead::/64 --dst-pfx 1c3::/64' },
    { rule: '-j SNPT --src-pfx dead::beef --dst-pfx 1c3::/64', refused: true },
    { rule: '-j SNPT --src-pfx dead::/64', refused: true },
  ],
});
