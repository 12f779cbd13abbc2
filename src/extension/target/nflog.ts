import { integer } from '../codec/number.ts';
import { prefixText } from '../codec/text.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

const u16 = integer(0, 65535, 'N');
const u32 = integer(0, 0xffffffff, 'BYTES');

export const nflog = definePassiveTarget({
  name: 'NFLOG',
  summary: 'hands a copy to a program that listens; the next rule is asked',
  source: 'net/netfilter/xt_NFLOG.c (nflog_tg)',
  options: {
    'nflog-prefix': option(prefixText(63)),
    'nflog-group': option(u16, { idle: ({ value }) => value === 0 }),
    'nflog-range': option(u32, { excludes: ['nflog-size'], idle: ({ value }) => value === 0 }),
    'nflog-size': option(u32),
    'nflog-threshold': option(u16, { idle: ({ value }) => value === 0 }),
  },
  examples: [
    { rule: '-j NFLOG --nflog-prefix "dropped: " --nflog-group 5 --nflog-size 96 --nflog-threshold 10' },
    { rule: '-j NFLOG --nflog-group 0', saved: '-j NFLOG' },
    { rule: '-j NFLOG --nflog-group 65536', refused: true },
  ],
});
