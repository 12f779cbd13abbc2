import { bigNumber } from '../codec/big.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const quota = defineUndecidedMatch({
  name: 'quota',
  summary: 'bytes left of a budget that the rule keeps',
  source: 'net/netfilter/xt_quota.c (quota_mt)',
  undecidable: 'depends on packets that passed before',
  options: { quota: invertible(bigNumber, { required: true }) },
  examples: [
    { rule: '-m quota --quota 18446744073709551615' },
    { rule: '-m quota ! --quota 0' },
    { rule: '-m quota --quota 18446744073709551616', refused: true },
    { rule: '-m quota', refused: true },
  ],
});
