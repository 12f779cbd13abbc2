import type { Node } from '../../network/network.ts';
import { type Address, printAddress } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Packet } from '../../packet/packet.ts';
import { holds, type World } from '../world.ts';
import { isOfLink } from './address.ts';
import { ownRoute } from './routing.ts';

/**
 * Whether a process's socket is bound to the device that a question names: `connect` binds it (`tcp_v6_connect`), and so
 * does whoever sends by a device to an address that would not need it. Else the device may be no more than the zone of
 * the destination (`sin6_scope_id`), which binds nothing.
 */
export const isBound = (world: World, node: Node, device: string, { proto, dst }: Packet): boolean =>
  proto === PROTOCOL.TCP ||
  !isOfLink(dst) ||
  holds(world, {
    id: `${node.name} binds to ${device}`,
    reason: `whether the program on ${node.name} binds its socket to ${device}, or names it as the zone of the destination alone`,
  });

/** The device that a packet came in by, as sockets see it: of what came in by lo, the one that has its destination (`ip6_rcv_core`). */
export const cameBy = (node: Node, dst: Address, device: string): string =>
  device === 'lo' ? (ownRoute(node, dst)?.nextHops[0]?.device ?? device) : device;

/**
 * Whether what answers udp from an address of one link is bound to that, and so to its device (`inet6_bind`); else it
 * names the device with each answer (`IPV6_PKTINFO`), which then may leave by another one.
 */
export const answersBound = (world: World, node: Node, address: Address, device: string): boolean =>
  holds(world, {
    id: `${node.name} answers bound to ${device}`,
    reason: `whether what answers udp from ${printAddress(address)} on ${node.name} is bound to its address, and so to ${device}`,
  });
