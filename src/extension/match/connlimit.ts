import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { type Given, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const count = integer(0, 0xffffffff, 'N');
const given = <const T>(value: T): Given<T> => ({ value, inverted: false });

export const connlimit = defineUndecidedMatch({
  name: 'connlimit',
  summary: 'how many connections an address has',
  source: 'net/netfilter/xt_connlimit.c (connlimit_mt)',
  undecidable: 'depends on how many connections there are',
  options: {
    'connlimit-upto': option(count, { excludes: ['connlimit-above'] }),
    'connlimit-above': option(count),
    'connlimit-mask': option(integer(0, 32, 'LENGTH')),
    'connlimit-saddr': option(flag, { excludes: ['connlimit-daddr'] }),
    'connlimit-daddr': option(flag),
  },
  complete: ({ 'connlimit-mask': mask, 'connlimit-daddr': daddr, 'connlimit-saddr': saddr, ...said }) => ({
    ...said,
    'connlimit-mask': mask ?? given(32),
    ...(daddr === undefined ? { 'connlimit-saddr': saddr ?? given(true) } : { 'connlimit-daddr': daddr }),
  }),
  check: (said) =>
    (said['connlimit-upto'] ?? said['connlimit-above']) === undefined
      ? 'it needs `--connlimit-upto` or `--connlimit-above`'
      : undefined,
  examples: [
    {
      rule: '-m connlimit --connlimit-above 10',
      saved: '-m connlimit --connlimit-above 10 --connlimit-mask 32 --connlimit-saddr',
    },
    { rule: '-m connlimit --connlimit-upto 3 --connlimit-mask 24 --connlimit-daddr' },
    { rule: '-m connlimit --connlimit-above 10 --connlimit-saddr --connlimit-daddr', refused: true },
    { rule: '-m connlimit', refused: true },
  ],
});
