import type { Listener, Node } from '../network/network.ts';
import { isGroupMac } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import { type Packet, packet } from '../packet/packet.ts';
import { isMulticast, LIMITED_BROADCAST } from './input-route.ts';
import { isBroadcast, isLocal } from './routing.ts';
import { ANYWHERE, type Asked } from './six/output-route.ts';
import { selectAddress } from './source.ts';
import { assume, defaultTtl, setting, type World } from './world.ts';

/** What a stack sends back, and by which device it asks to. */
export interface Answer {
  readonly made: Packet;
  readonly asked: Asked;
}

export const none = (reason: string): Fate => ({ kind: 'none', reason });

/** What the node's stack sends back to what was delivered by the device, or why it sends nothing that counts. */
export function answerTo4(world: World, node: Node, got: Packet, device: string): Answer | Fate {
  const made = answerTo(world, node, got, device);
  if ('kind' in made) return made;
  return { made: { ...made, ttl: defaultTtl(world, node) }, asked: ANYWHERE };
}

function answerTo(world: World, node: Node, got: Packet, device: string): Packet | Fate {
  if (!ANSWERED.includes(got.proto)) return none(`protocol ${got.proto} has no answer`);
  if (got.badChecksum === 1) return { kind: 'dropped', node: node.name, reason: 'checksum' };
  if (got.proto === PROTOCOL.ICMP) return echo(world, node, got, device);
  if (!isLocal(node, got.dst)) return none('what was sent to a group is not answered');
  const closed = notOpening(got);
  if (closed !== undefined) return none(closed);
  if (takersOf(world, node, got, device).length === 0) return none(refusal(node, got, 'ICMP'));
  return accepting(got);
}

const ANSWERED: readonly number[] = [PROTOCOL.ICMP, PROTOCOL.TCP, PROTOCOL.UDP];

/** `icmp_echo` and `icmp_reply`: type of service and code are those of the request. */
function echo(world: World, node: Node, got: Packet, device: string): Packet | Fate {
  if (got.icmpType !== 8) return none('only an echo request is answered');
  if (setting(world, node, 'net.ipv4.icmp_echo_ignore_all') !== 0) return none(`${node.name} ignores echo requests`);
  const made = mirrored(got, { icmpType: 0, icmpCode: got.icmpCode, icmpId: got.icmpId, tos: got.tos });
  if (isLocal(node, got.dst)) return made;
  if (!isBroadcast(node, got.dst) && !isMulticast(got.dst) && got.dst !== LIMITED_BROADCAST)
    return none(`${node.name} may not answer from a foreign address`);
  if (setting(world, node, 'net.ipv4.icmp_echo_ignore_broadcasts') !== 0)
    return none(`${node.name} ignores echo requests to groups`);
  return { ...made, src: selectAddress(node, device, got.src, 0) };
}

const OPENING = TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST | TCP_FLAG.FIN;

export const isGroupSegment = ({ proto, macDst }: Packet): boolean => proto === PROTOCOL.TCP && isGroupMac(macDst);

/** Why a segment of tcp opens no connection. */
export function notOpening(got: Packet): string | undefined {
  if (isGroupSegment(got)) return 'tcp takes no frame that is for a group';
  const opens = got.proto !== PROTOCOL.TCP || (got.tcpFlags & OPENING) === TCP_FLAG.SYN;
  return opens ? undefined : 'only a SYN opens a connection';
}

/** Whoever listens where a packet came to; something does on every port, unless `ss` shows what does. */
export function takersOf(
  world: World,
  { listeners }: Node,
  { proto, dst, dport }: Packet,
  device: string,
): readonly Partial<Listener>[] {
  if (listeners.kind === 'unknown') return [{}];
  assume(world, listeners.assumption);
  return listeners.value.filter(
    (one) =>
      one.protocol === proto &&
      one.port === dport &&
      (!one.address || one.address === dst) &&
      (one.device === undefined || one.device === device),
  );
}

/** @param icmp - the protocol that tells the sender */
export const refusal = (node: Node, { proto, dport }: Packet, icmp: 'ICMP' | 'ICMPv6'): string =>
  proto === PROTOCOL.TCP
    ? `nothing on ${node.name} listens on tcp ${dport}: RST`
    : `nothing on ${node.name} listens on udp ${dport}: ${icmp} port unreachable`;

/** What a socket sends back at first: the SYN-ACK of a connection, or the answer to a datagram. */
export const accepting = (got: Packet): Packet =>
  mirrored(got, { tcpFlags: got.proto === PROTOCOL.TCP ? TCP_FLAG.SYN | TCP_FLAG.ACK : 0 });

/** A packet from where another came to, to where it came from. */
export const mirrored = (got: Packet, fields: Partial<Packet>): Packet =>
  packet({
    src: got.dst,
    dst: got.src,
    proto: got.proto,
    sport: got.dport,
    dport: got.sport,
    length: got.length,
    ...fields,
  });
