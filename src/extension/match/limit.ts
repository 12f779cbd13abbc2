import { integer } from '../codec/number.ts';
import { packetRate } from '../codec/rate.ts';
import { option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const USUAL_BURST = 5;

export const limit = defineUndecidedMatch({
  name: 'limit',
  summary: 'so many packets in a time, counted by the rule itself',
  source: 'net/netfilter/xt_limit.c (limit_mt)',
  undecidable: 'depends on packets that passed before',
  options: {
    limit: option(packetRate),
    'limit-burst': option(integer(1, 10_000, 'N'), { idle: ({ value }) => value === USUAL_BURST }),
  },
  complete: ({ limit: rate, ...given }) => ({ limit: rate ?? { value: 12_000_000, inverted: false }, ...given }),
  examples: [
    { rule: '-m limit --limit 5/min --limit-burst 10' },
    { rule: '-m limit --limit 1/s', saved: '-m limit --limit 1/sec' },
    { rule: '-m limit --limit 120/minute', saved: '-m limit --limit 2/sec' },
    { rule: '-m limit', saved: '-m limit --limit 3/hour' },
    { rule: '-m limit --limit 20000/second', refused: true },
    { rule: '-m limit ! --limit 7/day', refused: true },
  ],
});
