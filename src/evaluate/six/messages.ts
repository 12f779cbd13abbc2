import { interfaceOf, nodeOf } from '../../network/access.ts';
import type { Walk } from '../../network/trace.ts';
import type { Address } from '../../packet/address.ts';
import type { Fate } from '../../packet/fate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { packet } from '../../packet/packet.ts';
import { receive } from '../link.ts';
import { cacheKey } from '../neighbour.ts';
import { localOut } from '../output.ts';
import type { Endpoint } from '../segment.ts';
import { finish, newSkb, type Skb } from '../skb.ts';
import { strangerAt } from '../stranger.ts';
import type { World } from '../world.ts';
import { groupMac6, solicitedNode } from './address.ts';
import { ICMP6 } from './answer.ts';
import { hasAddress, mayProxy } from './groups.ts';
import { selectAddress6 } from './source.ts';

/** Who asks on which device, for whom, and in whose name. */
export interface Asking extends Endpoint {
  readonly target: Address;
  readonly sender: Address;
}

/** Header, target and one option (RFC 4861, sections 4.3 and 4.4). */
const MESSAGE = { proto: PROTOCOL.ICMPV6, ttl: 255, length: 72 } as const;

/** Sends one message and follows each copy of it to its end. */
function send(world: World, errand: World['errand'], skb: Skb, way: () => Fate): readonly Walk[] {
  const { errand: before } = world;
  world.errand = errand;
  const { copies, ...walk } = finish(skb, way());
  world.errand = before;
  return [{ ...walk, copies: [] }, ...copies];
}

/** `ndisc_send_ns`: to the group of whoever has the target. */
export function sendSolicitation(world: World, { node, device, target, sender }: Asking): readonly Walk[] {
  const group = solicitedNode(target);
  const fields = { ...MESSAGE, icmpType: ICMP6.SOLICITATION, src: sender, dst: group, macDst: groupMac6(group) };
  const skb = newSkb(world.leg, packet(fields));
  const exit = { device: device.name, nextHop: group, type: 'multicast' } as const;
  return send(world, 'solicitation', skb, () => localOut(world, skb, node, exit));
}

/** Where a copy of a solicitation was taken in, if it is heeded there: with the hop limit that no router has touched. */
export function arrival(world: World, { fate, received }: Walk, target: Address): Endpoint | undefined {
  if (fate.kind !== 'delivered' || !isHeeded(received, ICMP6.SOLICITATION)) return undefined;
  const node = nodeOf(world.network, fate.node);
  const device = interfaceOf(node, fate.interface);
  const answers = hasAddress(node, device, target) || mayProxy(world, node, device.name, solicitedNode(target));
  return answers ? { node, device } : undefined;
}

/** `ndisc_rcv`. */
const isHeeded = ({ icmpType, icmpCode, ttl, badChecksum }: Walk['received'], type: number): boolean =>
  icmpType === type && icmpCode === 0 && ttl === 255 && badChecksum === 0;

/** `ndisc_recv_ns`, `ndisc_send_na`: whoever answers has learnt who asks, and says so to that address by the same device. */
export function sendAdvertisement(world: World, from: Endpoint, asking: Asking): readonly Walk[] {
  const { node, device } = from;
  const { target, sender } = asking;
  world.neighbours.set(cacheKey(from, sender), asking.device.mac);
  const src = hasOwn(from, target) ? target : selectAddress6(world, node, device.name, sender);
  if (src === undefined) return [];
  const skb = newSkb(world.leg, packet({ ...MESSAGE, icmpType: ICMP6.ADVERTISEMENT, src, dst: sender }));
  const exit = { device: device.name, nextHop: sender, type: 'unicast' } as const;
  return send(world, 'advertisement', skb, () => localOut(world, skb, node, exit));
}

const hasOwn = ({ device }: Endpoint, target: Address): boolean =>
  device.addresses.some(({ local }) => local === target);

/** Somebody out of sight answers, with an address that nobody knows: it comes in where the solicitation left. */
export function receiveAdvertisement(
  world: World,
  { node, device: exit }: Endpoint,
  { target, sender, device }: Asking,
): readonly Walk[] {
  const fields = { ...MESSAGE, icmpType: ICMP6.ADVERTISEMENT, src: target, dst: sender, macDst: device.mac };
  const skb = newSkb(world.leg, packet(fields));
  skb.stranger = strangerAt({ node, device: exit }, target);
  return send(world, 'advertisement', skb, () => receive(world, skb, node, exit.name));
}

/** Whether an advertisement came to the device that asked. */
export const isHeard = ({ node, device }: Asking, { fate, received }: Walk): boolean =>
  fate.kind === 'delivered' &&
  fate.node === node.name &&
  fate.interface === device.name &&
  isHeeded(received, ICMP6.ADVERTISEMENT);
