import { findInterface } from '../network/access.ts';
import type { Interface, Node, Route } from '../network/network.ts';
import type { Hook } from '../network/ruleset.ts';
import { BROADCAST_MAC, isGroupMac, printAddress } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import type { Packet } from '../packet/packet.ts';
import { ACCEPT, type Verdict } from './chain.ts';
import { runHook } from './hook.ts';
import { type InputRoute, isMulticast, LIMITED_BROADCAST, routeInput } from './input-route.ts';
import { transmit } from './link.ts';
import { resolve } from './neighbour.ts';
import { type FlowKey, type Found, lookup, originOf } from './routing.ts';
import { at, drop, note, type Skb, write } from './skb.ts';
import { preferredSource } from './source.ts';
import type { World } from './world.ts';

type Taken = Extract<Found, { kind: 'route' }>;

/** Where a packet is to leave: the device, the next hop and the kind of destination. */
interface Exit {
  readonly device: string;
  readonly nextHop: number;
  readonly type: Route['type'];
  readonly taken?: Taken;
}

export const flowKey = (packet: Packet, iif: string): FlowKey => {
  const { src, dst, proto, sport, dport, tos, mark } = packet;
  return { src, dst, proto, sport, dport, tos, mark, iif };
};

/** The fate of a packet that a hook did not let pass. */
export function fateOf(skb: Skb, node: Node, verdict: Exclude<Verdict, { kind: 'accept' | 'nat' }> | Verdict): Fate {
  if (verdict.kind === 'drop') return { kind: 'dropped', node: node.name, reason: 'rule', origin: verdict.origin };
  if (verdict.kind !== 'unknown') throw new Error(`a packet of ${skb.leg} ended with ${verdict.kind}`);
  note(skb, { node: node.name, hook: 'route', text: verdict.unknown.reason, verdict: 'unknown' });
  return { kind: 'unknown', node: node.name, unknown: verdict.unknown };
}

/** A process sends (`ip_route_output_flow`, `ip_local_out`): route, source address, OUTPUT, POSTROUTING, device. */
export function socketOutput(world: World, skb: Skb, node: Node, bound: boolean): Fate {
  note(skb, {
    node: node.name,
    hook: 'socket',
    text: `${skb.leg} to ${printAddress(skb.packet.dst)}`,
    verdict: 'sent',
  });
  if (!bound) write(skb, { src: 0 });
  const exit = routeOutput(world, node, skb.packet);
  if ('kind' in exit) return drop(skb, 'route', 'no route', exit.origin);
  if (!bound) write(skb, { src: sourceFor(node, skb.packet, exit) });
  noteRoute(skb, node, exit);
  return localOut(world, skb, node, exit);
}

/** The output route: local destinations leave by lo, whichever device has the address. */
function routeOutput(world: World, node: Node, packet: Packet, iif = 'lo'): Exit | Extract<Found, { kind: 'none' }> {
  const found = lookup(world, node, flowKey(packet, iif));
  if (found.kind === 'none') return found;
  const { type } = found.route;
  if (type === 'local') return { device: 'lo', nextHop: packet.dst, type, taken: found };
  const device = found.hop?.device;
  if (device === undefined) return { kind: 'none', origin: originOf(node, found.route) };
  return { device, nextHop: found.hop?.via ?? packet.dst, type: kindOf(packet.dst, type), taken: found };
}

const kindOf = (dst: number, type: Route['type']): Route['type'] =>
  dst === LIMITED_BROADCAST ? 'broadcast' : isMulticast(dst) ? 'multicast' : type;

function sourceFor(node: Node, { dst }: Packet, { taken, device, type }: Exit): number {
  if (taken === undefined) return 0;
  if (type === 'local') return taken.route.source ?? dst;
  return preferredSource(node, taken.route, device, taken.hop?.via);
}

function noteRoute(skb: Skb, node: Node, { taken, device, type }: Exit): void {
  if (taken === undefined) return;
  const { text, place } = originOf(node, taken.route);
  note(skb, {
    node: node.name,
    hook: 'route',
    text,
    ...at(place),
    verdict: type === 'local' ? 'local, via lo' : `via ${device}`,
  });
}

function localOut(world: World, skb: Skb, node: Node, first: Exit): Fate {
  let exit = first;
  let failed: Fate | undefined;
  const position = { node, hook: 'OUTPUT' as Hook, out: first.device, nextHop: first.nextHop };
  const verdict = runHook(world, skb, position, (before, table) => {
    if (!mustReroute(before, skb.packet, table)) return ACCEPT;
    const again = routeOutput(world, node, skb.packet);
    if ('kind' in again) {
      failed = drop(skb, 'route', 'no route', again.origin);
      return { kind: 'drop', origin: again.origin };
    }
    exit = again;
    noteRoute(skb, node, exit);
    return ACCEPT;
  });
  if (failed !== undefined) return failed;
  return verdict.kind === 'accept' ? postRouting(world, skb, node, exit) : fateOf(skb, node, verdict);
}

/** mangle routes again after a change of addresses, mark or tos, nat after one of the destination (`ip_route_me_harder`). */
const mustReroute = (a: Packet, b: Packet, table: string): boolean =>
  a.dst !== b.dst || (table === 'mangle' && (a.src !== b.src || a.mark !== b.mark || a.tos !== b.tos));

function postRouting(world: World, skb: Skb, node: Node, exit: Exit): Fate {
  const { device, nextHop } = exit;
  const verdict = runHook(world, skb, { node, hook: 'POSTROUTING', out: device, nextHop });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  if (device === 'lo') return loopback(world, skb, node, exit);
  return neighbourOutput(world, skb, node, exit);
}

