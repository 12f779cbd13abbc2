import type { InterfaceAddress } from '../../network/network.ts';
import { type Address, holds, type Prefix } from '../../packet/address.ts';
import { parseAddress6 } from '../../packet/address6.ts';

/** A prefix of the standards. @throws Error for what is none */
export function prefix6(text: string): Prefix<bigint> {
  const [head = '', tail = ''] = text.split('/');
  const address = parseAddress6(head);
  if (address === undefined) throw new Error(`no prefix: ${text}`);
  return { address, length: Number(tail) };
}

const LINK_LOCAL = prefix6('fe80::/10');
const SITE_LOCAL = prefix6('fec0::/10');
const GROUPS = prefix6('ff00::/8');

/** `::`, that nobody has, and `::1`. */
export const UNSPECIFIED = 0n;
export const LOCALHOST6 = 1n;

export const isGroup = (address: Address): boolean => holds(GROUPS, address);
export const isLinkLocal = (address: Address): boolean => holds(LINK_LOCAL, address);
export const isLocalhost = (address: Address): boolean => address === LOCALHOST6;

/** The scope of a group's address (RFC 4291, section 2.7): its second byte's low half. */
export const groupScope = (group: Address): number => Number((BigInt(group) >> 112n) & 0xfn);

/** Scopes of groups, which those of unicast addresses are compared with. */
export const SCOPE6 = { INTERFACE: 1, LINK: 2, SITE: 5, GLOBAL: 14 } as const;

/** `__ipv6_addr_src_scope` (net/ipv6/addrconf_core.c): localhost counts as link-local. */
export function scopeOf(address: Address): number {
  if (isGroup(address)) return groupScope(address);
  if (isLinkLocal(address) || isLocalhost(address)) return SCOPE6.LINK;
  return holds(SITE_LOCAL, address) ? SCOPE6.SITE : SCOPE6.GLOBAL;
}

/** `rt6_need_strict` (net/ipv6/route.c): such a destination means another thing on each device. */
export const needsDevice = (address: Address): boolean =>
  isGroup(address) || isLinkLocal(address) || isLocalhost(address);

/** Sockets must name the device of such a destination (`__ipv6_addr_needs_scope_id`). */
export const isOfLink = (address: Address): boolean =>
  isLinkLocal(address) || (isGroup(address) && groupScope(address) <= SCOPE6.LINK);

/** The group that whoever has the address is in (`addrconf_addr_solict_mult`): ff02::1:ffXX:XXXX. */
export const solicitedNode = (address: Address): bigint =>
  0xff0200000000000000000001ff000000n | (BigInt(address) & 0xffffffn);

/** The group address of a destination's frames (RFC 2464, section 7): 33:33 and its last four bytes. */
export const groupMac6 = (group: Address): number => 0x333300000000 + Number(BigInt(group) & 0xffffffffn);

/** Not yet its own, or never: somebody else may have it. */
export const isAssigned = ({ tentative }: InterfaceAddress): boolean => tentative !== true;
