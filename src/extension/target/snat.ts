import { type NatSpec, natSpec } from '../codec/natrange.ts';
import type { Effect } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';
import { type Chosen, PERSISTENT, RANDOM, rangeOf } from './nat.ts';

type Said = Chosen & { readonly 'to-source': Given<NatSpec> };

const effect = (given: Said): Effect<never> => ({
  kind: 'nat',
  range: rangeOf('source', given['to-source'].value, given),
});

export const snat = defineTarget({
  name: 'SNAT',
  summary: 'translates the source of a flow',
  source: 'net/netfilter/xt_nat.c (xt_snat_target_v2)',
  tables: ['nat'],
  hooks: ['POSTROUTING', 'INPUT'],
  options: { 'to-source': option(natSpec, { required: true }), ...RANDOM, ...PERSISTENT },
  apply: effect,
  lower: effect,
  examples: [
    { rule: '-j SNAT --to-source 192.0.2.1' },
    { rule: '-j SNAT --to-source 192.0.2.1-192.0.2.9 --random-fully --persistent' },
    { rule: '-p tcp -j SNAT --to-source 192.0.2.1:1024-65535' },
    { rule: '-j SNAT --to-source 192.0.2.1:1024', refused: true },
    { rule: '-j SNAT', refused: true },
  ],
});