/** What leaves by lo comes in by lo and keeps its route (`skb_dst`): PREROUTING, then INPUT. */
function loopback(world: World, skb: Skb, node: Node, { type, taken }: Exit): Fate {
  if (type !== 'local')
    return drop(
      skb,
      'route',
      'no route',
      taken === undefined ? { node: node.name, text: 'lo' } : originOf(node, taken.route),
    );
  write(skb, { macSrc: 0, macDst: 0 });
  const verdict = runHook(world, skb, { node, hook: 'PREROUTING', in: 'lo' });
  return verdict.kind === 'accept' ? localIn(world, skb, node, 'lo') : fateOf(skb, node, verdict);
}

/** `ip_finish_output2`: the next hop's MAC, then the device. */
function neighbourOutput(world: World, skb: Skb, node: Node, { device, nextHop, type }: Exit): Fate {
  const one = findInterface(node, device);
  if (one === undefined) return transmit(world, skb, node, device);
  write(skb, { macSrc: one.mac });
  if (type === 'broadcast') write(skb, { macDst: BROADCAST_MAC });
  else if (type === 'multicast') write(skb, { macDst: groupMac(skb.packet.dst) });
  else {
    const fate = one.up ? ask(world, skb, node, one, nextHop) : undefined;
    if (fate !== undefined) return fate;
  }
  return transmit(world, skb, node, device);
}

/** RFC 1112, section 6.4. */
export const groupMac = (address: number): number =>
  address === LIMITED_BROADCAST ? BROADCAST_MAC : 0x01005e000000 + (address % 2 ** 23);

function ask(world: World, skb: Skb, node: Node, one: Interface, nextHop: number): Fate | undefined {
  const answered = resolve(world, node, one, nextHop, skb.packet.src);
  if (answered.kind === 'none')
    return drop(skb, 'neighbour', 'no neighbour', { node: node.name, text: answered.text, place: one.place });
  if (answered.kind === 'mac') {
    write(skb, { macDst: answered.mac });
    note(skb, {
      node: node.name,
      hook: 'neighbour',
      text: answered.text,
      ...at(answered.entry?.place),
      verdict: answered.verdict,
    });
    return undefined;
  }
  // an address that lives nowhere in sight: switches flood it
  write(skb, { macDst: 0 });
  const where = `${answered.at.node.name}:${answered.at.device.name}`;
  note(skb, {
    node: node.name,
    hook: 'neighbour',
    text: `nobody in sight has ${printAddress(nextHop)}`,
    verdict: `perhaps somebody beyond ${where}`,
  });
  return undefined;
}

/** `ip_rcv`: PREROUTING unless the bridge has shown it the packet already, then routing. */
export function ipInput(world: World, skb: Skb, node: Node, device: string): Fate {
  if (skb.bridge === undefined) {
    const verdict = runHook(world, skb, { node, hook: 'PREROUTING', in: device });
    if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  }
  const route = routeInput(world, node, flowKey(skb.packet, device));
  return route.kind === 'forward'
    ? forward(world, skb, node, device, route.taken)
    : endInput(world, skb, node, device, route);
}

function endInput(
  world: World,
  skb: Skb,
  node: Node,
  device: string,
  route: Exclude<InputRoute, { kind: 'forward' }>,
): Fate {
  if (route.kind === 'drop') return drop(skb, 'route', route.reason, route.origin);
  const place = route.taken === undefined ? undefined : originOf(node, route.taken.route).place;
  note(skb, { node: node.name, hook: 'route', text: route.text, ...at(place), verdict: route.kind });
  return localIn(world, skb, node, device);
}

/** `ip_local_deliver`. */
function localIn(world: World, skb: Skb, node: Node, device: string): Fate {
  const verdict = runHook(world, skb, { node, hook: 'INPUT', in: device });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  note(skb, {
    node: node.name,
    hook: 'deliver',
    text: `local delivery at ${device}`,
    verdict: `delivered to ${node.name}`,
  });
  return { kind: 'delivered', node: node.name, interface: device };
}

/** `ip_forward` (net/ipv4/ip_forward.c): ttl, FORWARD, POSTROUTING. */
function forward(world: World, skb: Skb, node: Node, device: string, taken: Taken): Fate {
  const out = taken.hop?.device;
  const origin = originOf(node, taken.route);
  if (out === undefined) return drop(skb, 'route', 'no route', origin);
  // only frames to this host's own address are forwarded (PACKET_HOST)
  if (isGroupMac(skb.packet.macDst))
    return drop(skb, 'route', 'not for me', { ...origin, text: 'a group frame is not forwarded' });
  if (skb.packet.ttl <= 1) return expired(skb, node, device);
  write(skb, { ttl: skb.packet.ttl - 1 });
  note(skb, { node: node.name, hook: 'route', text: origin.text, ...at(origin.place), verdict: `via ${out}` });
  const verdict = runHook(world, skb, { node, hook: 'FORWARD', in: device, out });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  return postRouting(world, skb, node, {
    device: out,
    nextHop: taken.hop?.via ?? skb.packet.dst,
    type: taken.route.type,
    taken,
  });
}

/** A ttl that runs out where the packet has been before has run out in a loop. */
function expired(skb: Skb, node: Node, device: string): Fate {
  const { src, dst } = skb.packet;
  const before = skb.hops.filter(
    (hop) => hop.node === node.name && hop.hook === 'route' && hop.packet.src === src && hop.packet.dst === dst,
  );
  return drop(skb, 'route', before.length > 1 ? 'loop' : 'ttl', {
    node: node.name,
    text: `time to live exceeded at ${device}`,
  });
}
