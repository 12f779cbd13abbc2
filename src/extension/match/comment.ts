import { TRUE } from '../../ir/predicate.ts';
import { text } from '../codec/text.ts';
import { defineMatch } from '../extension.ts';
import { option } from '../option.ts';

export const comment = defineMatch({
  name: 'comment',
  summary: 'a remark on the rule, true for every packet',
  source: 'net/netfilter/xt_comment.c (comment_mt)',
  options: { comment: option(text(255), { required: true }) },
  matches: () => true,
  lower: () => TRUE,
  examples: [
    { rule: '-m comment --comment "the web server"' },
    { rule: '-m comment --comment plain' },
    { rule: '-m comment --comment "quoted \\"words\\""' },
    { rule: '-m comment', refused: true },
  ],
});
