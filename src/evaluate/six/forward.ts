import type { Node } from '../../network/network.ts';
import { isGroupMac, printAddress } from '../../packet/address.ts';
import type { Fate } from '../../packet/fate.ts';
import type { Packet } from '../../packet/packet.ts';
import { runHook } from '../hook.ts';
import { expired, fateOf } from '../host.ts';
import { postRouting } from '../leave.ts';
import type { Taken } from '../output-route.ts';
import { originOf } from '../routing.ts';
import { at, drop, note, type Skb, write } from '../skb.ts';
import { deviceSetting6, type World } from '../world.ts';
import { isGroup, isLinkLocal, isLocalhost, UNSPECIFIED } from './address.ts';

/** `ip6_forward` (net/ipv6/ip6_output.c): one switch for the node, or the device's own; hop limit; the source; FORWARD. */
export function forward6(world: World, skb: Skb, node: Node, device: string, taken: Taken): Fate {
  const out = taken.hop?.device;
  const origin = originOf(node, taken.route);
  if (out === undefined) return drop(skb, 'route', 'no route', origin);
  if (!forwards(world, node, device))
    return drop(skb, 'route', 'not forwarding', { node: node.name, text: 'net.ipv6.conf.all.forwarding is off' });
  if (isGroupMac(skb.packet.macDst))
    return drop(skb, 'route', 'not for me', { ...origin, text: 'a group frame is not forwarded' });
  if (skb.packet.ttl <= 1) return expired(skb, node, device);
  if (out !== device && staysOnLink(skb.packet))
    return drop(skb, 'route', 'martian', {
      node: node.name,
      text: `source ${printAddress(skb.packet.src)} is not forwarded from ${device} to ${out}`,
    });
  // FORWARD sees the hop limit that the next host will see
  write(skb, { ttl: skb.packet.ttl - 1 });
  note(skb, { node: node.name, hook: 'route', text: origin.text, ...at(origin.place), verdict: `via ${out}` });
  const verdict = runHook(world, skb, { node, hook: 'FORWARD', in: device, out });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  const exit = { device: out, nextHop: taken.hop?.via ?? skb.packet.dst, type: taken.route.type, taken };
  return postRouting(world, skb, node, exit, device);
}

/** `force_forwarding` (since Linux 6.17) makes one device a router's where the node is none. */
const forwards = (world: World, node: Node, device: string): boolean =>
  deviceSetting6(world, node, 'all', 'forwarding') !== 0 ||
  deviceSetting6(world, node, device, 'force_forwarding') !== 0;

/** Sources that go to no other link; back to the link that they came from they may. */
const staysOnLink = ({ src }: Packet): boolean =>
  src === UNSPECIFIED || isGroup(src) || isLocalhost(src) || isLinkLocal(src);
