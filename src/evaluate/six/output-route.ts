import type { Node } from '../../network/network.ts';
import { printAddress } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Exit, NoExit } from '../output-route.ts';
import { type Skb, write } from '../skb.ts';
import { holds, type World } from '../world.ts';
import { isGroup, isLinkLocal, isOfLink, needsDevice, UNSPECIFIED } from './address.ts';
import { lookup6, outputKey } from './routing.ts';
import { isBound } from './socket.ts';
import { selectAddress6 } from './source.ts';

/** What a socket says of where its packets are to leave. */
export interface Asked {
  readonly device: string | undefined;
  /** The socket is bound to the device: no other will do. */
  readonly bound: boolean;
}

export const ANYWHERE: Asked = { device: undefined, bound: false };

const nowhere = (node: Node, text: string): NoExit => ({ kind: 'none', origin: { node: node.name, text } });

/** The route of what a socket sends, and its source address (`ip6_dst_lookup_tail`, net/ipv6/ip6_output.c). */
export function routeSocket6(world: World, skb: Skb, node: Node, asked: Asked): Exit | NoExit {
  const { dst, src } = skb.packet;
  if (asked.device === undefined && isOfLink(dst) && !sendsAnyway(world, node, skb))
    return nowhere(node, `${printAddress(dst)} is an address of a link: the socket must name the device`);
  return src === UNSPECIFIED ? routeUnbound(world, skb, node, asked) : routeOutput6(world, node, skb.packet, asked);
}

/** A program that does not connect, or writes its own headers, need not name the device: the first route will do. */
const sendsAnyway = (world: World, node: Node, { leg, packet: { proto } }: Skb): boolean =>
  leg !== 'request' ||
  (proto !== PROTOCOL.TCP &&
    holds(world, {
      id: `${node.name} sends to a link without a zone`,
      reason: `whether the program on ${node.name} sends to an address of one link without naming the link`,
    }));

/** The route comes first, the source follows from it; where there is none, rules may know one for the source. */
function routeUnbound(world: World, skb: Skb, node: Node, asked: Asked): Exit | NoExit {
  const { dst } = skb.packet;
  const first = routeOutput6(world, node, skb.packet, asked);
  if ('kind' in first && first.unknown !== undefined) return first;
  const taken = 'kind' in first ? undefined : first.taken;
  const source = taken?.route.source ?? selectAddress6(world, node, taken?.hop?.device, dst);
  if (source === undefined) return nowhere(node, `${node.name} has no address to send to ${printAddress(dst)} from`);
  write(skb, { src: source });
  return 'kind' in first ? routeOutput6(world, node, skb.packet, { ...asked, bound: true }) : first;
}

/** The output route: what is local leaves by lo, whichever device has the address. */
export function routeOutput6(world: World, node: Node, packet: Packet, { device, bound }: Asked): Exit | NoExit {
  const found = lookup6(world, node, outputKey(packet, device, bound));
  if (found.kind === 'none') return found;
  const { route, hop } = found;
  const { type } = route;
  if (type === 'local' || type === 'anycast') return { device: 'lo', nextHop: packet.dst, type: 'local', taken: found };
  const out = hop?.device;
  if (out === undefined) return nowhere(node, route.text);
  if (isGroup(packet.dst) && hop?.via !== undefined) return byGateway(node, route.text);
  const kind = isGroup(packet.dst) ? 'multicast' : type;
  return { device: out, nextHop: hop?.via ?? packet.dst, type: kind, taken: found };
}

/** Where no route of a device is for groups (`ff00::/8`), a gateway's may be taken: it alone is sent the packet then. */
function byGateway(node: Node, text: string): NoExit {
  const reason = 'what becomes of a packet to a group that a gateway is sent is not modelled';
  return { ...nowhere(node, text), unknown: { id: `${node.name} routes a group`, reason } };
}

/** `ip6_route_me_harder` (net/ipv6/netfilter.c): of the socket only what it is bound to counts, and a link's destination stays on its link. */
export function routeAgain(world: World, skb: Skb, node: Node, before: Exit, asked: Asked = ANYWHERE): Exit | NoExit {
  const { dst } = skb.packet;
  const link = isGroup(dst) || isLinkLocal(dst) ? { device: before.device, bound: false } : ANYWHERE;
  return routeOutput6(world, node, skb.packet, keepsDevice(world, skb, node, asked) ? asked : link);
}

const keepsDevice = (
  world: World,
  { leg, sent, packet: { dst } }: Skb,
  node: Node,
  { device, bound }: Asked,
): boolean =>
  bound && (leg !== 'request' || device === undefined || needsDevice(dst) || isBound(world, node, device, sent));
