import { type Address, familyOf } from '../../packet/address.ts';
import { ADDRESS_WIDTH } from '../../packet/field.ts';
import { minus, plus, top } from '../../packet/scalar.ts';
import { type AddressAndMask, networkOf } from '../codec/address.ts';
import type { Effect, RuleContext } from '../definition.ts';
import { defineTarget } from '../extension.ts';
import { type Given, option } from '../option.ts';

function effect({ to }: { readonly to: Given<AddressAndMask<Address>> }, { hook }: RuleContext): Effect<never> {
  const { address, mask } = to.value;
  const manip = hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source';
  const last = plus(address, minus(top(ADDRESS_WIDTH[familyOf(mask)]), mask));
  return { kind: 'nat', range: { manip, addresses: [address, last], netmapMask: mask } };
}

export const netmap = defineTarget({
  name: 'NETMAP',
  summary: 'translates a whole network to another one, host bits kept',
  source: 'net/netfilter/xt_NETMAP.c (netmap_tg4)',
  tables: ['nat'],
  hooks: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  options: { to: option(networkOf, { required: true }) },
  apply: (given, _packet, context) => effect(given, context),
  lower: effect,
  examples: [
    { rule: '-j NETMAP --to 1.2.3.0/24' },
    { rule: '-j NETMAP --to 1.2.3.4', saved: '-j NETMAP --to 1.2.3.4/32' },
    { rule: '-j NETMAP --to 1.2.3.4/24', saved: '-j NETMAP --to 1.2.3.0/24' },
    { rule: '-j NETMAP', refused: true },
  ],
});
