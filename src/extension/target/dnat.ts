import { type NatSpec, natSpec } from '../codec/natrange.ts';
import type { Effect } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';
import { type Chosen, PERSISTENT, RANDOM, rangeOf } from './nat.ts';

type Said = Chosen & { readonly 'to-destination': Given<NatSpec> };

const effect = (given: Said): Effect<never> => ({
  kind: 'nat',
  range: rangeOf('destination', given['to-destination'].value, given),
});

export const dnat = defineTarget({
  name: 'DNAT',
  summary: 'translates the destination of a flow',
  source: 'net/netfilter/xt_nat.c (xt_dnat_target_v2)',
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: { 'to-destination': option(natSpec, { required: true }), random: RANDOM.random, ...PERSISTENT },
  apply: effect,
  lower: effect,
  examples: [
    { rule: '-j DNAT --to-destination 10.0.0.2' },
    { rule: '-p tcp -j DNAT --to-destination 10.0.0.2-10.0.0.9:8000-8010 --random --persistent' },
    { rule: '-p udp -j DNAT --to-destination :53' },
    { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:1000-2000/3000' },
    { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:ssh', saved: '-p tcp -j DNAT --to-destination 10.0.0.2:22' },
    { rule: '-j DNAT --to-destination 10.0.0.2:80', refused: true },
    { rule: '-j DNAT --to-destination example.org', refused: true },
    { rule: '-j DNAT', refused: true },
  ],
});
