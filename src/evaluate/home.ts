import type { Interface, LinkEnd, Network, Node } from '../network/network.ts';
import { BROADCAST_MAC, printMac } from '../packet/address.ts';
import { type Endpoint, livesAt, livesBehind, type Reach, reach, reachFrom } from './segment.ts';
import type { Skb } from './skb.ts';

/** Where a frame is for somebody out of sight: whoever answered an ARP request has made himself known to every bridge on the way. */
const outOfSight = ({ packet, stranger }: Skb): Endpoint | undefined =>
  packet.macDst === 0 ? stranger?.at : undefined;

const leadsTo = ({ outside }: Reach, { node, device }: Endpoint): boolean =>
  outside.some((exit) => exit.node.name === node.name && exit.device.name === device.name);

/** Whom a frame is for, for messages. */
export function addressee(skb: Skb): string {
  const exit = outOfSight(skb);
  return exit === undefined ? printMac(skb.packet.macDst) : `somebody beyond ${exit.node.name}:${exit.device.name}`;
}

/** Whether whom a frame is for lives on the other side of an interface. */
export function isBehind(network: Network, node: Node, one: Interface, skb: Skb): boolean {
  const exit = outOfSight(skb);
  return exit === undefined
    ? livesBehind(network, node, one, skb.packet.macDst)
    : leadsTo(reach(network, node, one, BROADCAST_MAC, skb.tag), exit);
}

/** The same for the end of a link. */
export function isAt(network: Network, end: LinkEnd, skb: Skb): boolean {
  const exit = outOfSight(skb);
  return exit === undefined
    ? livesAt(network, end, skb.packet.macDst)
    : leadsTo(reachFrom(network, end, BROADCAST_MAC, skb.tag), exit);
}
