import { findInterface } from '../network/access.ts';
import type { Interface, Node, Route } from '../network/network.ts';
import { BROADCAST_MAC, printAddress } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import { ACCEPT, type Verdict } from './chain.ts';
import { type Reroute, runHook } from './hook.ts';
import { fateOf, localIn } from './host.ts';
import { isLoopback, isMulticast, LIMITED_BROADCAST } from './input-route.ts';
import { transmit } from './link.ts';
import { resolve } from './neighbour.ts';
import { type Found, flowKey, isLocal, lookup, originOf } from './routing.ts';
import { at, clone, drop, finish, note, type Skb, write } from './skb.ts';
import { preferredSource } from './source.ts';
import { hidden, undecided } from './undecided.ts';
import { holds, strongest, type World } from './world.ts';

export type Taken = Extract<Found, { kind: 'route' }>;

/** Where a packet is to leave: the device, the next hop and the kind of destination. */
export interface Exit {
  readonly device: string;
  readonly nextHop: number;
  readonly type: Route['type'];
  readonly taken?: Taken;
}

type NoExit = Extract<Found, { kind: 'none' }>;

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
  const exit = itself && staysHome(world, skb, node) ? toItself(skb) : route(world, skb, node, bound);
  if ('kind' in exit) return routeless(skb, node, exit);
  if (refusesGroup(skb, exit))
    return drop(skb, 'route', 'no route', { node: node.name, text: 'tcp connects to no group' });
  noteRoute(skb, node, exit);
  return localOut(world, skb, node, exit);
}

const routeless = (skb: Skb, node: Node, { origin, unknown }: NoExit): Fate =>
  unknown === undefined ? drop(skb, 'route', 'no route', origin) : fateOf(skb, node, { kind: 'unknown', unknown });

const LOCALHOST = 0x7f000001;
/** A socket that connects looks the route up again, to the address that 0.0.0.0 became (`ip_route_connect`): from a foreign source it leaves. */
const staysHome = (world: World, { packet }: Skb, node: Node): boolean =>
  packet.src !== 0 && !isLocal(node, packet.src) && !connects(world, packet, node);

const route = (world: World, skb: Skb, node: Node, bound: boolean): Exit | NoExit =>
  bound && skb.packet.src !== 0 ? routeBound(world, node, skb.packet) : routeUnbound(world, skb, node);

const toItself = ({ packet: { dst } }: Skb): Exit => ({ device: 'lo', nextHop: dst, type: 'local' });

/** Sources that no packet may have, and what is for everybody, which leaves by the device that has the source address, without a lookup. */
function routeBound(world: World, node: Node, packet: Packet): Exit | NoExit {
  const { src, dst } = packet;
  if (isMulticast(src) || src === LIMITED_BROADCAST || (src !== 0 && src < 2 ** 24))
    return nowhere(node, `${printAddress(src)} is no source address`);
  if (dst !== LIMITED_BROADCAST && !isMulticast(dst)) return routeOutput(world, node, packet);
  const home = node.interfaces.find(({ addresses }) => addresses.some(({ local }) => local === src));
  if (home === undefined) return nowhere(node, `no interface has the source ${printAddress(src)}`);
  return { device: home.name, nextHop: dst, type: kindOf(dst, 'unicast') };
}

const nowhere = (node: Node, text: string): NoExit => ({ kind: 'none', origin: { node: node.name, text } });

