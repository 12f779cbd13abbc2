import { nodeOf } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import type { Walk } from '../network/trace.ts';
import type { Address } from '../packet/address.ts';
import { LEGS, type Leg } from '../packet/exchange.ts';
import type { Disposition, Fate } from '../packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import { type Answer, answerTo4, isGroupSegment, none } from './answer.ts';
import { isMulticast, LIMITED_BROADCAST } from './input-route.ts';
import { groupMac } from './leave.ts';
import { receive, transmit } from './link.ts';
import { socketOutput } from './output.ts';
import { isLocal } from './routing.ts';
import { isGroup } from './six/address.ts';
import { answerTo6, ICMP6 } from './six/answer.ts';
import { socketOutput6 } from './six/output.ts';
import type { Asked } from './six/output-route.ts';
import { cameBy, isBound } from './six/socket.ts';
import { finish, newSkb, RANK, type Skb, write } from './skb.ts';
import { isSix, type World } from './world.ts';

/** Sends the request, then as much of the answer as the probe follows. */
export function walkExchange(world: World, first: Packet): { walks: readonly Walk[]; disposition: Disposition } {
  const request = send(world, 'request', first);
  const walks = [request];
  const reply = world.probe.back ? answer(world, walks, request) : none('the answer was not followed');
  return { walks, disposition: { request: request.fate, reply } };
}

/** The asker sends one packet of the exchange. */
function send(world: World, leg: Leg, of: Packet): Walk {
  world.leg = leg;
  const { source } = world.probe;
  const node = nodeOf(world.network, source.node);
  const skb = newSkb(leg, of);
  // of IPv6 a connection keeps the route that was found before it had a source (`ip6_dst_store`)
  if (source.kind === 'socket')
    return sendBySocket(world, skb, node, source.bound || (leg !== 'request' && !isSix(world)));
  if (source.kind === 'wire') return finish(skb, receive(world, skb, node, source.interface));
  if (skb.packet.macDst === 0 && isForMany(of.dst)) write(skb, { macDst: groupMac(of.dst) });
  return finish(skb, transmit(world, skb, node, source.interface));
}

const isForMany = (address: Address): boolean =>
  typeof address === 'bigint' ? isGroup(address) : isMulticast(address) || address === LIMITED_BROADCAST;

function sendBySocket(world: World, skb: Skb, node: Node, bound: boolean): Walk {
  const { source } = world.probe;
  const device = source.kind === 'socket' ? source.device : undefined;
  const fate = output(world, skb, node, bound, { device, bound: device !== undefined });
  return asSent(skb, fate);
}

/** `sent` shows the addresses that the kernel made of the socket's: the source that it picked, localhost for 0.0.0.0. */
function asSent(skb: Skb, fate: Fate): Walk {
  const { src, dst } = skb.hops.find(({ hook }) => hook === 'route')?.packet ?? skb.sent;
  return { ...finish(skb, fate), sent: { ...skb.sent, src, dst } };
}

/** Every stack that a copy of the request was delivered to answers it; the answer that arrives speaks for all. */
function answer(world: World, walks: Walk[], request: Walk): Fate {
  const ways = [request, ...request.copies].flatMap((copy) => {
    if (copy.fate.kind !== 'delivered') return [];
    const back: Walk[] = [];
    return [{ back, fate: answerOf(world, back, copy, copy.fate) }];
  });
  const [best] = ways.sort((a, b) => RANK.indexOf(a.fate.kind) - RANK.indexOf(b.fate.kind));
  if (best === undefined) return none('the request was not delivered');
  walks.push(...best.back);
  return best.fate;
}

/** The stack that one copy was delivered to answers; the fate of the whole way back. */
function answerOf(world: World, walks: Walk[], request: Walk, to: Delivered): Fate {
  const node = nodeOf(world.network, to.node);
  const made = (isSix(world) ? answerTo6 : answerTo4)(world, node, request.received, to.interface);
  if ('kind' in made) return made;
  const back = reply(world, 'answer', node, made);
  const { walk, fate } = taken(back, (copy) => atAsker(world, request, copy));
  walks.push(walk);
  if (fate.kind !== 'delivered' || request.received.proto !== PROTOCOL.TCP) return fate;
  return connection(world, walks, request, node, made);
}

function reply(world: World, leg: Leg, node: Node, { made, asked }: Answer): Walk {
  world.leg = leg;
  const skb = newSkb(leg, made);
  return asSent(skb, output(world, skb, node, true, asked));
}

