import { plainText } from '../codec/text.ts';
import { option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const nfacct = defineUndecidedMatch({
  name: 'nfacct',
  summary: 'counts in an accounting object; with a quota, whether it is used up',
  source: 'net/netfilter/xt_nfacct.c (nfacct_mt)',
  undecidable: 'an accounting object may have a quota',
  options: { 'nfacct-name': option(plainText(31), { required: true }) },
  examples: [{ rule: '-m nfacct --nfacct-name web' }, { rule: '-m nfacct', refused: true }],
});
