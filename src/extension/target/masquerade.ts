import { natPorts } from '../codec/natrange.ts';
import type { PortRange } from '../codec/service.ts';
import type { Effect } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';
import { type Chosen, RANDOM, rangeOf } from './nat.ts';

type Said = Chosen & { readonly 'to-ports'?: Given<PortRange> };

// nf_nat_masquerade_ipv4: the address is chosen towards the next hop, which only the walk knows
const effect = (given: Said): Effect<never> => {
  const spec = given['to-ports'] === undefined ? {} : { ports: given['to-ports'].value };
  return { kind: 'nat', range: { ...rangeOf('source', spec, given), masquerade: true } };
};

export const masquerade = defineTarget({
  name: 'MASQUERADE',
  summary: "translates the source of a flow to the outgoing interface's address",
  source: 'net/netfilter/nf_nat_masquerade.c (nf_nat_masquerade_ipv4)',
  tables: ['nat'],
  hooks: ['POSTROUTING'],
  options: { 'to-ports': option(natPorts), ...RANDOM },
  apply: effect,
  lower: effect,
  examples: [
    { rule: '-j MASQUERADE' },
    { rule: '-p tcp -j MASQUERADE --to-ports 1024-65535' },
    { rule: '-j MASQUERADE --random --random-fully' },
    { rule: '-j MASQUERADE --to-ports 1024', refused: true },
  ],
});
