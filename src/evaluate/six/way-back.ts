import type { WayBack } from '../../extension/definition.ts';
import type { Node } from '../../network/network.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Unknown } from '../../packet/place.ts';
import type { World } from '../world.ts';
import { isGroup, isLinkLocal, UNSPECIFIED } from './address.ts';
import { type FlowKey6, lookup6 } from './routing.ts';

/**
 * Whether a node's answer to a packet would leave by the device that it came in by, or at all
 * (`rpfilter_lookup_reverse6`, net/ipv6/netfilter/ip6t_rpfilter.c); what has no source yet passes.
 */
export function leadsBack6(
  world: World,
  node: Node,
  device: string | undefined,
  by: WayBack,
  of: Packet,
): boolean | Unknown {
  const { inverted, loose, local } = by;
  if (of.src === UNSPECIFIED) return !inverted;
  const found = lookup6(world, node, reverseKey(device, by, of));
  if (found.kind === 'none') return found.unknown ?? inverted;
  const { type } = found.route;
  if (type === 'anycast') return inverted;
  if (type === 'local') return local !== inverted;
  return (loose || found.hop?.device === device) !== inverted;
}

function reverseKey(device: string | undefined, { loose, marked }: WayBack, of: Packet): FlowKey6 {
  const { src, dst, proto, tos, mark } = of;
  const strict = isLinkLocal(src);
  return {
    dst: src,
    src: isGroup(dst) ? UNSPECIFIED : dst,
    proto,
    sport: 0,
    dport: 0,
    tos,
    mark: marked ? mark : 0,
    iif: 'lo',
    strict,
    anyMetric: true,
    ...(device === undefined || (loose && !strict) ? {} : { oif: device, near: device }),
  };
}
