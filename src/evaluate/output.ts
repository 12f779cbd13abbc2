import type { Node } from '../network/network.ts';
import { BROADCAST_MAC, printAddress } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import { ACCEPT, type Verdict } from './chain.ts';
import { type Reroute, runHook } from './hook.ts';
import { fateOf, localIn } from './host.ts';
import { postRouting } from './leave.ts';
import { type Exit, type NoExit, routeOutput, routeSocket } from './output-route.ts';
import { originOf } from './routing.ts';
import { type Asked, routeAgain } from './six/output-route.ts';
import { at, clone, drop, finish, note, type Skb, write } from './skb.ts';
import { undecided } from './undecided.ts';
import { holds, isSix, type World } from './world.ts';

/** A process sends (`ip_route_output_flow`, `ip_local_out`): route, source address, OUTPUT, POSTROUTING, device. */
export function socketOutput(world: World, skb: Skb, node: Node, bound: boolean): Fate {
  if (!bound) write(skb, { src: 0 });
  // nobody is at 0.0.0.0: the kernel takes it for the node itself (ip_route_output_key_hash_rcu)
  const itself = skb.packet.dst === 0;
  if (itself) write(skb, { dst: skb.packet.src === 0 ? LOCALHOST : skb.packet.src });
  note(skb, {
    node: node.name,
    hook: 'socket',
    text: `${skb.leg} to ${printAddress(skb.packet.dst)}`,
    verdict: 'sent',
  });
  const hole = undecided(node, 'interfaces');
  if (hole !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: hole });
  const exit = routeSocket(world, skb, node, bound, itself);
  if ('kind' in exit) return routeless(skb, node, exit);
  if (refusesGroup(skb, exit))
    return drop(skb, 'route', 'no route', { node: node.name, text: 'tcp connects to no group' });
  if (skb.leg === 'answer' && exit.type === 'broadcast' && !mayBroadcast(world, skb, node))
    return drop(skb, 'route', 'no route', { node: node.name, text: 'the udp service may not send to a broadcast' });
  noteRoute(skb, node, exit);
  return localOut(world, skb, node, exit);
}

export const routeless = (skb: Skb, node: Node, { origin, unknown }: NoExit): Fate =>
  unknown === undefined ? drop(skb, 'route', 'no route', origin) : fateOf(skb, node, { kind: 'unknown', unknown });

const LOCALHOST = 0x7f000001;
/** `tcp_v4_connect` refuses groups (ENETUNREACH); a raw socket's SYN to one is nothing that an ordinary process sends. */
const refusesGroup = ({ packet }: Skb, { type }: Exit): boolean =>
  packet.proto === PROTOCOL.TCP &&
  packet.tcpFlags === TCP_FLAG.SYN &&
  packet.badChecksum === 0 &&
  (type === 'broadcast' || type === 'multicast');

/** `udp_sendmsg`: EACCES without SO_BROADCAST, which is up to the program; the kernel's own answers need no leave. */
const mayBroadcast = (world: World, { packet }: Skb, node: Node): boolean =>
  packet.proto !== PROTOCOL.UDP ||
  holds(world, {
    id: `${node.name} answers broadcasts`,
    reason: `whether what answers udp on ${node.name} may send to a broadcast address (SO_BROADCAST)`,
  });

export function noteRoute(skb: Skb, node: Node, { taken, device, type }: Exit): void {
  const { text, place } =
    taken === undefined ? { text: `by ${device}`, place: undefined } : originOf(node, taken.route);
  const verdict = type === 'local' ? 'local, via lo' : `via ${device}`;
  note(skb, { node: node.name, hook: 'route', text, ...at(place), verdict });
}

/** OUTPUT. Its rules see the device of the first route even after nat has sent the packet another way (`state->out`). */
export function localOut(world: World, skb: Skb, node: Node, first: Exit, asked?: Asked): Fate {
  let exit = first;
  let failed: Fate | undefined;
  const reroute: Reroute = (before, table): Verdict => {
    if (!mustReroute(world, before, skb.packet, table)) return ACCEPT;
    const again = isSix(world) ? routeAgain(world, skb, node, exit, asked) : routeOutput(world, node, skb.packet);
    if ('kind' in again) {
      failed = routeless(skb, node, again);
      return { kind: 'drop', origin: again.origin };
    }
    exit = again;
    noteRoute(skb, node, exit);
    return ACCEPT;
  };
  const position = { node, hook: 'OUTPUT', out: first.device, nextHop: first.nextHop } as const;
  const verdict = runHook(world, skb, position, reroute);
  if (failed !== undefined) return failed;
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  if (exit.type === 'broadcast' && exit.device !== 'lo') loopBack(world, skb, node, exit);
  return postRouting(world, skb, node, exit);
}

/** What mangle may change that routes again: of IPv6 the hop limit, too (`ipt_mangle_out`, `ip6t_mangle_out`). */
const ROUTED_BY = { 4: ['src', 'dst', 'mark', 'tos'], 6: ['src', 'dst', 'mark', 'tos', 'ttl'] } as const;

/** mangle routes again after a change of these, nat after one of the destination (`ip_route_me_harder`). */
const mustReroute = ({ network }: World, a: Packet, b: Packet, table: string): boolean =>
  a.dst !== b.dst || (table === 'mangle' && ROUTED_BY[network.family ?? 4].some((field) => a[field] !== b[field]));

/** The sender of a broadcast gets a copy itself (`ip_mc_output`); it is never the copy that speaks for the packet. */
function loopBack(world: World, skb: Skb, node: Node, { device, nextHop }: Exit): void {
  const copy = clone(skb);
  // PACKET_LOOPBACK is a broadcast to `-m pkttype`
  write(copy, { macDst: BROADCAST_MAC });
  const sent = runHook(world, copy, { node, hook: 'POSTROUTING', out: device, nextHop });
  const seen =
    sent.kind === 'accept' ? runHook(world, copy, { node, hook: 'PREROUTING', in: device, looped: true }) : sent;
  const fate = seen.kind === 'accept' ? localIn(world, copy, node, device) : fateOf(copy, node, seen);
  skb.own = [...skb.own, finish(copy, fate)];
}
