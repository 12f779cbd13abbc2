import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { plainText } from '../codec/text.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const idletimer = definePassiveTarget({
  name: 'IDLETIMER',
  summary: 'winds up a timer; the next rule is asked',
  source: 'net/netfilter/xt_IDLETIMER.c (idletimer_tg_target)',
  options: {
    timeout: option(integer(1, 0xffffffff, 'SECONDS'), { required: true }),
    label: option(plainText(27, 'LABEL'), { required: true }),
    alarm: option(flag),
  },
  examples: [
    { rule: '-j IDLETIMER --timeout 42 --label foo --alarm' },
    { rule: '-j IDLETIMER --timeout 42', refused: true },
  ],
});
