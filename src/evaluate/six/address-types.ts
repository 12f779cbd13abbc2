import type { AddressTypes } from '../../extension/definition.ts';
import { findInterface } from '../../network/access.ts';
import type { Node, Route } from '../../network/network.ts';
import { type Address, rangeOf } from '../../packet/address.ts';
import { complement, only, type Ranges, ranges, union } from '../../packet/ranges.ts';
import { next } from '../../packet/scalar.ts';
import { isAssigned, prefix6, UNSPECIFIED } from './address.ts';
import { routeOf } from './routing.ts';

const GROUPS: Ranges<Address> = [rangeOf(prefix6('ff00::/8'))];
const MAPPED: Ranges<Address> = [rangeOf(prefix6('::ffff:0:0/96'))];
const LAST = 2n ** 128n - 1n;

/**
 * What `-m addrtype` says of IPv6 addresses (`match_type6`, net/netfilter/xt_addrtype.c). No partition: UNICAST is what
 * the address looks like, LOCAL, ANYCAST and UNREACHABLE what routing says of it.
 */
export function addressTypes6(node: Node, limitTo?: string): AddressTypes {
  const unspecified: Ranges<Address> = only<Address>(UNSPECIFIED);
  const other = union(union(GROUPS, MAPPED), unspecified);
  return new Map([
    ['UNICAST', complement(other, 'dst')],
    ['MULTICAST', GROUPS],
    ['UNSPEC', unspecified],
    ...routed(node, limitTo),
  ]);
}

const known = new WeakMap<Node, Map<string | undefined, AddressTypes>>();

function routed(node: Node, limitTo: string | undefined): AddressTypes {
  const all = known.get(node) ?? new Map<string | undefined, AddressTypes>();
  known.set(node, all);
  const found = all.get(limitTo) ?? lookUp(node, limitTo);
  all.set(limitTo, found);
  return found;
}

/** Between two ends of routes or policy rules all addresses have one route. */
function lookUp(node: Node, limitTo: string | undefined): AddressTypes {
  const types = new Map<string, [Address, Address][]>([
    ['LOCAL', []],
    ['ANYCAST', []],
    ['UNREACHABLE', []],
  ]);
  const starts = startsOf(node);
  for (const [n, low] of starts.entries()) {
    const high = (starts[n + 1] ?? LAST + 1n) - 1n;
    for (const type of typesOf(routeOf(node, low, limitTo), low)) types.get(type)?.push([low, high]);
  }
  const made = new Map([...types].map(([type, list]) => [type, ranges(list)] as const));
  return limitTo === undefined ? made : new Map([...made, ['LOCAL', assigned(node, limitTo)]]);
}

function startsOf({ routes, rules }: Node): readonly bigint[] {
  const prefixes = [...routes.map(({ destination }) => destination), ...rules.flatMap(({ to }) => to ?? [])];
  const ends = prefixes.flatMap((of) => {
    const [low, high] = rangeOf(of).map(BigInt) as [bigint, bigint];
    // a network's own address is one of its own: all routers' anycast address
    return [low, next(low), next(high)];
  });
  return [...new Set([0n, ...ends])].filter((start) => start <= LAST).sort((a, b) => (a < b ? -1 : 1));
}

const NOWHERE: readonly Route['type'][] = ['blackhole', 'unreachable', 'prohibit'];

function typesOf(route: Route | undefined, address: Address): readonly string[] {
  if (route === undefined || NOWHERE.includes(route.type)) return ['UNREACHABLE'];
  if (route.type === 'local') return ['LOCAL'];
  const { type, destination, nextHops } = route;
  const near = type === 'unicast' && destination.length < 127 && nextHops.every(({ via }) => via === undefined);
  return type === 'anycast' || (near && destination.address === address) ? ['ANYCAST'] : [];
}

/** With a device, an address is local if the device itself has it. */
const assigned = (node: Node, device: string): Ranges<Address> =>
  ranges((findInterface(node, device)?.addresses ?? []).filter(isAssigned).map(({ local }) => [local, local] as const));
