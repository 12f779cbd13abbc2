import { type Address } from '../../packet/address.ts';
import { flag } from '../codec/name.ts';
import { natPorts } from '../codec/natrange.ts';
import type { PortRange } from '../codec/service.ts';
import type { Effect, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';
import { rangeOf } from './nat.ts';

const LOOPBACK = { 4: 0x7f000001, 6: 1n } as const;

type Said = { readonly 'to-ports'?: Given<PortRange>; readonly random?: Given<true> };

/** Where packets are turned to: this host as the incoming interface knows it, or 127.0.0.1 (::1) for its own packets. */
function addressAt({ family = 4, hook, in: device, addressesOf }: RuleContext): Address | undefined {
  if (hook === 'OUTPUT') return LOOPBACK[family];
  return device === undefined ? undefined : addressesOf(device)[0];
}

function effect(given: Said, context: RuleContext): Effect<never> {
  const address = addressAt(context);
  // nf_nat_redirect_ipv4: NF_DROP where the interface has no address
  if (address === undefined) return { kind: 'drop' };
  const ports = given['to-ports'] === undefined ? {} : { ports: given['to-ports'].value };
  return { kind: 'nat', range: rangeOf('destination', { addresses: [address, address], ...ports }, given) };
}

export const redirect = defineTarget({
  name: 'REDIRECT',
  summary: 'turns a flow to this host itself',
  source: 'net/netfilter/nf_nat_redirect.c (nf_nat_redirect_ipv4)',
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  options: { 'to-ports': option(natPorts), random: option(flag) },
  apply: (given, _packet, context) => effect(given, context),
  lower: effect,
  examples: [
    { rule: '-j REDIRECT' },
    { rule: '-p tcp -j REDIRECT --to-ports 3128' },
    { rule: '-p tcp -j REDIRECT --to-port 3128', saved: '-p tcp -j REDIRECT --to-ports 3128' },
    { rule: '-p udp -j REDIRECT --to-ports 42-1234 --random' },
    { rule: '-j REDIRECT --to-ports 42', refused: true },
  ],
});
