import { findInterface, leadsOutside, nodeOf, peersOf, portsOf } from '../network/access.ts';
import type { Interface, LinkEnd, Node } from '../network/network.ts';
import { isGroupMac } from '../packet/address.ts';
import { type Flight, fork, typeOf } from './arp-frame.ts';
import { byFrameRules, forwardedByArpRules, type Trip } from './arp-trip.ts';
import { type Asked, outputOrders, type Ports, placeOf } from './frames.ts';
import { hiddenAt } from './hidden.ts';
import { endLeadsTo, isUsable, leadsTo, masterOf, type Segment, type Station, segmentOf, vlanOn } from './segment.ts';
import { hairpin } from './settings.ts';

/** Where a frame is: its tag, and the bridges that it has been on, which it does not come to again. */
interface Leg {
  readonly trip: Trip;
  readonly tag?: number;
  readonly seen: readonly string[];
}

/** An ARP frame leaves a node by one of its interfaces: what `segment.ts` says of frames, with rules on the way. */
export const sendArp = (trip: Trip, node: Node, device: Interface, flight: Flight): void =>
  emit({ trip, seen: [] }, node, device, flight);

/** An ARP frame comes in at an interface from out of sight. */
export const receiveArp = (trip: Trip, node: Node, device: Interface, tag: number | undefined, flight: Flight): void =>
  absorb({ trip, seen: [], ...(tag === undefined ? {} : { tag }) }, node, device, flight);

function emit(leg: Leg, node: Node, device: Interface, flight: Flight): void {
  const { trip } = leg;
  if (!isUsable(device)) return;
  const parent = device.vlan && findInterface(node, device.vlan.parent);
  if (hiddenAt(node, device) !== undefined) return leave(leg, node, device, flight);
  if (device.kind === 'bridge') return emitByBridge(leg, node, device, flight);
  if (device.kind === 'bond') for (const slave of portsOf(node, device.name)) emit(leg, node, slave, flight);
  else if (parent !== undefined && device.vlan) emit({ ...leg, tag: device.vlan.id }, node, parent, flight);
  else if (leadsOutside(trip.network, node.name, device)) leave(leg, node, device, flight);
  else wire(leg, node, device, flight);
}

const leave = ({ trip, tag }: Leg, node: Node, { name }: Interface, flight: Flight): void =>
  void trip.exits.push({ exit: { node: node.name, interface: name }, tag, flight });

const isGroup = ({ frame }: Flight): boolean => isGroupMac(frame.macDestination);

/** Who has the frame's address on a segment. */
const stationIn = ({ arrivals }: Segment, { frame }: Flight): Station | undefined =>
  arrivals.find(({ station }) => station.mac === frame.macDestination)?.station;

function wire(leg: Leg, node: Node, device: Interface, flight: Flight): void {
  const { network } = leg.trip;
  const peers = peersOf(network, node.name, device.name);
  const to = isGroup(flight) ? undefined : stationIn(segmentOf(network, node, device, leg.tag), flight);
  const right = to && peers.find((end) => endLeadsTo(network, end, to, leg.tag));
  for (const end of right === undefined ? peers : [right]) arrive(leg, end, flight);
}

/** Another machine takes it: nothing is attached to it any more. */
function arrive(leg: Leg, end: LinkEnd, { frame, ...flight }: Flight): void {
  const node = nodeOf(leg.trip.network, end.node);
  const device = findInterface(node, end.interface);
  const fresh: Flight = { ...flight, frame: { ...frame, mark: 0, type: frame.macDestination } };
  if (device === undefined) return;
  if (!end.ownAddressOnly || isGroup(fresh) || frame.macDestination === device.mac) absorb(leg, node, device, fresh);
}

function absorb(leg: Leg, node: Node, device: Interface, flight: Flight): void {
  const { tag, ...untagged } = leg;
  if (!isUsable(device)) return;
  if (hiddenAt(node, device) !== undefined) return land(leg, node, device, flight);
  const vlan = tag === undefined ? undefined : vlanOn(node, device, tag);
  if (vlan !== undefined) return absorb(untagged, node, vlan, flight);
  const master = masterOf(node, device);
  if (master?.kind === 'bond') return absorb(leg, node, master, flight);
  if (master !== undefined) return relay(leg, node, master, device, flight);
  if (tag === undefined && (isGroup(flight) || flight.frame.macDestination === device.mac))
    land(leg, node, device, flight);
}

const land = ({ trip }: Leg, node: Node, device: Interface, flight: Flight): void =>
  void trip.landings.push({ node, device, flight });

/** A frame comes in at a port of a bridge (br_handle_frame). */
function relay(leg: Leg, node: Node, bridge: Interface, from: Interface, flight: Flight): void {
  const key = `${node.name} ${bridge.name}`;
  if (!bridge.up || leg.seen.includes(key)) return;
  const on: Leg = { ...leg, seen: [...leg.seen, key] };
  const ports: Ports = { node, bridge, in: from.name, ...(leg.tag === undefined ? {} : { tag: leg.tag }) };
  const broute = byFrameRules(leg.trip, ports, 'broute', 'BROUTING', flight);
  for (const routed of broute.dropped) route(leg, node, from, routed);
  for (const bridged of broute.accepted)
    for (const one of byFrameRules(leg.trip, ports, 'nat', 'PREROUTING', bridged).accepted)
      decide(on, ports, from, one);
}

