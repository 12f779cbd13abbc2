import { equals, FALSE, masked } from '../ir/predicate.ts';
import type { Predicate, Steps } from '../ir/program.ts';
import { findInterface, interfaceOf, leadsOutside, nodeOf, peersOf, portsOf } from '../network/access.ts';
import type { Interface, LinkEnd, Node } from '../network/network.ts';
import { type Family, type Field, NO_TRACK, widthIn } from '../packet/field.ts';
import { only } from '../packet/ranges.ts';
import { scalar } from '../packet/scalar.ts';
import { bridgeIn, bridgeOut } from './bridge.ts';
import { hiddenAt } from './hidden.ts';
import { input } from './host.ts';
import { type Exit, endLeadsTo, isAt, isUsable, masterOf, type Station, segmentOf, vlanOn } from './segment.ts';
import { again } from './trail.ts';
import {
  type Assignments,
  choose,
  copies,
  drop,
  end,
  isSix,
  lostTo,
  set,
  split,
  type Then,
  type Walk,
  type Way,
} from './walk.ts';

/** Whom a frame is for, as far as the way so far has settled it. */
export type Target =
  | { readonly kind: 'station'; readonly station: Station }
  | { readonly kind: 'exit'; readonly exit: Exit } // somebody out of sight, by this interface
  | { readonly kind: 'group' }
  | { readonly kind: 'stranger' } // a unicast address that nobody in the segment has
  | { readonly kind: 'open' }; // whatever `macDst` says

export interface Frame {
  readonly to: Target;
  /** Its VLAN tag. */
  readonly tag?: number;
}

/** Frames for many: broadcast and multicast. */
export const TO_GROUP: Predicate = masked('macDst', 2 ** 40, only(2 ** 40));

/** What the other side of a wire does not see, and what conntrack attached. */
const freshIn = (family: Family): Assignments => ({
  mark: 0,
  ...Object.fromEntries(
    Object.entries(NO_TRACK).map(([field, value]) => [field, scalar(value, widthIn(field as Field, family))]),
  ),
});
const FRESH = { 4: freshIn(4), 6: freshIn(6) } as const;
export const fresh = (walk: Walk): Assignments => FRESH[isSix(walk) ? 6 : 4];

/** A node sends a frame by one of its interfaces. */
export function transmit(walk: Walk, node: Node, device: Interface, frame: Frame): Steps {
  const hidden = hiddenAt(node, device);
  if (hidden !== undefined) return lostTo(walk, node, hidden);
  if (!isUsable(device)) return drop(walk, node, 'interface down');
  switch (device.kind) {
    case 'bridge':
      return bridgeOut(walk, node, device, frame);
    case 'bond':
      return transmitBond(walk, node, device, frame);
    case 'vlan':
      return transmitVlan(walk, node, device, frame);
    case 'loopback':
    case 'dummy':
      return drop(walk, node, 'no port');
    case 'ethernet':
    case 'veth':
    case 'tun':
    case 'other':
      return wire(walk, node, device, frame);
  }
}

function transmitVlan(walk: Walk, node: Node, device: Interface, frame: Frame): Steps {
  const parent = device.vlan && findInterface(node, device.vlan.parent);
  if (device.vlan === undefined || parent === undefined) return drop(walk, node, 'no port');
  return transmit(walk, node, parent, { ...frame, tag: device.vlan.id });
}

/** Any slave that is up may carry it: which one, only the bond's mode and hash know. */
function transmitBond(walk: Walk, node: Node, bond: Interface, frame: Frame): Steps {
  const slaves = portsOf(node, bond.name).filter(isUsable);
  if (slaves.length === 0) return drop(walk, node, 'no port');
  const unknown = ({ name }: Interface) => ({
    id: `${node.name} ${bond.name} sends by ${name}`,
    reason: `which slave of ${bond.name} on ${node.name} carries a frame`,
  });
  return choose(walk, slaves, unknown, (on, slave) => transmit(on, node, slave, frame));
}

function wire(walk: Walk, node: Node, device: Interface, frame: Frame): Steps {
  const { network } = walk.at;
  if (leadsOutside(network, node.name, device))
    return end(walk, { kind: 'leaves', node: node.name, interface: device.name });
  const peers = peersOf(network, node.name, device.name);
  if (peers.length === 0) return drop(walk, node, 'no port');
  const known = segmentOf(network, node, device, frame.tag).arrivals.map(({ station }) => station);
  return aim(walk, frame, known, (on, aimed) =>
    // nobody else has the address: it may still be the sender's own, and come back
    deliverTo(on, node, peers, aimed.to.kind === 'stranger' ? { ...aimed, to: { kind: 'open' } } : aimed),
  );
}

