import { integer } from '../../codec/number.ts';
import { defineTarget } from '../../extension.ts';
import { type Given, option } from '../../option.ts';
import { type Counting, counted, sum } from '../../target/ttl.ts';

type Said = { readonly [Name in 'hl-set' | 'hl-dec' | 'hl-inc']?: Given<number> };
const counting = ({ 'hl-set': set, 'hl-dec': down, 'hl-inc': up }: Said): Counting => ({ set, down, up });

export const hlTarget = defineTarget({
  families: [6],
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
  apply: (given, { ttl }) => ({ kind: 'continue', fields: [{ field: 'ttl', value: counted(counting(given), ttl) }] }),
  lower: (given) => ({ kind: 'continue', ...sum(counting(given)) }),
  examples: [
    { rule: '-j HL --hl-set 64' },
    { rule: '-j HL --hl-dec 0', refused: true },
    { rule: '-j HL', refused: true },
  ],
});
