import { flag } from '../codec/name.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const connsecmark = definePassiveTarget({
  name: 'CONNSECMARK',
  summary: 'copies security marks: no effect on where a packet goes',
  source: 'net/netfilter/xt_CONNSECMARK.c (connsecmark_tg)',
  tables: ['mangle', 'security'],
  options: { save: option(flag, { excludes: ['restore'] }), restore: option(flag) },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs `--save` or `--restore`' : undefined),
  examples: [
    { rule: '-j CONNSECMARK --restore' },
    { rule: '-j CONNSECMARK --save' },
    { rule: '-j CONNSECMARK', refused: true },
  ],
});
