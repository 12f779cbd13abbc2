import type { Node } from '../../network/network.ts';
import { printAddress } from '../../packet/address.ts';
import type { Fate } from '../../packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../../packet/field.ts';
import { fateOf } from '../host.ts';
import { localOut, noteRoute, routeless } from '../output.ts';
import { drop, note, type Skb, write } from '../skb.ts';
import { undecided } from '../undecided.ts';
import { defaultHopLimit, type World } from '../world.ts';
import { isGroup, LOCALHOST6, UNSPECIFIED } from './address.ts';
import { type Asked, routeSocket6 } from './output-route.ts';

/** A process, or the stack itself, sends (`ip6_dst_lookup_flow`, `ip6_xmit`): route, source address, OUTPUT. */
export function socketOutput6(world: World, skb: Skb, node: Node, bound: boolean, asked: Asked): Fate {
  if (!bound) write(skb, { src: UNSPECIFIED });
  // nobody is at `::`: sockets take it for the node itself
  if (skb.packet.dst === UNSPECIFIED) write(skb, { dst: LOCALHOST6 });
  const text = `${skb.leg} to ${printAddress(skb.packet.dst)}`;
  note(skb, { node: node.name, hook: 'socket', text, verdict: 'sent' });
  const hole = undecided(node, 'interfaces');
  if (hole !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: hole });
  if (refusesGroup(skb)) return drop(skb, 'route', 'no route', { node: node.name, text: 'tcp connects to no group' });
  const exit = routeSocket6(world, skb, node, asked);
  if ('kind' in exit) return routeless(skb, node, exit);
  // what the stack answers has the hop limit of its way (`ip6_dst_hoplimit`)
  if (isAnswer(skb))
    write(skb, {
      ttl: exit.taken?.route.hopLimit ?? defaultHopLimit(world, node, exit.device),
    });
  noteRoute(skb, node, exit);
  return localOut(world, skb, node, exit, asked);
}

const isAnswer = ({ leg }: Skb): boolean => leg === 'answer' || leg === 'data answer';

/** `tcp_v6_connect` refuses groups (ENETUNREACH); a raw socket's odd segments leave. */
const refusesGroup = ({ leg, packet }: Skb): boolean =>
  leg === 'request' &&
  packet.proto === PROTOCOL.TCP &&
  packet.tcpFlags === TCP_FLAG.SYN &&
  packet.badChecksum === 0 &&
  isGroup(packet.dst);
