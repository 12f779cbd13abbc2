import { bridgeOf, interfaceOf, nodeOf } from '../network/access.ts';
import type { Network, Node } from '../network/network.ts';
import type { Address } from '../packet/address.ts';
import { BROADCAST_MAC } from '../packet/address.ts';
import type { Source } from '../packet/exchange.ts';
import type { PacketClass } from '../packet/packet.ts';
import {
  between,
  complement,
  everything,
  intersect,
  isEmpty,
  only,
  type Ranges,
  ranges,
  union,
} from '../packet/ranges.ts';

/** MAC addresses without the group bit, 00:00:00:00:00:00 left out. */
export const UNICAST_MAC: Ranges = Array.from({ length: 128 }, (_, byte) => [
  Math.max(1, byte * 2 * 2 ** 40),
  (byte * 2 + 1) * 2 ** 40 - 1,
]);
const MULTICAST: Ranges = between(0xe0000000, 0xefffffff);
const GROUPS: Ranges<Address> = between(0xffn << 120n, (1n << 128n) - 1n);
const GROUP_MAC: Ranges = between(0x333300000000, 0x3333ffffffff);
const MULTICAST_MAC: Ranges = between(0x01005e000000, 0x01005e7fffff);

/** Which MAC address a frame is sent to goes with what its destination is: one class each. */
export function frames(source: Source, packets: PacketClass, network: Network): readonly PacketClass[] {
  if (source.kind === 'socket' || packets.macDst !== undefined) return [packets];
  const node = nodeOf(network, source.node);
  const device = interfaceOf(node, source.interface);
  const toOne = bridgeOf(node, device) === undefined ? only(device.mac) : UNICAST_MAC;
  if (network.family === 6) return sixFrames(packets, toOne);
  const broadcast = broadcasts(node);
  const dst = packets.dst ?? everything('dst');
  const unicast = intersect(dst, complement(union(broadcast, MULTICAST), 'dst'));
  return [
    { ...packets, dst: unicast, macDst: toOne },
    { ...packets, dst: intersect(dst, broadcast), macDst: only(BROADCAST_MAC) },
    { ...packets, dst: intersect(dst, MULTICAST), macDst: MULTICAST_MAC },
  ].filter((one) => !isEmpty(one.dst));
}

/** Groups have frames of 33:33 and the lowest 32 bits of their address (RFC 2464). */
function sixFrames(packets: PacketClass, toOne: Ranges): readonly PacketClass[] {
  const dst = packets.dst ?? everything('dst', 6);
  return [
    { ...packets, dst: intersect(dst, complement(GROUPS, 'dst')), macDst: toOne },
    { ...packets, dst: intersect(dst, GROUPS), macDst: GROUP_MAC },
  ].filter((one) => !isEmpty(one.dst));
}

const broadcasts = ({ routes }: Node): Ranges<Address> =>
  ranges([
    [0xffffffff, 0xffffffff],
    ...routes.flatMap(({ type, destination }): [Address, Address][] =>
      type === 'broadcast' && destination.length === 32 ? [[destination.address, destination.address]] : [],
    ),
  ]);
