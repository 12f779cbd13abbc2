import { integer } from '../../codec/number.ts';
import { option } from '../../option.ts';
import { defineSixTarget } from '../derive.ts';

export const hlTarget = defineSixTarget({
  name: 'HL',
  summary: 'sets the hop limit of the packet, or counts it up or down',
  source: 'net/netfilter/xt_HL.c (hl_tg6)',
  tables: ['mangle'],
  options: {
    'hl-set': option(integer(0, 255, 'LIMIT'), { excludes: ['hl-dec', 'hl-inc'] }),
    'hl-dec': option(integer(1, 255, 'N'), { excludes: ['hl-inc'] }),
    'hl-inc': option(integer(1, 255, 'N')),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs `--hl-set`, `--hl-dec` or `--hl-inc`' : undefined),
  examples: [
    { rule: '-j HL --hl-set 64' },
    { rule: '-j HL --hl-dec 0', refused: true },
    { rule: '-j HL', refused: true },
  ],
});
