import { findInterface } from '../../network/access.ts';
import type { Node } from '../../network/network.ts';
import { type Address, isGroupMac, printAddress } from '../../packet/address.ts';
import type { DropReason } from '../../packet/fate.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Origin } from '../../packet/place.ts';
import type { InputRoute } from '../input-route.ts';
import type { Skb } from '../skb.ts';
import { deviceSetting6, type World } from '../world.ts';
import { groupScope, isGroup, isLocalhost, SCOPE6 } from './address.ts';
import { isMember } from './groups.ts';
import { inputKey, lookup6 } from './routing.ts';

/** Why a packet is thrown away before anybody looks at it. */
export interface Refusal {
  readonly reason: DropReason;
  readonly origin: Origin;
}

/** `ip6_rcv_core` (net/ipv6/ip6_input.c): what no host takes in, before PREROUTING. */
export function refuse(world: World, { packet }: Skb, node: Node, device: string): Refusal | undefined {
  const refusal = (reason: DropReason, text: string): Refusal => ({ reason, origin: { node: node.name, text } });
  const odd = oddAddress(packet, device);
  if (odd !== undefined) return refusal('martian', `martian ${odd} on ${device}`);
  if (isOff(world, node, device)) return refusal('interface down', `IPv6 is off on ${device}`);
  if (isGroup(packet.dst) || !isGroupMac(packet.macDst) || device === 'lo') return undefined;
  if (deviceSetting6(world, node, device, 'drop_unicast_in_l2_multicast') === 0) return undefined;
  return refusal('not for me', `a unicast packet in a group frame: drop_unicast_in_l2_multicast on ${device}`);
}

function oddAddress({ src, dst }: Packet, device: string): string | undefined {
  const wire = device !== 'lo';
  const said = (what: string, address: Address): string => `${what} ${printAddress(address)}`;
  if (isGroup(src) || (wire && isLocalhost(src))) return said('source', src);
  if (wire && isLocalhost(dst)) return said('destination', dst);
  const near = isGroup(dst) && groupScope(dst) <= (wire ? SCOPE6.INTERFACE : 0);
  return near ? said('destination', dst) : undefined;
}

/** The least that a link must carry (RFC 8200): below, a device has no IPv6 at all. */
const LEAST_MTU = 1280;

/** Whether a device has no IPv6 (`__in6_dev_get`, `disable_ipv6`). */
export const isOff = (world: World, node: Node, device: string): boolean =>
  (findInterface(node, device)?.mtu ?? LEAST_MTU) < LEAST_MTU ||
  deviceSetting6(world, node, device, 'disable_ipv6') !== 0;

/** `ip6_route_input`: no source is validated; a local address counts whichever device it is on, but for link-local ones. */
export function routeInput6(world: World, node: Node, packet: Packet, device: string): InputRoute {
  const found = lookup6(world, node, inputKey(packet, device));
  if (found.kind === 'none') {
    if (found.unknown === undefined) return { kind: 'drop', reason: 'no route', origin: found.origin };
    // wherever it goes from here, nobody answers
    return isIdle(world, node, device, packet)
      ? notMember(node, device, packet.dst)
      : { kind: 'unknown', unknown: found.unknown };
  }
  const { route } = found;
  if (route.type === 'local' || route.type === 'anycast') return { kind: 'local', text: route.text, taken: found };
  if (route.type === 'multicast') return toGroup(world, node, packet, device);
  return { kind: 'forward', taken: found };
}

/** `ip6_mc_input`. */
function toGroup(world: World, node: Node, { dst }: Packet, device: string): InputRoute {
  if (isMember(world, node, device, dst)) return { kind: 'multicast', text: `multicast group ${printAddress(dst)}` };
  return notMember(node, device, dst);
}

function notMember(node: Node, device: string, group: Address): InputRoute {
  const origin = { node: node.name, text: `not in the group ${printAddress(group)} on ${device}` };
  return { kind: 'drop', reason: 'not for me', origin };
}

/** A solicitation for an address that is not of the device: what is passed on has lost a hop and is not heeded (ndisc_rcv). */
const isIdle = (world: World, node: Node, device: string, { dst }: Packet): boolean =>
  world.errand === 'solicitation' && isGroup(dst) && !isMember(world, node, device, dst);
