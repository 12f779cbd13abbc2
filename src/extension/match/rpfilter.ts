import { flag } from '../codec/name.ts';
import { option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const rpfilter = defineUndecidedMatch({
  name: 'rpfilter',
  summary: 'whether a packet came in by the device that its answer would leave by',
  source: 'net/ipv4/netfilter/ipt_rpfilter.c (rpfilter_mt)',
  undecidable: 'depends on a route lookup that is not modelled',
  tables: ['mangle', 'raw'],
  hooks: ['PREROUTING'],
  options: {
    loose: option(flag),
    validmark: option(flag),
    'accept-local': option(flag),
    invert: option(flag),
  },
  examples: [{ rule: '-m rpfilter --loose --validmark --accept-local --invert' }, { rule: '-m rpfilter' }],
});
