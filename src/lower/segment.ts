import { bridgeOf, findInterface, leadsOutside, linkOf, nodeOf, peersOf, portsOf } from '../network/access.ts';
import type { Interface, LinkEnd, Network, Node } from '../network/network.ts';
import { hiddenAt } from './hidden.ts';

/** An interface that takes frames for itself: a bridge, a vlan, or one that is nobody's port. */
export interface Station {
  readonly node: string;
  readonly interface: string;
  readonly mac: number;
}

/** Where a flooded frame ends, and the ends of links by which it came there. */
export interface Arrival {
  readonly station: Station;
  readonly ends: readonly LinkEnd[];
}

/** An interface that leads out of sight. */
export interface Exit {
  readonly node: string;
  readonly interface: string;
}

/** What a frame that is flooded from one interface reaches, links and bridges alone: no rules, everything learnt. */
export interface Segment {
  readonly arrivals: readonly Arrival[];
  readonly exits: readonly Exit[];
  /** Nodes whose bridges pass it on. */
  readonly bridges: readonly string[];
}

interface Flood {
  readonly network: Network;
  readonly arrivals: Arrival[];
  readonly exits: Exit[];
  readonly seen: Set<string>;
}

const segments = new WeakMap<Network, Map<string, Segment>>();

/** Kinds whose carrier follows from that of others. */
const COMPOSED: ReadonlySet<Interface['kind']> = new Set(['bridge', 'bond', 'vlan']);

/** Up, and with something at the other end of the wire: frames pass. */
export const isUsable = ({ up, carrier, kind }: Interface): boolean => up && (carrier || COMPOSED.has(kind));

/** What a frame reaches that leaves a node by one of its interfaces (of any kind), with or without a VLAN tag. */
export const segmentOf = (network: Network, node: Node, device: Interface, tag?: number): Segment =>
  cached(network, `out ${node.name} ${device.name} ${tag ?? ''}`, (flood) => emit(flood, node, device, tag, []));

function cached(network: Network, key: string, begin: (flood: Flood) => void): Segment {
  const known = segments.get(network) ?? new Map<string, Segment>();
  segments.set(network, known);
  const found = known.get(key) ?? explore(network, begin);
  known.set(key, found);
  return found;
}

function explore(network: Network, begin: (flood: Flood) => void): Segment {
  const flood: Flood = { network, arrivals: [], exits: [], seen: new Set() };
  begin(flood);
  const bridges = [...flood.seen].map((key) => key.slice(0, key.indexOf(' ')));
  return { arrivals: flood.arrivals, exits: flood.exits, bridges: [...new Set(bridges)] };
}

/** The frame goes out of an interface. */
function emit(flood: Flood, node: Node, device: Interface, tag: number | undefined, ends: readonly LinkEnd[]): void {
  if (!isUsable(device)) return;
  const parent = device.vlan && findInterface(node, device.vlan.parent);
  if (hiddenAt(node, device) !== undefined) return void flood.exits.push({ node: node.name, interface: device.name });
  if (device.kind === 'bridge') flood.seen.add(`${node.name} ${device.name}`);
  if (device.kind === 'bridge' || device.kind === 'bond')
    for (const port of portsOf(node, device.name)) emit(flood, node, port, tag, ends);
  else if (parent !== undefined) emit(flood, node, parent, device.vlan?.id, ends);
  else if (leadsOutside(flood.network, node.name, device))
    flood.exits.push({ node: node.name, interface: device.name });
  else for (const end of peersOf(flood.network, node.name, device.name)) take(flood, end, tag, [...ends, end]);
}

function take(flood: Flood, end: LinkEnd, tag: number | undefined, ends: readonly LinkEnd[]): void {
  const node = nodeOf(flood.network, end.node);
  const device = findInterface(node, end.interface);
  if (device !== undefined) absorb(flood, node, device, tag, ends);
}

/** The frame comes in at an interface. */
function absorb(flood: Flood, node: Node, device: Interface, tag: number | undefined, ends: readonly LinkEnd[]): void {
  if (!isUsable(device)) return;
  const vlan = tag === undefined ? undefined : vlanOn(node, device, tag);
  const master = masterOf(node, device);
  if (hiddenAt(node, device) !== undefined) flood.arrivals.push({ station: stationOf(node, device), ends });
  else if (vlan !== undefined) absorb(flood, node, vlan, undefined, ends);
  else if (master?.kind === 'bond') absorb(flood, node, master, tag, ends);
  else if (master !== undefined) relay(flood, node, master, device, tag, ends);
  else if (tag === undefined) flood.arrivals.push({ station: stationOf(node, device), ends });
}

const stationOf = (node: Node, { name, mac }: Interface): Station => ({ node: node.name, interface: name, mac });

function relay(
  flood: Flood,
  node: Node,
  bridge: Interface,
  from: Interface,
  tag: number | undefined,
  ends: readonly LinkEnd[],
): void {
  const key = `${node.name} ${bridge.name}`;
  if (!bridge.up || flood.seen.has(key)) return;
  flood.seen.add(key);
  absorb(flood, node, { ...bridge, master: '' }, tag, ends);
  for (const port of portsOf(node, bridge.name)) if (port.name !== from.name) emit(flood, node, port, tag, ends);
}

/** The interface that takes frames with this tag off another one. */
export const vlanOn = (node: Node, device: Interface, tag: number): Interface | undefined =>
  node.interfaces.find(({ vlan }) => vlan?.parent === device.name && vlan.id === tag);

/** The bridge or bond that takes what comes in at an interface. */
export const masterOf = (node: Node, device: Interface): Interface | undefined =>
  bridgeOf(node, device) ??
  (device.master === undefined
    ? undefined
    : node.interfaces.find(({ name, kind }) => name === device.master && kind === 'bond'));

/** Whether frames that leave by the interface come to the station. */
export const leadsTo = (network: Network, node: Node, device: Interface, to: Exit, tag?: number): boolean => {
  const { arrivals, exits } = segmentOf(network, node, device, tag);
  return arrivals.some(({ station }) => isAt(station, to)) || exits.some((exit) => isAt(exit, to));
};

export const isAt = (one: Exit, other: Exit): boolean => one.node === other.node && one.interface === other.interface;

/** Whether a frame that comes in at the end of a link comes to the station, there or behind its bridge. */
export function endLeadsTo(network: Network, end: LinkEnd, to: Exit, tag?: number): boolean {
  const { arrivals, exits } = cached(network, `in ${end.node} ${end.interface} ${tag ?? ''}`, (flood) =>
    take(flood, end, tag, []),
  );
  return arrivals.some(({ station }) => isAt(station, to)) || exits.some((exit) => isAt(exit, to));
}

/** The interface is on a link or leads outside: there is a wire. */
export const isWired = (network: Network, node: Node, device: Interface): boolean =>
  linkOf(network, node.name, device.name) !== undefined || leadsOutside(network, node.name, device);
