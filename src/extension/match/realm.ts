import { markAndMask } from '../codec/number.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const realm = defineUndecidedMatch({
  name: 'realm',
  summary: 'the realm of the route',
  source: 'net/netfilter/xt_realm.c (realm_mt)',
  undecidable: 'realms of routes are not modelled',
  families: [4],
  hooks: ['INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  options: { realm: invertible(markAndMask(), { required: true }) },
  examples: [
    { rule: '-m realm --realm 0x1/0x2a' },
    { rule: '-m realm ! --realm 0x2a' },
    { rule: '-m realm', refused: true },
  ],
});
