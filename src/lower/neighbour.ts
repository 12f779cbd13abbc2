import { valuesOf } from '../ir/bounds.ts';
import { equals, inRanges, TRUE } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import { nodeOf } from '../network/access.ts';
import type { Interface, Network, Node } from '../network/network.ts';
import { type Address, hostPrefix, type Prefix, printAddress, printMac, rangeOf } from '../packet/address.ts';
import { each, intersect, type Range, type Ranges, single, size } from '../packet/ranges.ts';
import { asText, compare, next, previous } from '../packet/scalar.ts';
import { ownAddresses } from './address.ts';
import { type Answerer, type Asker, requested } from './arp.ts';
import { outsideByRules } from './arp-outside.ts';
import { isRuled, onTheWay, requestedByRules } from './arp-rules.ts';
import { originOf } from './frame-chain.ts';
import { hiddenAt, unmodelledAt } from './hidden.ts';
import type { Target } from './link.ts';
import { nobody } from './outside.ts';
import { rulePrefixes, scatteredRule } from './rule-addresses.ts';
import { isAt, type Station, segmentOf } from './segment.ts';
import { neighbour as neighbourSix } from './six/neighbour.ts';
import { choose, isSix, lost, lostTo, set, split, type Then, type Walk, type Way } from './walk.ts';

type After = (walk: Walk, to: Target) => Steps;

/** Finds out whom a packet goes to next on a device: a fixed next hop, or else its destination itself. */
export function neighbour(walk: Walk, node: Node, device: Interface, nextHop: Address | undefined, then: After): Steps {
  if (isSix(walk)) return neighbourSix(walk, node, device, nextHop, then);
  const segment = segmentOf(walk.at.network, node, device);
  const hidden = hiddenAt(node, device);
  if (hidden !== undefined) return lostTo(walk, node, hidden);
  const blind = [node.name, ...segment.bridges].map((name) => nodeOf(walk.at.network, name));
  for (const each of blind) {
    const other = unmodelledAt(each, 'arp');
    if (other !== undefined) return lostTo(walk, each, other);
  }
  const own = ownAddresses(node);
  const ways = [...each(intersect(own, valuesOf(walk.bounds, 'src')))].map((from): Way => {
    return { when: equals('src', from), then: (on) => resolve(on, { node, device, segment, from }, nextHop, then) };
  });
  return split(walk, ways, (on) => resolve(on, { node, device, segment, from: undefined }, nextHop, then));
}

function resolve(walk: Walk, asker: Asker, nextHop: Address | undefined, then: After): Steps {
  const target = nextHop ?? single(valuesOf(walk.bounds, 'dst'));
  if (target !== undefined) return resolveOne(walk, asker, target, then);
  for (const node of isRuled(walk.at.network, asker) ? onTheWay(walk.at.network, asker) : []) {
    const rule = scatteredRule(node);
    const reason = 'a mask with bits in the midst of an address';
    if (rule !== undefined) return lost(walk, node, `${node.name} ${rule.text}`, reason, originOf(node.name, rule));
  }
  const ways = classes(walk, asker).map(
    ({ values, found }): Way => ({
      when: inRanges('dst', values),
      then: (here) => narrow(here, asker, values[0]?.[0] ?? 0, found, then),
    }),
  );
  return split(walk, ways, (here) => nobody(here, asker, undefined, then));
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
  const { lost: unknown } = head;
  const also: Then = (on) =>
    unknown === undefined ? narrow(on, asker, target, rest, then, [...sure, head]) : lostTo(on, asker.node, unknown);
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
  const ruled = isRuled(walk.at.network, asker);
  for (const range of pieces(walk, asker)) {
    const found = askedFor(walk, asker, range[0]);
    if (!ruled && found.every(({ heard }) => !heard)) continue;
    const alone = found.length > 1 && size([range]) <= ALONE;
    const outside = ruled ? outsideByRules(walk.at, walk.at.network, asker, range[0]) : [];
    const name = `${asText([found, outside])} ${alone ? range[0] : ''}`;
    const group = groups.get(name) ?? { values: [], found };
    groups.set(name, group);
    group.values.push(range);
  }
  return [...groups.values()];
}

