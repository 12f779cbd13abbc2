import { oneOf } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { probability } from '../codec/probability.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const statistic = defineUndecidedMatch({
  name: 'statistic',
  summary: 'some packets by chance, or every nth',
  source: 'net/netfilter/xt_statistic.c (statistic_mt)',
  undecidable: 'depends on chance, or on packets that passed before',
  options: {
    mode: option(oneOf('mode', ['random', 'nth']), { required: true }),
    probability: invertible(probability, { excludes: ['every', 'packet'] }),
    every: invertible(integer(1, 0xffffffff, 'N')),
    packet: option(integer(0, 0xffffffff, 'P')),
  },
  check({ mode, probability: chance, every, packet }) {
    if (mode.value === 'random') return chance === undefined ? '`--mode random` needs `--probability`' : undefined;
    if (every === undefined || packet === undefined) return '`--mode nth` needs `--every` and `--packet`';
    return packet.value < every.value ? undefined : `packet ${packet.value} is not among ${every.value}`;
  },
  examples: [
    { rule: '-m statistic --mode random ! --probability 0.50000000000' },
    {
      rule: '-m statistic --mode random --probability 0.33',
      saved: '-m statistic --mode random --probability 0.33000000007',
    },
    { rule: '-m statistic --mode nth --every 5 --packet 2' },
    { rule: '-m statistic --mode nth --every 5 --packet 5', refused: true },
    { rule: '-m statistic --mode random --probability 1.1', refused: true },
    { rule: '-m statistic --probability 1', refused: true },
  ],
});
