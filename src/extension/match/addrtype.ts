import { all, inRanges, not } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { type Address } from '../../packet/address.ts';
import type { Family } from '../../packet/field.ts';
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

/** Of IPv6, what an address looks like must hold, and then one of what routing says of it (match_type6). */
const LOOKS: readonly Type[] = ['UNSPEC', 'UNICAST', 'MULTICAST'];
const ROUTED: readonly Type[] = ['LOCAL', 'ANYCAST', 'UNREACHABLE'];

function hasType(given: Given<readonly Type[]> | undefined, family: Family, types: AddressTypes, of: Address): boolean {
  if (given === undefined) return true;
  const has = (type: Type): boolean => contains(types.get(type) ?? [], of);
  return (family === 6 ? hasType6(given.value, has) : given.value.some(has)) !== given.inverted;
}

function hasType6(asked: readonly Type[], has: (type: Type) => boolean): boolean {
  for (const look of LOOKS) if (asked.includes(look) && !has(look)) return false;
  const routed = asked.filter((type) => ROUTED.includes(type));
  return routed.length === 0 || routed.some(has);
}

function lowerType(
  field: 'src' | 'dst',
  given: Given<readonly Type[]> | undefined,
  family: Family,
  types: AddressTypes,
): Predicate {
  if (given === undefined) return all();
  const among = (some: readonly Type[]): Predicate =>
    inRanges(field, some.map((type) => types.get(type) ?? []).reduce(union, [] as Ranges<Address>));
  const parts = [...LOOKS.map((look) => [look]), ROUTED].map((part) =>
    part.filter((type) => given.value.includes(type)),
  );
  const set = family === 4 ? among(given.value) : all(...parts.filter((part) => part.length > 0).map(among));
  return given.inverted ? not(set) : set;
}

type Options = Limits & {
  readonly 'src-type'?: Given<readonly Type[]>;
  readonly 'dst-type'?: Given<readonly Type[]>;
};

/** addrtype_mt_checkentry_v1: a limit needs a hook that knows the interface, and IPv6 knows fewer types. */
function check(
  { 'src-type': src, 'dst-type': dst, ...limits }: Options,
  { hooks, family }: Standing,
): string | undefined {
  if ((src ?? dst) === undefined) return 'it needs `--src-type` or `--dst-type`';
  const types = [src, dst].flatMap((given) => given?.value ?? []);
  const strange = types.find((type) => !LOOKS.includes(type) && !ROUTED.includes(type));
  if (family === 6 && strange !== undefined) return `IPv6 has no addresses of type ${strange}`;
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
  check,
  matches({ 'src-type': src, 'dst-type': dst, ...limits }, packet, context) {
    const types = typesFor(limits, context);
    const { family = 4 } = context;
    return hasType(src, family, types, packet.src) && hasType(dst, family, types, packet.dst);
  },
  lower({ 'src-type': src, 'dst-type': dst, ...limits }, context) {
    const types = typesFor(limits, context);
    const { family = 4 } = context;
    return all(lowerType('src', src, family, types), lowerType('dst', dst, family, types));
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