/** The possible destinations, cut wherever somebody on the segment may begin or end to answer. */
function pieces(walk: Walk, asker: Asker): readonly Range<Address>[] {
  const { node, device, segment } = asker;
  const ends = ([low, high]: Range<Address>): readonly Address[] => [low, next(high)];
  const alone = (address: Address): Range<Address> => [address, address];
  const cuts = new Set<Address>();
  const nodes = new Set([node, ...segment.arrivals.map(({ station }) => nodeOf(walk.at.network, station.node))]);
  for (const { routes } of nodes)
    for (const { destination } of routes) for (const cut of ends(rangeOf(destination))) cuts.add(cut);
  if (isRuled(walk.at.network, asker))
    for (const one of ruleCuts(walk.at.network, asker)) for (const cut of ends(rangeOf(one))) cuts.add(cut);
  for (const { local } of device.addresses) for (const cut of ends(alone(local))) cuts.add(cut);
  for (const one of device.addresses) for (const cut of ends(rangeOf(one))) cuts.add(cut);
  for (const { address } of node.neighbours) for (const cut of ends(alone(address))) cuts.add(cut);
  for (const address of knownTo(walk, node, device)) for (const cut of ends(alone(address))) cuts.add(cut);
  const sorted = [...cuts].toSorted(compare);
  return valuesOf(walk.bounds, 'dst').flatMap((range) => cutUp(range, sorted));
}

/** Rules may look at addresses, and at whether one is the asker's own (a gratuitous request). */
const ruleCuts = (network: Network, asker: Asker): readonly Prefix[] => [
  ...onTheWay(network, asker).flatMap(rulePrefixes),
  ...[...each(ownAddresses(asker.node))].map(hostPrefix),
];

function cutUp([low, high]: Range<Address>, cuts: readonly Address[]): readonly Range<Address>[] {
  const inside = cuts.filter((cut) => cut > low && cut <= high);
  return [low, ...inside].map((from, i) => [from, previous(inside[i] ?? next(high))] as const);
}

/** Goes to one of several owners, and only the race between their answers knows which. */
function settle(walk: Walk, asker: Asker, target: Address, sure: readonly Answerer[], then: After): Steps {
  const { node, device } = asker;
  const { network } = walk.at;
  const heard = sure.filter((one) => one.heard);
  const stations = heard.map(({ station }) => station);
  const owners = isRuled(network, asker) ? distinct(stations) : stations;
  if (owners.length === 0) return nobody(walk, asker, target, then);
  for (const { node: name } of heard.map(({ station, learns }) => learns?.by ?? station)) {
    const answering = walk.at.network.nodes.get(name); // none for a permanent entry's address that nobody has
    const other = answering && unmodelledAt(answering, 'arp');
    if (answering !== undefined && other !== undefined) return lostTo(walk, answering, other);
  }
  const names = owners.map(nameOf);
  const unknown = (one: Station) => ({
    id: `ambiguous owner: ${node.name} ${device.name} ${printAddress(target)} is ${nameOf(one)}`,
    reason: `ambiguous owner: ${names.join(' or ')} may answer for ${printAddress(target)} on ${device.name} of ${node.name}`,
  });
  return choose(walk, owners, unknown, (on, station) =>
    set(on, { macDst: station.mac }, (here) =>
      then(taught(here, asker, sure), isRuled(network, asker) ? aimAt(asker, station) : { kind: 'station', station }),
    ),
  );
}

/** Several that tell the same address are one. */
const distinct = (stations: readonly Station[]): readonly Station[] =>
  stations.filter(({ mac }, i) => stations.findIndex((one) => one.mac === mac) === i);

const nameOf = ({ node, interface: name, mac }: Station): string => (node === '' ? printMac(mac) : `${node}:${name}`);

/** Somebody who lives on the segment; any other address, a port's among them, is for the bridges to find. */
const aimAt = ({ segment }: Asker, station: Station): Target =>
  segment.arrivals.some((one) => isAt(one.station, station)) ? { kind: 'station', station } : { kind: 'open' };

const neighbourKey = (node: string, device: string, address: Address): string => `${node} ${device} ${address}`;

/** The addresses that a node has learnt on a device in this exchange. */
function knownTo({ neighbours }: Walk, node: Node, device: Interface): readonly Address[] {
  const head = neighbourKey(node.name, device.name, 0).slice(0, -1);
  return [...neighbours.keys()].filter((key) => key.startsWith(head)).map((key) => Number(key.slice(head.length)));
}

/** Whoever answers a request knows the asker from then on (arp_process, neigh_event_ns), heard or not. */
function taught(walk: Walk, asker: Asker, sure: readonly Answerer[]): Walk {
  const { node, device } = asker;
  const self: Station = { node: node.name, interface: device.name, mac: device.mac };
  const learnt = sure
    .filter(({ sender }) => sender !== 0)
    .map(({ station, sender, learns = { by: station, asker: { mac: self.mac, address: sender } } }) => {
      const { by, asker: as } = learns;
      const one = as.mac === self.mac ? self : { node: '', interface: '', mac: as.mac };
      return [neighbourKey(by.node, by.interface, as.address), one] as const;
    });
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
  if (learnt !== undefined) return told(learnt);
  const { at } = walk;
  return (isRuled(at.network, asker) ? requestedByRules : requested)(at, at.network, asker, target);
}