/** BROUTING has it from the bridge: the port itself takes it. */
function route({ trip, tag }: Leg, node: Node, port: Interface, flight: Flight): void {
  if (tag === undefined && (isGroup(flight) || flight.frame.macDestination === port.mac))
    trip.landings.push({ node, device: port, flight });
}

/** By its address: up, out of a port, or both (br_handle_frame_finish). */
function decide(leg: Leg, ports: Ports, from: Interface, flight: Flight): void {
  const { node, bridge } = ports;
  const { network } = leg.trip;
  const others = portsOf(node, bridge.name).filter(({ name }) => name !== from.name);
  const out = (to: readonly Interface[]): void => {
    for (const port of to) pass(leg, ports, port, flight);
  };
  if (isGroup(flight)) {
    up(leg, ports, flight);
    return out(others);
  }
  const mac = flight.frame.macDestination;
  if (mac === bridge.mac) return up(leg, ports, flight);
  const to = stationIn(segmentOf(network, node, bridge, leg.tag), flight);
  const way = to && portsOf(node, bridge.name).find((port) => leadsOut(leg, node, port, to));
  if (way?.name === from.name) return back(leg, ports, from, flight);
  if (way !== undefined) return out([way]);
  // the addresses of ports are local, too
  return portsOf(node, bridge.name).some((port) => port.mac === mac) ? up(leg, ports, flight) : out(others);
}

const leadsOut = ({ trip, tag }: Leg, node: Node, port: Interface, to: Station): boolean =>
  isUsable(port) && leadsTo(trip.network, node, port, to, tag);

function back(leg: Leg, ports: Ports, port: Interface, flight: Flight): void {
  const allowed = fork(flight, hairpin(leg.trip.on, ports.node, port));
  if (allowed !== undefined) pass(leg, ports, port, allowed);
}

/** To the host's own stack, by INPUT; arp_rcv leaves what is for others. */
function up(leg: Leg, ports: Ports, flight: Flight): void {
  const { node, bridge } = ports;
  for (const one of byFrameRules(leg.trip, ports, 'filter', 'INPUT', flight).accepted)
    if (typeOf(one.frame, placeOf(ports, 'filter', 'INPUT')) !== 'otherhost') takeUp(leg, node, bridge, one);
}

function takeUp({ trip, tag }: Leg, node: Node, bridge: Interface, flight: Flight): void {
  const device = tag === undefined ? bridge : vlanOn(node, bridge, tag);
  if (device !== undefined && isUsable(device)) trip.landings.push({ node, device, flight });
}

function pass(leg: Leg, ports: Ports, out: Interface, flight: Flight): void {
  const { trip } = leg;
  if (!isUsable(out)) return;
  const at: Ports = { ...ports, out: out.name };
  for (const one of byFrameRules(trip, at, 'filter', 'FORWARD', flight).accepted)
    for (const seen of forwardedByArpRules(trip, at, one))
      for (const sent of byFrameRules(trip, at, 'nat', 'POSTROUTING', seen).accepted) emit(leg, at.node, out, sent);
}

/** What the node itself sends by a bridge (br_dev_xmit): whoever it is for, its own stack had it. */
function emitByBridge(leg: Leg, node: Node, bridge: Interface, { frame, ...flight }: Flight): void {
  const own: Flight = { ...flight, frame: { ...frame, type: bridge.mac } };
  const on: Leg = { ...leg, seen: [...leg.seen, `${node.name} ${bridge.name}`] };
  const to = isGroup(own) ? undefined : stationIn(segmentOf(leg.trip.network, node, bridge, leg.tag), own);
  const ports = portsOf(node, bridge.name);
  const right =
    (to && ports.find((port) => leadsOut(leg, node, port, to))) ??
    ports.find((port) => port.mac === own.frame.macDestination);
  if (right === undefined && own.frame.macDestination === bridge.mac) return;
  for (const port of right === undefined ? ports : [right]) sendBy(on, node, bridge, port, own);
}

function sendBy(leg: Leg, node: Node, bridge: Interface, port: Interface, flight: Flight): void {
  const { trip, tag } = leg;
  if (!isUsable(port)) return;
  const at: Ports = { node, bridge, out: port.name, ...(tag === undefined ? {} : { tag }) };
  for (const { when, chains } of outputOrders(at)) {
    const one = fork(flight, when);
    for (const sent of one === undefined ? [] : passAll(trip, at, chains, one)) emit(leg, node, port, sent);
  }
}

/** The frames that several chains accept, one after the other. */
const passAll = (trip: Trip, ports: Ports, chains: readonly Asked[], flight: Flight): readonly Flight[] =>
  chains.reduce<readonly Flight[]>(
    (flights, [table, chain]) => flights.flatMap((one) => byFrameRules(trip, ports, table, chain, one).accepted),
    [flight],
  );
