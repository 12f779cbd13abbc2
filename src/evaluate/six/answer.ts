import type { Listener, Node } from '../../network/network.ts';
import type { Fate } from '../../packet/fate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Packet } from '../../packet/packet.ts';
import { type Answer, accepting, mirrored, none, notOpening, refusal, takersOf } from '../answer.ts';
import { setting, type World } from '../world.ts';
import { isGroup, isLinkLocal, isLocalhost, UNSPECIFIED } from './address.ts';
import { ANYWHERE, type Asked } from './output-route.ts';
import { isLocal6 } from './routing.ts';
import { answersBound, cameBy } from './socket.ts';

export const ICMP6 = { ECHO_REQUEST: 128, ECHO_REPLY: 129, SOLICITATION: 135, ADVERTISEMENT: 136 } as const;

/** What the node's stack sends back to what was delivered by the device, or why it sends nothing that counts. */
export function answerTo6(world: World, node: Node, got: Packet, device: string): Answer | Fate {
  if (!ANSWERED.includes(got.proto)) return none(`protocol ${got.proto} has no answer`);
  if (got.badChecksum === 1) return { kind: 'dropped', node: node.name, reason: 'checksum' };
  const came = cameBy(node, got.dst, device);
  if (got.proto === PROTOCOL.ICMPV6) return echo(world, node, got, came, device);
  if (isGroup(got.dst)) return none('what was sent to a group is not answered');
  if (got.proto === PROTOCOL.TCP && !isLocal6(node, got.dst)) return none('tcp has no anycast connections');
  const closed = notOpening(got);
  if (closed !== undefined) return none(closed);
  const taker = takerOf(world, node, got, came);
  if (taker === undefined) return none(refusal(node, got, 'ICMPv6'));
  return { made: accepting(got), asked: askedBack(world, node, got, came, taker) };
}

/** A socket answers by the device that it is bound to. A link-local peer is one by the device that it was heard by (`tcp_v6_init_req`), an own such address one of that device. */
function askedBack(world: World, node: Node, { src, dst, proto }: Packet, device: string, by: Taker): Asked {
  if (by.device !== undefined) return { device: by.device, bound: true };
  if (proto === PROTOCOL.UDP && isLinkLocal(dst)) return { device, bound: answersBound(world, node, dst, device) };
  return isLinkLocal(src) ? { device, bound: false } : ANYWHERE;
}

const ANSWERED: readonly number[] = [PROTOCOL.ICMPV6, PROTOCOL.TCP, PROTOCOL.UDP];
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
  return { made: mirrored(got, fields), asked: { device: by, bound: false } };
}

type Taker = Partial<Listener>;

/** The socket that takes a packet: on the address itself, else on `[::]`, and rather one that is bound to the device (`inet6_lookup_listener`, `udp6_lib_lookup2`). */
function takerOf(world: World, node: Node, got: Packet, device: string): Taker | undefined {
  const rank = (one: Taker): number => Number(one.address === got.dst) * 2 + Number(one.device === device);
  return takersOf(world, node, got, device).toSorted((a, b) => rank(b) - rank(a))[0];
}