const output = (world: World, skb: Skb, node: Node, bound: boolean, asked: Asked): Fate =>
  isSix(world) ? socketOutput6(world, skb, node, bound, asked) : socketOutput(world, skb, node, bound);

/** After SYN and SYN-ACK: ACK and data from the asker, the acknowledgement of the data back. */
function connection(world: World, walks: Walk[], request: Walk, node: Node, synAck: Answer): Fate {
  for (const leg of LEGS.slice(2)) {
    const { walk, fate } =
      leg === 'data answer'
        ? taken(reply(world, leg, node, { ...synAck, made: segment(synAck.made, leg) }), (copy) =>
            atAsker(world, request, copy),
          )
        : taken(send(world, leg, segment(request.sent, leg)), (copy) => atServer(request, copy));
    walks.push(walk);
    if (fate.kind !== 'delivered' || leg === 'data answer') return fate;
  }
  throw new Error('an exchange has five legs');
}

const segment = (of: Packet, leg: Leg): Packet => ({
  ...of,
  tcpFlags: leg === 'data' ? TCP_FLAG.PSH | TCP_FLAG.ACK : TCP_FLAG.ACK,
});

/** Of the copies of what was flooded, each is judged for itself; the one that its socket takes speaks for all. */
function taken(walk: Walk, judge: (copy: Walk) => Fate): { readonly walk: Walk; readonly fate: Fate } {
  const { copies, ...best } = walk;
  const judged = [{ ...best, copies: [] }, ...copies].map((copy) => ({ copy, fate: judge(copy) }));
  judged.sort((a, b) => RANK.indexOf(a.fate.kind) - RANK.indexOf(b.fate.kind));
  const [first] = judged;
  if (first === undefined) throw new Error('a walk without itself');
  const others = judged.slice(1).map(({ copy }) => copy);
  return { walk: { ...first.copy, copies: others }, fate: first.fate };
}

/**
 * Whether an answer that was delivered belongs to the asking socket. None has the address of a group (`inet_bind`: use
 * the device's), and tcp takes no frames that are for many (`tcp_v4_rcv`: PACKET_HOST).
 */
function atAsker(world: World, { sent }: Walk, { fate, received }: Walk): Fate {
  if (fate.kind !== 'delivered') return fate;
  if (isForGroup(nodeOf(world.network, fate.node), received.dst))
    return noSocket(fate.node, 'the answer was sent to a group');
  if (isGroupSegment(received)) return noSocket(fate.node, 'tcp takes no frame that is for a group');
  const { source } = world.probe;
  const home = source.kind === 'wire' || fate.node === source.node;
  const echoed = received.icmpType === (isSix(world) ? ICMP6.ECHO_REPLY : 0) && received.icmpId === sent.icmpId;
  const mirrored =
    received.src === sent.dst &&
    received.dst === sent.src &&
    received.sport === sent.dport &&
    received.dport === sent.sport;
  const icmp = received.proto === (isSix(world) ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP);
  if (!home || !(icmp ? echoed : mirrored))
    return noSocket(fate.node, 'the answer is not from where the request was sent to');
  const bound = source.kind === 'socket' ? source.device : undefined;
  return bound === undefined || hears(world, bound, sent, fate, received)
    ? fate
    : noSocket(fate.node, `the socket is bound to ${bound}`);
}

/** A socket that is bound to a device hears only what came in there (`raw_v6_match`, `udp6_lib_lookup2`). */
function hears(
  world: World,
  device: string,
  sent: Packet,
  { node: name, interface: by }: Delivered,
  got: Packet,
): boolean {
  const node = nodeOf(world.network, name);
  return cameBy(node, got.dst, by) === device || !isBound(world, node, device, sent);
}
type Delivered = Extract<Fate, { kind: 'delivered' }>;

const isForGroup = (node: Node, dst: Address): boolean =>
  typeof dst === 'bigint' ? isGroup(dst) : !isLocal(node, dst);

/** Whether a later segment of the asker came to the socket that the first one came to. */
function atServer({ fate: first, received: syn }: Walk, { fate, received }: Walk): Fate {
  if (fate.kind !== 'delivered') return fate;
  if (isGroupSegment(received)) return noSocket(fate.node, 'tcp takes no frame that is for a group');
  const same =
    first.kind === 'delivered' &&
    first.node === fate.node &&
    (['src', 'dst', 'sport', 'dport'] as const).every((field) => syn[field] === received[field]);
  return same ? fate : noSocket(fate.node, 'the segment came to another socket than the SYN');
}

const noSocket = (node: string, text: string): Fate => ({
  kind: 'dropped',
  node,
  reason: 'no socket',
  origin: { node, text },
});
