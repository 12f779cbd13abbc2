import type { WayBack } from '../extension/definition.ts';
import type { Node } from '../network/network.ts';
import { type Address } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import type { Unknown } from '../packet/place.ts';
import { isMulticast, LIMITED_BROADCAST } from './input-route.ts';
import { lookup } from './routing.ts';
import type { World } from './world.ts';

/** `rpfilter_get_saddr`: nobody answers from a group or from no address. */
const answerer = (dst: Address): Address => (isMulticast(dst) || dst === LIMITED_BROADCAST ? 0 : dst);

/**
 * Whether a node's answer to a packet would leave by the device that it came in by, or at all, as
 * `rpfilter_lookup_reverse` looks it up: like a packet of the node's own that has no protocol and no ports.
 */
export function leadsBack(
  world: World,
  node: Node,
  device: string | undefined,
  { loose, marked, local, inverted }: WayBack,
  { src, dst, tos, mark }: Packet,
): boolean | Unknown {
  const ports = { proto: 0, sport: 0, dport: 0 };
  const key = { ...ports, dst: src, src: answerer(dst), tos, mark: marked ? mark : 0, iif: 'lo' };
  const found = lookup(world, node, key);
  if (found.kind === 'none') return found.unknown ?? inverted;
  const { type, nextHops } = found.route;
  if (type !== 'unicast' && !(type === 'local' && local)) return inverted;
  return (loose || nextHops.some((hop) => hop.device === device)) !== inverted;
}
