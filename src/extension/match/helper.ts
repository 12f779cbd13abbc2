import { text } from '../codec/text.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const helper = defineUndecidedMatch({
  name: 'helper',
  summary: 'the conntrack helper of the connection that a packet belongs to',
  source: 'net/netfilter/xt_helper.c (helper_mt)',
  undecidable: 'depends on the helper of the connection',
  options: { helper: invertible(text(29, 'HELPER'), { required: true }) },
  examples: [
    { rule: '-m helper --helper ftp' },
    { rule: '-m helper ! --helper sip' },
    { rule: '-m helper', refused: true },
  ],
});
