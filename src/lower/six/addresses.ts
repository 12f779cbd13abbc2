import { findInterface } from '../../network/access.ts';
import type { InterfaceAddress, Node } from '../../network/network.ts';
import { type Address, type Prefix, rangesOf } from '../../packet/address.ts';
import { contains, isSubset, only, type Ranges, ranges, union } from '../../packet/ranges.ts';

export const LOOPBACK = 1n;
const at = (head: bigint, length: number): Prefix<bigint> => ({ address: head << BigInt(128 - length), length });

/** ff00::/8 */
export const GROUPS: Ranges<Address> = rangesOf(at(0xffn, 8));
/** fe80::/10 */
export const LINK_LOCAL: Ranges<Address> = rangesOf(at(0xfe80n >> 6n, 10));
/** ::ffff:0:0/96, the addresses of IPv4. */
export const MAPPED: Ranges<Address> = rangesOf(at(0xffffn, 96));
/** fec0::/10 */
const SITE_LOCAL: Prefix<bigint> = at(0xfec0n >> 6n, 10);
/** 2001:10::/28 */
export const ORCHID: Prefix<bigint> = at(0x2001001n, 28);

/** Destinations whose route must lead out of the device that is asked about (rt6_need_strict). */
export const STRICT: Ranges<Address> = union(union(GROUPS, LINK_LOCAL), only<Address>(LOOPBACK));

/** All groups of one scope, whatever their flags. */
export const groupsOf = (scope: number): Ranges<Address> =>
  ranges(Array.from({ length: 16 }, (_, flags) => rangesOf(at(0xff00n + BigInt(flags * 16 + scope), 16))).flat());

/** Addresses that mean something on one link only (__ipv6_addr_needs_scope_id). */
export const ZONED: Ranges<Address> = [groupsOf(1), groupsOf(2)].reduce(union, LINK_LOCAL);

const ALL_NODES = [0xff010000000000000000000000000001n, 0xff020000000000000000000000000001n];
const ALL_ROUTERS = [
  0xff010000000000000000000000000002n,
  0xff020000000000000000000000000002n,
  0xff050000000000000000000000000002n,
];

const points = (of: readonly bigint[]): Ranges<Address> => ranges(of.map((one) => [one, one] as const));
/** ff01::1 and ff02::1: every interface is in them. */
export const EVERYBODY: Ranges<Address> = points(ALL_NODES);
/** ff01::2, ff02::2 and ff05::2: interfaces of routers are in them (dev_forward_change). */
export const ROUTERS: Ranges<Address> = points(ALL_ROUTERS);

const SOLICITED = 0xff0200000000000000000001ff000000n;
const LOW = 0xffffffn;
/** The group in which whoever has an address is asked for it (addrconf_addr_solict_mult). */
export const solicitedNode = (address: bigint): bigint => SOLICITED + (address & LOW);

/** The groups of all addresses of a range. */
export const solicitedNodes = ([low, high]: readonly [bigint, bigint]): readonly [bigint, bigint] =>
  low >> 24n === high >> 24n ? [solicitedNode(low), solicitedNode(high)] : [SOLICITED, SOLICITED + LOW];

/** The scope of an address (ipv6_addr_src_scope): 2 a link, 5 a site, 14 everywhere; of a group what it says. */
export function scopeOf(address: bigint): number {
  if (contains(GROUPS, address)) return Number((address >> 112n) & 0xfn);
  if (address === LOOPBACK || contains(LINK_LOCAL, address)) return 2;
  return contains(rangesOf(SITE_LOCAL), address) ? 5 : 14;
}

/** An address that is not, or not yet, the node's to use. */
export const isUsed = ({ tentative }: InterfaceAddress): boolean => tentative !== true;

/** The address of a device that solicitations come from, where the packet's own will not do: the last one of its link (ipv6_get_lladdr). */
export const linkLocalOf = (node: Node, device: string): Address | undefined =>
  usedOn(node, device).findLast((address) => contains(LINK_LOCAL, address));

/** The addresses of a device. */
export const usedOn = (node: Node, device: string): readonly Address[] =>
  findInterface(node, device)
    ?.addresses.filter(isUsed)
    .map(({ local }) => local) ?? [];

/** Addresses of one kind, and those that what was for one of them is turned to (nf_nat_redirect_ipv6: the same scope, if it is not global). */
const SCOPES: readonly { readonly of: Ranges<Address>; readonly to: Ranges<Address> }[] = [
  { of: union(LINK_LOCAL, groupsOf(2)), to: LINK_LOCAL },
  { of: union(only<Address>(LOOPBACK), groupsOf(1)), to: only<Address>(LOOPBACK) },
  { of: union(rangesOf(SITE_LOCAL), groupsOf(5)), to: rangesOf(SITE_LOCAL) },
];

/** Destinations that REDIRECT does not treat alike. */
export const REDIRECTED: readonly Ranges<Address>[] = SCOPES.map(({ of }) => of);

/** The addresses of a device to which what is for these destinations may be turned. */
export function redirectsTo(node: Node, device: string, dst: Ranges<Address>): readonly Address[] {
  const scope = SCOPES.find(({ of }) => isSubset(dst, of));
  return usedOn(node, device).filter((one) => scope === undefined || contains(scope.to, one));
}