/** `tcp_v4_connect` refuses groups (ENETUNREACH); a raw socket's SYN to one is nothing that an ordinary process sends. */
const refusesGroup = ({ leg, packet }: Skb, { type }: Exit): boolean =>
  leg === 'request' &&
  packet.proto === PROTOCOL.TCP &&
  packet.tcpFlags === TCP_FLAG.SYN &&
  packet.badChecksum === 0 &&
  (type === 'broadcast' || type === 'multicast');

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
function routeOutput(world: World, node: Node, packet: Packet): Exit | NoExit {
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
function oddSource(world: World, node: Node, src: number, device: string): string | undefined {
  const group = isMulticast(src) || src === LIMITED_BROADCAST;
  const away = isLoopback(src) && strongest(world, node, device, 'route_localnet') === 0;
  return group || away ? `source ${printAddress(src)} may not leave by ${device}` : undefined;
}

const kindOf = (dst: number, type: Route['type']): Route['type'] =>
  dst === LIMITED_BROADCAST ? 'broadcast' : isMulticast(dst) ? 'multicast' : type;

function sourceFor(node: Node, { dst }: Packet, { taken, device, type }: Exit): number {
  if (taken === undefined) return 0;
  if (type === 'local') return taken.route.source ?? dst;
  return preferredSource(node, taken.route, device, taken.hop?.via);
}

function noteRoute(skb: Skb, node: Node, { taken, device, type }: Exit): void {
  const { text, place } =
    taken === undefined ? { text: `by ${device}`, place: undefined } : originOf(node, taken.route);
  const verdict = type === 'local' ? 'local, via lo' : `via ${device}`;
  note(skb, { node: node.name, hook: 'route', text, ...at(place), verdict });
}

/** OUTPUT. Its rules see the device of the first route even after nat has sent the packet another way (`state->out`). */
function localOut(world: World, skb: Skb, node: Node, first: Exit): Fate {
  let exit = first;
  let failed: Fate | undefined;
  const reroute: Reroute = (before, table): Verdict => {
    if (!mustReroute(before, skb.packet, table)) return ACCEPT;
    const again = routeOutput(world, node, skb.packet);
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
  if (exit.type === 'broadcast') loopBack(world, skb, node, exit);
  return postRouting(world, skb, node, exit);
}

/** mangle routes again after a change of addresses, mark or tos, nat after one of the destination (`ip_route_me_harder`). */
const mustReroute = (a: Packet, b: Packet, table: string): boolean =>
  a.dst !== b.dst || (table === 'mangle' && (a.src !== b.src || a.mark !== b.mark || a.tos !== b.tos));

/** The sender of a broadcast gets a copy itself (`ip_mc_output`); it is never the copy that speaks for the packet. */
function loopBack(world: World, skb: Skb, node: Node, { device, nextHop }: Exit): void {
  const copy = clone(skb);
  const sent = runHook(world, copy, { node, hook: 'POSTROUTING', out: device, nextHop });
  const seen = sent.kind === 'accept' ? runHook(world, copy, { node, hook: 'PREROUTING', in: device }) : sent;
  const fate = seen.kind === 'accept' ? localIn(world, copy, node, device) : fateOf(copy, node, seen);
  skb.own = [...skb.own, finish(copy, fate)];
}

/** `ip_output`: POSTROUTING, then lo or the next hop. `from`: the device that a forwarded packet came in by. */
export function postRouting(world: World, skb: Skb, node: Node, exit: Exit, from?: string): Fate {
  const { device, nextHop } = exit;
  const came = from === undefined ? {} : { in: from };
  const verdict = runHook(world, skb, { node, hook: 'POSTROUTING', ...came, out: device, nextHop });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  return device === 'lo' ? loopback(world, skb, node, exit) : neighbourOutput(world, skb, node, exit);
}

/** What leaves by lo comes in by lo and keeps its route (`skb_dst`): PREROUTING, then INPUT. */
function loopback(world: World, skb: Skb, node: Node, { type, taken }: Exit): Fate {
  const origin = taken === undefined ? { node: node.name, text: 'lo' } : originOf(node, taken.route);
  if (type !== 'local') return drop(skb, 'route', 'no route', origin);
  write(skb, { macSrc: 0, macDst: 0 });
  const verdict = runHook(world, skb, { node, hook: 'PREROUTING', in: 'lo' });
  return verdict.kind === 'accept' ? localIn(world, skb, node, 'lo') : fateOf(skb, node, verdict);
}

/** `ip_finish_output2`: the next hop's MAC, then the device. */
function neighbourOutput(world: World, skb: Skb, node: Node, { device, nextHop, type }: Exit): Fate {
  const one = findInterface(node, device);
  const unseen = hidden(node, one);
  if (unseen !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: unseen });
  if (one !== undefined) write(skb, { macSrc: one.mac, macDst: 0 });
  if (type === 'broadcast') write(skb, { macDst: BROADCAST_MAC });
  else if (type === 'multicast') write(skb, { macDst: groupMac(skb.packet.dst) });
  else if (one?.up === true && one.kind !== 'tun') {
    const fate = askNeighbour(world, skb, node, one, nextHop);
    if (fate !== undefined) return fate;
  }
  return transmit(world, skb, node, device);
}

/** The group address of a multicast destination (RFC 1112, section 6.4), and of everybody. */
export const groupMac = (address: number): number =>
  address === LIMITED_BROADCAST ? BROADCAST_MAC : 0x01005e000000 + (address % 2 ** 23);

function askNeighbour(world: World, skb: Skb, node: Node, one: Interface, nextHop: number): Fate | undefined {
  const answered = resolve(world, node, one, nextHop, skb.packet.src);
  const origin = { node: node.name, text: answered.text, place: one.place };
  if (answered.kind === 'unknown') return fateOf(skb, node, answered);
  if (answered.kind === 'none') return drop(skb, 'neighbour', 'no neighbour', origin);
  // an address that lives nowhere in sight stays 0: switches flood it
  if (answered.kind === 'mac') write(skb, { macDst: answered.mac });
  const place = answered.kind === 'mac' ? answered.entry?.place : undefined;
  note(skb, { node: node.name, hook: 'neighbour', text: answered.text, ...at(place), verdict: answered.verdict });
  return undefined;
}
