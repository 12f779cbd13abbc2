import { integer } from '../../codec/number.ts';
import { invertible, option } from '../../option.ts';
import { defineSixMatch } from '../derive.ts';

const limit = integer(0, 255, 'LIMIT');

export const hl = defineSixMatch({
  name: 'hl',
  summary: 'the hop limit of the packet',
  source: 'net/netfilter/xt_hl.c (hl_mt6)',
  options: {
    'hl-eq': invertible(limit, { excludes: ['hl-lt', 'hl-gt'], aliases: ['hl'] }),
    'hl-lt': option(limit, { excludes: ['hl-gt'] }),
    'hl-gt': option(limit),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs `--hl-eq`, `--hl-lt` or `--hl-gt`' : undefined),
  examples: [{ rule: '-m hl ! --hl-eq 255' }, { rule: '-m hl --hl-gt 42' }, { rule: '-m hl', refused: true }],
});
