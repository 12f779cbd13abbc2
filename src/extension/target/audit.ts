import { oneOf } from '../codec/name.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const audit = definePassiveTarget({
  name: 'AUDIT',
  summary: 'writes an audit record; the next rule is asked',
  source: 'net/netfilter/xt_AUDIT.c (audit_tg)',
  options: { type: option(oneOf('type', ['accept', 'drop', 'reject']), { required: true }) },
  examples: [
    { rule: '-j AUDIT --type accept' },
    { rule: '-j AUDIT --type wrong', refused: true },
    { rule: '-j AUDIT', refused: true },
  ],
});
