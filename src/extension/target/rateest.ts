import { period } from '../codec/period.ts';
import { plainText } from '../codec/text.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

/** An interval is 250 ms times a power of two, up to 8 s (TIME_UNITS_PER_SEC of libxt_RATEEST.c). */
const INTERVALS = [250, 500, 1000, 2000, 4000, 8000].map((ms) => ms * 1000);

export const rateestTarget = definePassiveTarget({
  name: 'RATEEST',
  summary: 'estimates a rate; the next rule is asked',
  source: 'net/netfilter/xt_RATEEST.c (xt_rateest_tg)',
  options: {
    'rateest-name': option(plainText(15), { required: true }),
    'rateest-interval': option(period, { required: true }),
    'rateest-ewmalog': option(period, { required: true }),
  },
  check: ({ 'rateest-interval': interval }) =>
    INTERVALS.some((one) => interval.value <= one) ? undefined : 'an interval has at most 8s',
  examples: [
    { rule: '-j RATEEST --rateest-name RE1 --rateest-interval 250.0ms --rateest-ewmalog 500.0ms' },
    { rule: '-j RATEEST --rateest-name RE1', refused: true },
  ],
});