function deliverTo(walk: Walk, node: Node, peers: readonly LinkEnd[], frame: Frame): Steps {
  const { to, tag } = frame;
  const place = to.kind === 'station' ? to.station : to.kind === 'exit' ? to.exit : undefined;
  const right = place && peers.find((end) => endLeadsTo(walk.at.network, end, place, tag));
  const flooded = right === undefined ? peers : [right];
  if (flooded.length === 0) return drop(walk, node, 'no port');
  return copies(
    walk,
    flooded.map((end) => (on: Walk) => arrive(on, end, frame)),
  );
}

/** A virtual switch that rejects promiscuous mode passes up only what is for the port's own address. */
function arrive(walk: Walk, { node: name, interface: at, ownAddressOnly }: LinkEnd, frame: Frame): Steps {
  const node = nodeOf(walk.at.network, name);
  const device = interfaceOf(node, at);
  const { to } = frame;
  const on: Then = (here) => receive(here, node, device, frame);
  if (!ownAddressOnly || to.kind === 'group') return on(walk);
  if (to.kind === 'station' && to.station.mac === device.mac) return on(walk);
  const own = to.kind === 'stranger' || to.kind === 'open' ? equals('macDst', device.mac) : FALSE;
  return split(walk, [{ when: own, then: on }], (other) => drop(other, node, 'filtered by the link'));
}

/** A frame comes in from the wire: another machine's packet, with nothing attached to it. */
export function receive(walk: Walk, node: Node, device: Interface, frame: Frame): Steps {
  return set({ ...walk, track: { kind: 'none' } }, fresh(walk), (on) =>
    again(on, node, device, (once) => take(once, node, device, frame)),
  );
}

/** An interface takes a frame. */
export function take(walk: Walk, node: Node, device: Interface, frame: Frame): Steps {
  const hidden = hiddenAt(node, device);
  if (hidden !== undefined) return lostTo(walk, node, hidden);
  if (!isUsable(device)) return drop(walk, node, 'interface down');
  const { tag, ...untagged } = frame;
  const vlan = tag === undefined ? undefined : vlanOn(node, device, tag);
  if (vlan !== undefined) return take(walk, node, vlan, untagged);
  const master = masterOf(node, device);
  if (master?.kind === 'bond') return take(walk, node, master, frame);
  if (master !== undefined) return bridgeIn(walk, node, master, device, frame);
  return routed(walk, node, device, frame);
}

/** An interface passes a frame to its own IP stack: it is nobody's port, or BROUTING says so. */
export function routed(walk: Walk, node: Node, device: Interface, frame: Frame): Steps {
  if (frame.tag !== undefined) return drop(walk, node, 'not for me');
  return forMe(walk, node, device, frame, (on, group) =>
    input(on, node, { device: device.name, group, prerouted: false }),
  );
}

/** A plain interface takes its own address and groups. */
function forMe(
  walk: Walk,
  node: Node,
  device: Interface,
  frame: Frame,
  then: (walk: Walk, group: boolean) => Steps,
): Steps {
  const self: Station = { node: node.name, interface: device.name, mac: device.mac };
  return aim(walk, frame, [self], (on, { to }) => {
    if (to.kind === 'group') return then(on, true);
    const mine = to.kind === 'station' && (isAt(to.station, self) || to.station.mac === device.mac);
    return mine ? then(on, false) : drop(on, node, 'not for me');
  });
}

/** Settles whom a frame is for among these stations, from its destination address. */
export function aim(
  walk: Walk,
  frame: Frame,
  stations: readonly Station[],
  then: (walk: Walk, frame: Frame) => Steps,
): Steps {
  if (frame.to.kind !== 'open') return then(walk, frame);
  const as =
    (to: Target): Then =>
    (on) =>
      then(on, { ...frame, to });
  const ways = stations.map(
    (station): Way => ({ when: equals('macDst', station.mac), then: as({ kind: 'station', station }) }),
  );
  return split(walk, [{ when: TO_GROUP, then: as({ kind: 'group' }) }, ...ways], as({ kind: 'stranger' }));
}
