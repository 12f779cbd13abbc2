import type { Listener, Node } from '../../network/network.ts';
import { isGroupMac } from '../../packet/address.ts';
import type { Fate } from '../../packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../../packet/field.ts';
import { type Packet, packet } from '../../packet/packet.ts';
import { assume, setting, type World } from '../world.ts';
import { isGroup, isLinkLocal, isLocalhost, UNSPECIFIED } from './address.ts';
import { ANYWHERE, type Asked } from './output-route.ts';
import { isLocal6 } from './routing.ts';
import { answersBound, cameBy } from './socket.ts';

/** What a stack sends back, and by which device it asks to. */
export interface Answer {
  readonly made: Packet;
  readonly asked: Asked;
}

export const ICMP6 = { ECHO_REQUEST: 128, ECHO_REPLY: 129, SOLICITATION: 135, ADVERTISEMENT: 136 } as const;

const none = (reason: string): Fate => ({ kind: 'none', reason });

/** What the node's stack sends back to what was delivered by the device, or why it sends nothing that counts. */
export function answerTo6(world: World, node: Node, got: Packet, device: string): Answer | Fate {
  if (!ANSWERED.includes(got.proto)) return none(`protocol ${got.proto} has no answer`);
  if (got.badChecksum === 1) return { kind: 'dropped', node: node.name, reason: 'checksum' };
  const came = cameBy(node, got.dst, device);
  if (got.proto === PROTOCOL.ICMPV6) return echo(world, node, got, came, device);
  if (isGroup(got.dst)) return none('what was sent to a group is not answered');
  if (got.proto === PROTOCOL.TCP && !isLocal6(node, got.dst)) return none('tcp has no anycast connections');
  if (got.proto === PROTOCOL.TCP && isGroupMac(got.macDst)) return none('tcp takes no frame that is for a group');
  if (got.proto === PROTOCOL.TCP && (got.tcpFlags & OPENING) !== TCP_FLAG.SYN)
    return none('only a SYN opens a connection');
  const taker = takerOf(world, node, got, came);
  if (taker === undefined) return none(refusal(node, got));
  const tcpFlags = got.proto === PROTOCOL.TCP ? TCP_FLAG.SYN | TCP_FLAG.ACK : 0;
  return { made: answerPacket(got, { tcpFlags }), asked: askedBack(world, node, got, came, taker) };
}

/** A socket answers by the device that it is bound to. A link-local peer is one by the device that it was heard by (`tcp_v6_init_req`), an own such address one of that device. */
function askedBack(world: World, node: Node, { src, dst, proto }: Packet, device: string, by: Taker): Asked {
  if (by.device !== undefined) return { device: by.device, bound: true };
  if (isLinkLocal(src)) return { device, bound: false };
  if (proto !== PROTOCOL.UDP || !isLinkLocal(dst)) return ANYWHERE;
  return { device, bound: answersBound(world, node, dst, device) };
}

const ANSWERED: readonly number[] = [PROTOCOL.ICMPV6, PROTOCOL.TCP, PROTOCOL.UDP];
const OPENING = TCP_FLAG.SYN | TCP_FLAG.ACK | TCP_FLAG.RST | TCP_FLAG.FIN;

const refusal = (node: Node, { proto, dport }: Packet): string =>
  proto === PROTOCOL.TCP
    ? `nothing on ${node.name} listens on tcp ${dport}: RST`
    : `nothing on ${node.name} listens on udp ${dport}: ICMPv6 port unreachable`;

/** `icmpv6_echo_reply` (net/ipv6/icmp.c): by the device that the request came in by, where there is a choice. */
function echo(world: World, node: Node, got: Packet, device: string, arrived: string): Answer | Fate {
  if (got.icmpType !== ICMP6.ECHO_REQUEST) return none('only an echo request is answered');
  const ignores = (name: string): boolean => setting(world, node, `net.ipv6.icmp.echo_ignore_${name}`) !== 0;
  if (ignores('all')) return none(`${node.name} ignores echo requests`);
  const own = isLocal6(node, got.dst);
  if (isGroup(got.dst) && ignores('multicast')) return none(`${node.name} ignores echo requests to groups`);
  const anycast = !own && !isGroup(got.dst);
  if (anycast && ignores('anycast')) return none(`${node.name} ignores echo requests to anycast addresses`);
  const keeps = own || (anycast && setting(world, node, 'net.ipv6.anycast_src_echo_reply') !== 0);
  const { icmpCode, icmpId, tos } = got;
  const fields = { icmpType: ICMP6.ECHO_REPLY, icmpCode, icmpId, tos, ...(keeps ? {} : { src: UNSPECIFIED }) };
  // what ::1 is told leaves by the device that it came in by, lo
  const by = isLocalhost(got.src) ? arrived : device;
  return { made: answerPacket(got, fields), asked: { device: by, bound: false } };
}

const answerPacket = (got: Packet, fields: Partial<Packet>): Packet =>
  packet({
    src: got.dst,
    dst: got.src,
    proto: got.proto,
    sport: got.dport,
    dport: got.sport,
    length: got.length,
    ...fields,
  });

type Taker = Pick<Listener, 'device'>;

/**
 * The socket that takes a packet. Something listens on every port, unless `ss` shows what does: on the address itself, else
 * on `[::]`, and rather one that is bound to the device (`inet6_lookup_listener`, `udp6_lib_lookup2`).
 */
function takerOf(world: World, { listeners }: Node, { proto, dst, dport }: Packet, device: string): Taker | undefined {
  if (listeners.kind === 'unknown') return {};
  assume(world, listeners.assumption);
  const rank = (one: Listener): number => Number(one.address === dst) * 2 + Number(one.device === device);
  return listeners.value
    .filter(
      (one) =>
        one.protocol === proto &&
        one.port === dport &&
        (one.address === UNSPECIFIED || one.address === dst) &&
        (one.device === undefined || one.device === device),
    )
    .toSorted((a, b) => rank(b) - rank(a))[0];
}
