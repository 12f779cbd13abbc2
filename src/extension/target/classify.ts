import { qdiscClass } from '../codec/qdisc.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const classify = definePassiveTarget({
  name: 'CLASSIFY',
  summary: 'sets the class for queueing: no effect on where a packet goes',
  source: 'net/netfilter/xt_CLASSIFY.c (classify_tg)',
  hooks: ['FORWARD', 'OUTPUT', 'POSTROUTING'],
  options: { 'set-class': option(qdiscClass, { required: true }) },
  examples: [
    { rule: '-j CLASSIFY --set-class 0000:ffff' },
    { rule: '-j CLASSIFY --set-class 1:10', saved: '-j CLASSIFY --set-class 0001:0010' },
    { rule: '-j CLASSIFY', refused: true },
  ],
});
