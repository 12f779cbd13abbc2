import type { Node, Route } from '../network/network.ts';
import { type Address, printAddress } from '../packet/address.ts';
import { PROTOCOL } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import { isLoopback, isMulticast, LIMITED_BROADCAST } from './input-route.ts';
import { type Found, flowKey, isLocal, lookup, originOf } from './routing.ts';
import { type Skb, write } from './skb.ts';
import { preferredSource } from './source.ts';
import { holds, strongest, type World } from './world.ts';

export type Taken = Extract<Found, { kind: 'route' }>;

/** Where a packet is to leave: the device, the next hop and the kind of destination. */
export interface Exit {
  readonly device: string;
  readonly nextHop: Address;
  readonly type: Route['type'];
  readonly taken?: Taken;
}

export type NoExit = Extract<Found, { kind: 'none' }>;

/** The route of what a socket sends, and its source address. `itself`: it was sent to 0.0.0.0. */
export function routeSocket(world: World, skb: Skb, node: Node, bound: boolean, itself: boolean): Exit | NoExit {
  if (itself && staysHome(world, skb, node)) return { device: 'lo', nextHop: skb.packet.dst, type: 'local' };
  return bound && skb.packet.src !== 0 ? routeBound(world, node, skb.packet) : routeUnbound(world, skb, node);
}

/** A socket that connects looks the route up again, to the address that 0.0.0.0 became (`ip_route_connect`): from a foreign source it leaves. */
const staysHome = (world: World, { packet }: Skb, node: Node): boolean =>
  packet.src !== 0 && !isLocal(node, packet.src) && !connects(world, packet, node);

/** Sources that no packet may have, and what is for everybody, which leaves by the device that has the source address, without a lookup. */
function routeBound(world: World, node: Node, packet: Packet): Exit | NoExit {
  const { src, dst } = packet;
  if (isMulticast(src) || src === LIMITED_BROADCAST || src < 2 ** 24)
    return nowhere(node, `${printAddress(src)} is no source address`);
  if (dst !== LIMITED_BROADCAST && !isMulticast(dst)) return routeOutput(world, node, packet);
  const home = node.interfaces.find(({ addresses }) => addresses.some(({ local }) => local === src));
  if (home === undefined) return nowhere(node, `no interface has the source ${printAddress(src)}`);
  return { device: home.name, nextHop: dst, type: kindOf(dst, 'unicast') };
}

const nowhere = (node: Node, text: string): NoExit => ({ kind: 'none', origin: { node: node.name, text } });

/** Routes, picks the source, and for a socket that connects routes again with it: policy rules may ask for the source. */
function routeUnbound(world: World, skb: Skb, node: Node): Exit | NoExit {
  const first = routeOutput(world, node, skb.packet);
  if ('kind' in first) return first;
  write(skb, { src: sourceFor(node, skb.packet, first) });
  const second = routeOutput(world, node, skb.packet);
  const same = !('kind' in second) && second.device === first.device && second.nextHop === first.nextHop;
  return same || !connects(world, skb.packet, node) ? first : second;
}

/** tcp connects; whether a udp socket does is up to the program. */
function connects(world: World, { proto, dst }: Packet, node: Node): boolean {
  if (proto === PROTOCOL.TCP) return true;
  const reason = `whether the udp socket on ${node.name} is connected: policy rules route by its source address then`;
  return proto === PROTOCOL.UDP && holds(world, { id: `${node.name} connected ${printAddress(dst)}`, reason });
}

/** The output route: local destinations leave by lo, whichever device has the address. */
export function routeOutput(world: World, node: Node, packet: Packet): Exit | NoExit {
  const found = lookup(world, node, flowKey(packet, 'lo'));
  if (found.kind === 'none') return found;
  const { type } = found.route;
  if (type === 'local') return { device: 'lo', nextHop: packet.dst, type, taken: found };
  const device = found.hop?.device;
  if (device === undefined) return { kind: 'none', origin: originOf(node, found.route) };
  const martian = oddSource(world, node, packet.src, device);
  if (martian !== undefined) return { kind: 'none', origin: { node: node.name, text: martian } };
  return { device, nextHop: found.hop?.via ?? packet.dst, type: kindOf(packet.dst, type), taken: found };
}

/** Sources that `ip_route_output_key` refuses (EINVAL): groups, and localhost by any other device than lo. */
function oddSource(world: World, node: Node, src: Address, device: string): string | undefined {
  const group = isMulticast(src) || src === LIMITED_BROADCAST;
  const away = device !== 'lo' && isLoopback(src) && strongest(world, node, device, 'route_localnet') === 0;
  return group || away ? `source ${printAddress(src)} may not leave by ${device}` : undefined;
}

const kindOf = (dst: Address, type: Route['type']): Route['type'] =>
  dst === LIMITED_BROADCAST ? 'broadcast' : isMulticast(dst) ? 'multicast' : type;

function sourceFor(node: Node, { dst }: Packet, { taken, device, type }: Exit): Address {
  if (taken === undefined) return 0;
  if (type === 'local') return taken.route.source ?? dst;
  return preferredSource(node, taken.route, device, taken.hop?.via);
}
