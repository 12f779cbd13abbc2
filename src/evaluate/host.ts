import type { Node } from '../network/network.ts';
import { unredirected } from '../network/redirects.ts';
import { isGroupMac } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import type { Verdict } from './chain.ts';
import { runHook } from './hook.ts';
import { type InputRoute, routeInput } from './input-route.ts';
import { postRouting } from './leave.ts';
import type { Taken } from './output-route.ts';
import { flowKey, originOf } from './routing.ts';
import { forward6 } from './six/forward.ts';
import { refuse, routeInput6 } from './six/input-route.ts';
import { at, drop, note, type Skb, write } from './skb.ts';
import { assume, isSix, type World } from './world.ts';

/** The fate of a packet that a hook did not let pass. */
export function fateOf(skb: Skb, node: Node, verdict: Verdict): Fate {
  if (verdict.kind === 'drop') {
    const reason = verdict.waits === true ? 'fragment' : 'rule';
    return { kind: 'dropped', node: node.name, reason, origin: verdict.origin };
  }
  if (verdict.kind !== 'unknown') throw new Error(`a hook ended with ${verdict.kind}`);
  note(skb, { node: node.name, hook: 'route', text: verdict.unknown.reason, verdict: 'unknown' });
  return { kind: 'unknown', node: node.name, unknown: verdict.unknown };
}

/** `ip_rcv`: PREROUTING unless the bridge has shown it the packet already, then routing. */
export function ipInput(world: World, skb: Skb, node: Node, device: string): Fate {
  const refused = isSix(world) ? refuse(world, skb, node, device) : undefined;
  if (refused !== undefined) return drop(skb, 'route', refused.reason, refused.origin);
  if (skb.bridge === undefined) {
    const verdict = runHook(world, skb, { node, hook: 'PREROUTING', in: device });
    if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  }
  const route = routeIn(world, skb, node, device);
  if (route.kind !== 'forward') return end(world, skb, node, device, route);
  return isSix(world)
    ? forward6(world, skb, node, device, route.taken)
    : forward(world, skb, node, device, route.taken);
}

/** The input route of a packet, by its family. */
export const routeIn = (world: World, { packet }: Skb, node: Node, device: string): InputRoute =>
  isSix(world) ? routeInput6(world, node, packet, device) : routeInput(world, node, flowKey(packet, device));

function end(
  world: World,
  skb: Skb,
  node: Node,
  device: string,
  route: Exclude<InputRoute, { kind: 'forward' }>,
): Fate {
  if (route.kind === 'drop') return drop(skb, 'route', route.reason, route.origin);
  if (route.kind === 'unknown') return fateOf(skb, node, route);
  const place = route.taken === undefined ? undefined : originOf(node, route.taken.route).place;
  note(skb, { node: node.name, hook: 'route', text: route.text, ...at(place), verdict: route.kind });
  return localIn(world, skb, node, device);
}

/** `ip_local_deliver`: fragments are put together (`ip_defrag`), of IPv6 behind INPUT (`ip6_input`), before the stack. */
export function localIn(world: World, skb: Skb, node: Node, device: string): Fate {
  const waits = (): Fate =>
    drop(skb, 'deliver', 'fragment', { node: node.name, text: 'the rest of the datagram is missing' });
  if (skb.packet.fragment === 1 && !isSix(world)) return waits();
  const verdict = runHook(world, skb, { node, hook: 'INPUT', in: device });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  if (skb.packet.fragment === 1) return waits();
  const text = `local delivery at ${device}`;
  note(skb, { node: node.name, hook: 'deliver', text, verdict: `delivered to ${node.name}` });
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
  assume(world, unredirected(node, device, out));
  // FORWARD sees the ttl that the next host will see
  write(skb, { ttl: skb.packet.ttl - 1 });
  note(skb, { node: node.name, hook: 'route', text: origin.text, ...at(origin.place), verdict: `via ${out}` });
  const verdict = runHook(world, skb, { node, hook: 'FORWARD', in: device, out });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  const exit = { device: out, nextHop: taken.hop?.via ?? skb.packet.dst, type: taken.route.type, taken };
  return postRouting(world, skb, node, exit, device);
}

/** Where the packet has been before, the ttl has run out in a loop, and the text says so. */
export function expired(skb: Skb, node: Node, device: string): Fate {
  const { src, dst } = skb.packet;
  const before = skb.hops.some(
    ({ node: name, hook, packet }) =>
      name === node.name && hook === 'route' && packet.src === src && packet.dst === dst,
  );
  const text = `time to live exceeded at ${device}${before ? ', in a loop' : ''}`;
  return drop(skb, 'route', 'ttl', { node: node.name, text });
}
