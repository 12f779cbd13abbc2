import { flag } from '../codec/name.ts';
import { defineTarget } from '../extension.ts';
import { option } from '../option.ts';

export const checksum = defineTarget({
  name: 'CHECKSUM',
  summary: 'fills in a checksum that was left to the network card: no effect on where a packet goes',
  // it computes the sum of packets that this host made (CHECKSUM_PARTIAL); wrong sums from the wire stay wrong
  source: 'net/netfilter/xt_CHECKSUM.c (checksum_tg)',
  passive: true,
  tables: ['mangle'],
  options: { 'checksum-fill': option(flag, { required: true }) },
  apply: () => ({ kind: 'continue' }),
  lower: () => ({ kind: 'continue' }),
  examples: [{ rule: '-j CHECKSUM --checksum-fill' }, { rule: '-j CHECKSUM', refused: true }],
});
