import { all, equals, inRanges, not } from '../../../ir/predicate.ts';
import { between } from '../../../packet/ranges.ts';
import { integer } from '../../codec/number.ts';
import { defineMatch } from '../../extension.ts';
import { invertible, option } from '../../option.ts';

const limit = integer(0, 255, 'LIMIT');

export const hl = defineMatch({
  families: [6],
  name: 'hl',
  summary: 'the hop limit of the packet',
  source: 'net/netfilter/xt_hl.c (hl_mt6)',
  options: {
    'hl-eq': invertible(limit, { excludes: ['hl-lt', 'hl-gt'], aliases: ['hl'] }),
    'hl-lt': option(limit, { excludes: ['hl-gt'] }),
    'hl-gt': option(limit),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs `--hl-eq`, `--hl-lt` or `--hl-gt`' : undefined),
  matches: ({ 'hl-eq': eq, 'hl-lt': lt, 'hl-gt': gt }, { ttl }) =>
    (eq === undefined || (ttl === eq.value) !== eq.inverted) &&
    (lt === undefined || ttl < lt.value) &&
    (gt === undefined || ttl > gt.value),
  lower({ 'hl-eq': eq, 'hl-lt': lt, 'hl-gt': gt }) {
    const exactly = eq === undefined ? all() : equals('ttl', eq.value);
    return all(
      eq?.inverted === true ? not(exactly) : exactly,
      lt === undefined ? all() : inRanges('ttl', between(0, lt.value - 1)),
      gt === undefined ? all() : inRanges('ttl', between(gt.value + 1, 255)),
    );
  },
  examples: [{ rule: '-m hl ! --hl-eq 255' }, { rule: '-m hl --hl-gt 42' }, { rule: '-m hl', refused: true }],
});
