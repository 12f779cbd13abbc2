import { all, inRanges, not } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { type Address } from '../../packet/address.ts';
import { contains, type Ranges, union } from '../../packet/ranges.ts';
import { flag, someOf } from '../codec/name.ts';
import type { AddressTypes, RuleContext } from '../definition.ts';
import { defineMatch, type Standing } from '../extension.ts';
import { type Given, invertible, option } from '../option.ts';

// biome-ignore format: a table
const TYPES = [
  'UNSPEC', 'UNICAST', 'LOCAL', 'BROADCAST', 'ANYCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE',
] as const;
type Type = (typeof TYPES)[number];

type Limits = { readonly 'limit-iface-in'?: Given<true>; readonly 'limit-iface-out'?: Given<true> };

function typesFor(limits: Limits, { in: input, out, addressTypes }: RuleContext): AddressTypes {
  if (limits['limit-iface-in'] !== undefined) return addressTypes(input);
  return limits['limit-iface-out'] === undefined ? addressTypes() : addressTypes(out);
}

const hasType = (given: Given<readonly Type[]> | undefined, types: AddressTypes, address: Address): boolean =>
  given === undefined || given.value.some((type) => contains(types.get(type) ?? [], address)) !== given.inverted;

function lowerType(field: 'src' | 'dst', given: Given<readonly Type[]> | undefined, types: AddressTypes): Predicate {
  if (given === undefined) return all();
  const set = inRanges(field, given.value.map((type) => types.get(type) ?? []).reduce(union, [] as Ranges<Address>));
  return given.inverted ? not(set) : set;
}

/** addrtype_mt_checkentry_v1: a limit needs a hook that knows the interface. */
function checkLimits(limits: Limits, hooks: Standing['hooks']): string | undefined {
  if (limits['limit-iface-in'] !== undefined && hooks.some((hook) => hook === 'OUTPUT' || hook === 'POSTROUTING'))
    return '`--limit-iface-in` cannot be asked where packets leave';
  if (limits['limit-iface-out'] !== undefined && hooks.some((hook) => hook === 'PREROUTING' || hook === 'INPUT'))
    return '`--limit-iface-out` cannot be asked where packets come in';
  return undefined;
}

export const addrtype = defineMatch({
  name: 'addrtype',
  summary: "what an address is to the host's routing",
  source: 'net/netfilter/xt_addrtype.c (addrtype_mt_v1)',
  options: {
    'src-type': invertible(someOf('type', TYPES, 'prefix')),
    'dst-type': invertible(someOf('type', TYPES, 'prefix')),
    'limit-iface-in': option(flag, { excludes: ['limit-iface-out'] }),
    'limit-iface-out': option(flag),
  },
  check: ({ 'src-type': src, 'dst-type': dst, ...limits }, { hooks }) =>
    (src ?? dst) === undefined ? 'it needs `--src-type` or `--dst-type`' : checkLimits(limits, hooks),
  matches({ 'src-type': src, 'dst-type': dst, ...limits }, packet, context) {
    const types = typesFor(limits, context);
    return hasType(src, types, packet.src) && hasType(dst, types, packet.dst);
  },
  lower({ 'src-type': src, 'dst-type': dst, ...limits }, context) {
    const types = typesFor(limits, context);
    return all(lowerType('src', src, types), lowerType('dst', dst, types));
  },
  examples: [
    { rule: '-m addrtype --dst-type LOCAL' },
    { rule: '-m addrtype ! --src-type MULTICAST --dst-type LOCAL,BROADCAST' },
    { rule: '-m addrtype --dst-type loc', saved: '-m addrtype --dst-type LOCAL' },
    { rule: '-m addrtype --dst-type LOCAL --limit-iface-in' },
    { rule: '-m addrtype --dst-type LOCAL --limit-iface-in --limit-iface-out', refused: true },
    { rule: '-m addrtype --limit-iface-in', refused: true },
    { rule: '-m addrtype --src-type wrong', refused: true },
  ],
});
