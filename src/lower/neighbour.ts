import { valuesOf } from '../ir/bounds.ts';
import { equals, inRanges, TRUE } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import { nodeOf } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import { type Address, printAddress, rangeOf } from '../packet/address.ts';
import { intersect, type Range, type Ranges, single, size } from '../packet/ranges.ts';
import { asText, compare, next, previous } from '../packet/scalar.ts';
import { ownAddresses } from './address.ts';
import { type Answerer, type Asker, requested } from './arp.ts';
import { hiddenAt, unmodelledAt } from './hidden.ts';
import type { Target } from './link.ts';
import { type Exit, type Station, segmentOf } from './segment.ts';
import { choose, drop, lostTo, set, split, type Then, type Walk, type Way } from './walk.ts';

type After = (walk: Walk, to: Target) => Steps;

/** Finds out whom a packet goes to next on a device: a fixed next hop, or else its destination itself. */
export function neighbour(walk: Walk, node: Node, device: Interface, nextHop: Address | undefined, then: After): Steps {
  const segment = segmentOf(walk.at.network, node, device);
  const hidden = hiddenAt(node, device);
  if (hidden !== undefined) return lostTo(walk, node, hidden);
  const blind = [node.name, ...segment.bridges].map((name) => nodeOf(walk.at.network, name));
  for (const each of blind) {
    const other = unmodelledAt(each, 'arp');
    if (other !== undefined) return lostTo(walk, each, other);
  }
  const own = ownAddresses(node);
  const ways = intersect(own, valuesOf(walk.bounds, 'src')).map(([low]): Way => {
    return { when: equals('src', low), then: (on) => resolve(on, { node, device, segment, from: low }, nextHop, then) };
  });
  return split(walk, ways, (on) => resolve(on, { node, device, segment, from: undefined }, nextHop, then));
}

function resolve(walk: Walk, asker: Asker, nextHop: Address | undefined, then: After): Steps {
  const target = nextHop ?? single(valuesOf(walk.bounds, 'dst'));
  if (target !== undefined) return resolveOne(walk, asker, target, then);
  const ways = classes(walk, asker).map(
    ({ values, found }): Way => ({
      when: inRanges('dst', values),
      then: (here) => narrow(here, asker, values[0]?.[0] ?? 0, found, then),
    }),
  );
  return split(walk, ways, (here) => nobody(here, asker, then));
}

const resolveOne = (walk: Walk, asker: Asker, target: Address, then: After): Steps =>
  narrow(walk, asker, target, askedFor(walk, asker, target), then);

/** Settles who does answer, one after the other. */
function narrow(
  walk: Walk,
  asker: Asker,
  target: Address,
  [head, ...rest]: readonly Answerer[],
  then: After,
  sure: readonly Answerer[] = [],
): Steps {
  if (head === undefined) return settle(walk, asker, target, sure, then);
  const also: Then = (on) => narrow(on, asker, target, rest, then, [...sure, head]);
  return split(walk, [{ when: head.when, then: also }], (on) => narrow(on, asker, target, rest, then, sure));
}

interface Group {
  readonly values: Ranges<Address>;
  readonly found: readonly Answerer[];
}

/** An address that several may answer for is a group of its own, up to this many addresses. */
const ALONE = 256;

/** Destinations that the same stations answer for. */
function classes(walk: Walk, asker: Asker): readonly Group[] {
  const groups = new Map<string, { values: Range<Address>[]; found: readonly Answerer[] }>();
  for (const range of pieces(walk, asker)) {
    const found = askedFor(walk, asker, range[0]);
    if (found.every(({ heard }) => !heard)) continue;
    const alone = found.length > 1 && size([range]) <= ALONE;
    const name = `${asText(found)} ${alone ? range[0] : ''}`;
    const group = groups.get(name) ?? { values: [], found };
    groups.set(name, group);
    group.values.push(range);
  }
  return [...groups.values()];
}

/** The possible destinations, cut wherever somebody on the segment may begin or end to answer. */
function pieces(walk: Walk, { node, device, segment }: Asker): readonly Range<Address>[] {
  const ends = ([low, high]: Range<Address>): readonly Address[] => [low, next(high)];
  const alone = (address: Address): Range<Address> => [address, address];
  const cuts = new Set<Address>();
  const nodes = new Set([node, ...segment.arrivals.map(({ station }) => nodeOf(walk.at.network, station.node))]);
  for (const { routes } of nodes)
    for (const { destination } of routes) for (const cut of ends(rangeOf(destination))) cuts.add(cut);
  for (const { local } of device.addresses) for (const cut of ends(alone(local))) cuts.add(cut);
  for (const one of device.addresses) for (const cut of ends(rangeOf(one))) cuts.add(cut);
  for (const { address } of node.neighbours) for (const cut of ends(alone(address))) cuts.add(cut);
  for (const address of knownTo(walk, node, device)) for (const cut of ends(alone(address))) cuts.add(cut);
  const sorted = [...cuts].toSorted(compare);
  return valuesOf(walk.bounds, 'dst').flatMap((range) => cutUp(range, sorted));
}

function cutUp([low, high]: Range<Address>, cuts: readonly Address[]): readonly Range<Address>[] {
  const inside = cuts.filter((cut) => cut > low && cut <= high);
  return [low, ...inside].map((from, i) => [from, previous(inside[i] ?? next(high))] as const);
}

/** Goes to one of several owners, and only the race between their answers knows which. */
function settle(walk: Walk, asker: Asker, target: Address, sure: readonly Answerer[], then: After): Steps {
  const { node, device } = asker;
  const owners = sure.filter(({ heard }) => heard).map(({ station }) => station);
  if (owners.length === 0) return nobody(walk, asker, then);
  for (const { node: name } of owners) {
    const answering = walk.at.network.nodes.get(name); // none for a permanent entry's address that nobody has
    const other = answering && unmodelledAt(answering, 'arp');
    if (answering !== undefined && other !== undefined) return lostTo(walk, answering, other);
  }
  const names = owners.map((one) => `${one.node}:${one.interface}`);
  const unknown = (one: Station) => ({
    id: `ambiguous owner: ${node.name} ${device.name} ${printAddress(target)} is ${one.node}:${one.interface}`,
    reason: `ambiguous owner: ${names.join(' or ')} may answer for ${printAddress(target)} on ${device.name} of ${node.name}`,
  });
  return choose(walk, owners, unknown, (on, station) =>
    set(on, { macDst: station.mac }, (here) => then(taught(here, asker, sure), { kind: 'station', station })),
  );
}

/** Nobody in sight: perhaps somebody out of sight. */
function nobody(walk: Walk, { node, device, segment }: Asker, then: After): Steps {
  for (const name of segment.bridges) {
    const other = unmodelledAt(nodeOf(walk.at.network, name), 'bridge'); // ebtables can answer by itself
    if (other !== undefined) return lostTo(walk, node, other);
  }
  if (segment.exits.length === 0) return drop(walk, node, 'no neighbour');
  const unknown = (exit: Exit) => ({
    id: `${node.name} ${device.name} finds its neighbour outside of ${exit.node}:${exit.interface}`,
    reason: `who answers outside of ${segment.exits.map((one) => `${one.node}:${one.interface}`).join(' or ')}`,
  });
  return choose(walk, segment.exits, unknown, (on, exit) =>
    set(on, { macDst: 0 }, (here) => then(here, { kind: 'exit', exit })),
  );
}

const neighbourKey = (node: string, device: string, address: Address): string => `${node} ${device} ${address}`;

/** The addresses that a node has learnt on a device in this exchange. */
function knownTo({ neighbours }: Walk, node: Node, device: Interface): readonly Address[] {
  const head = neighbourKey(node.name, device.name, 0).slice(0, -1);
  return [...neighbours.keys()].filter((key) => key.startsWith(head)).map((key) => Number(key.slice(head.length)));
}

/** Whoever answers a request knows the asker from then on (arp_process, neigh_event_ns), heard or not. */
function taught(walk: Walk, { node, device }: Asker, sure: readonly Answerer[]): Walk {
  const station: Station = { node: node.name, interface: device.name, mac: device.mac };
  const learnt = sure
    .filter(({ sender }) => sender !== 0)
    .map(({ station: one, sender }) => [neighbourKey(one.node, one.interface, sender), station] as const);
  return learnt.length === 0 ? walk : { ...walk, neighbours: new Map([...walk.neighbours, ...learnt]) };
}

/** Who a next hop may turn out to be: a permanent entry, one learnt before, else whoever answers the ARP request. */
function askedFor(walk: Walk, asker: Asker, target: Address): readonly Answerer[] {
  const { node, device, segment } = asker;
  const told = (station: Station): readonly Answerer[] => [{ station, when: TRUE, heard: true, sender: 0 }];
  const entry = node.neighbours.find(
    (one) => one.device === device.name && one.address === target && /PERMANENT|NOARP/.test(one.state),
  );
  if (entry?.mac !== undefined) {
    const known = segment.arrivals.find(({ station }) => station.mac === entry.mac)?.station;
    return told(known ?? { node: '', interface: '', mac: entry.mac });
  }
  const learnt = walk.neighbours.get(neighbourKey(node.name, device.name, target));
  return learnt === undefined ? requested(walk.at, walk.at.network, asker, target) : told(learnt);
}
