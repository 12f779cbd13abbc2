import { start, valuesOf } from '../ir/bounds.ts';
import { simplify } from '../ir/decide.ts';
import { equals, inRanges } from '../ir/predicate.ts';
import type { Steps } from '../ir/program.ts';
import { interfaceOf, nodeOf } from '../network/access.ts';
import type { Interface, Network, Node } from '../network/network.ts';
import { holds, printAddress } from '../packet/address.ts';
import { contains, intersect, only, type Range, type Ranges, single, size } from '../packet/ranges.ts';
import { addressTypes, LOOPBACK_NETWORK, ownAddresses, SCOPE, selectAddress } from './address.ts';
import { inputWays } from './incoming.ts';
import type { Target } from './link.ts';
import { type Arrival, type Exit, isAt, type Segment, type Station, segmentOf } from './segment.ts';
import { type Settings, withSettings } from './settings.ts';
import { choose, drop, lost, set, split, type Walk, type Way } from './walk.ts';

type After = (walk: Walk, to: Target) => Steps;

/** Finds out whom a packet goes to next on a device: a fixed next hop, or else its destination itself. */
export function neighbour(walk: Walk, node: Node, device: Interface, nextHop: number | undefined, then: After): Steps {
  const segment = segmentOf(walk.at.network, node, device);
  const blind = [node.name, ...segment.bridges].map((name) => nodeOf(walk.at.network, name));
  for (const each of blind) {
    const other = each.unmodelled.find(({ decides }) => decides === 'arp');
    if (other !== undefined) return lost(walk, each, `${each.name} ${other.what}`, other.reason);
  }
  const own = ownAddresses(node);
  const ways = intersect(own, valuesOf(walk.bounds, 'src')).map(([low]): Way => {
    return { when: equals('src', low), then: (on) => resolve(on, { node, device, segment, from: low }, nextHop, then) };
  });
  return split(walk, ways, (on) => resolve(on, { node, device, segment, from: undefined }, nextHop, then));
}

/** Who asks: `from` is the packet's source, if it is one of the node's own addresses. */
interface Asker {
  readonly node: Node;
  readonly device: Interface;
  readonly segment: Segment;
  readonly from: number | undefined;
}

function resolve(walk: Walk, asker: Asker, nextHop: number | undefined, then: After): Steps {
  const target = nextHop ?? single(valuesOf(walk.bounds, 'dst'));
  if (target !== undefined) return resolveOne(walk, asker, target, then);
  return withSettings(
    walk,
    (settings) => classes(settings, walk, asker),
    (on, groups) => {
      const ways = groups.map(
        ({ values, asked }): Way => ({
          when: inRanges('dst', values),
          then: (here) => settle(here, asker, values[0]?.[0] ?? 0, asked, then),
        }),
      );
      return split(on, ways, (here) => nobody(here, asker, then));
    },
  );
}

const resolveOne = (walk: Walk, asker: Asker, target: number, then: After): Steps =>
  withSettings(
    walk,
    (settings) => askedFor(settings, walk, asker, target),
    (on, asked) => settle(on, asker, target, asked, then),
  );

interface Group {
  readonly values: Ranges;
  readonly asked: Asked;
}

/** What an ARP request comes to: who answers, who of them is heard, and the address that they know the asker by then. */
interface Asked {
  readonly sender: number;
  readonly answering: readonly Station[];
  readonly owners: readonly Station[];
}

/** An address that several may answer for is a group of its own, up to this many addresses. */
const ALONE = 256;

/** Destinations that the same stations answer for. */
function classes(settings: Settings, walk: Walk, asker: Asker): readonly Group[] {
  const groups = new Map<string, { values: Range[]; asked: Asked }>();
  for (const range of pieces(walk, asker)) {
    const asked = askedFor(settings, walk, asker, range[0]);
    if (asked.owners.length === 0) continue;
    const alone = asked.owners.length > 1 && size([range]) <= ALONE;
    const names = [asked.owners, asked.answering].map((all) =>
      all.map(({ node, interface: at }) => `${node}:${at}`).join(),
    );
    const name = `${names.join(' ')} ${asked.sender} ${alone ? range[0] : ''}`;
    const group = groups.get(name) ?? { values: [], asked };
    groups.set(name, group);
    group.values.push(range);
  }
  return [...groups.values()];
}

/** The possible destinations, cut wherever somebody on the segment may begin or end to answer. */
function pieces(walk: Walk, { node, device, segment }: Asker): readonly Range[] {
  const ends = (low: number, length: number): readonly number[] => [low, low + 2 ** (32 - length)];
  const cuts = new Set<number>();
  const nodes = new Set([node, ...segment.arrivals.map(({ station }) => nodeOf(walk.at.network, station.node))]);
  for (const { routes } of nodes)
    for (const { destination } of routes)
      for (const cut of ends(destination.address, destination.length)) cuts.add(cut);
  for (const { local } of device.addresses) for (const cut of ends(local, 32)) cuts.add(cut);
  for (const { address, length } of device.addresses) for (const cut of ends(address, length)) cuts.add(cut);
  for (const { address } of node.neighbours) for (const cut of ends(address, 32)) cuts.add(cut);
  for (const address of knownTo(walk, node, device)) for (const cut of ends(address, 32)) cuts.add(cut);
  const sorted = [...cuts].toSorted((a, b) => a - b);
  return valuesOf(walk.bounds, 'dst').flatMap((range) => cutUp(range, sorted));
}

function cutUp([low, high]: Range, cuts: readonly number[]): readonly Range[] {
  const inside = cuts.filter((cut) => cut > low && cut <= high);
  return [low, ...inside].map((from, i) => [from, (inside[i] ?? high + 1) - 1] as const);
}

/** Goes to one of several owners, and only the race between their answers knows which. */
function settle(walk: Walk, asker: Asker, target: number, asked: Asked, then: After): Steps {
  const { node, device } = asker;
  const { owners } = asked;
  if (owners.length === 0) return nobody(walk, asker, then);
  const names = owners.map((one) => `${one.node}:${one.interface}`);
  const unknown = (one: Station) => ({
    id: `ambiguous owner: ${node.name} ${device.name} ${printAddress(target)} is ${one.node}:${one.interface}`,
    reason: `ambiguous owner: ${names.join(' or ')} may answer for ${printAddress(target)} on ${device.name} of ${node.name}`,
  });
  return choose(walk, owners, unknown, (on, station) =>
    set(on, { macDst: station.mac }, (here) => then(taught(here, asker, asked), { kind: 'station', station })),
  );
}

/** Nobody in sight: perhaps somebody out of sight. */
function nobody(walk: Walk, { node, device, segment }: Asker, then: After): Steps {
  const undecided = segment.arrivals.find(({ station }) =>
    nodeOf(walk.at.network, station.node).undecided?.has('interfaces'),
  );
  if (undecided !== undefined)
    return lost(
      walk,
      node,
      `${undecided.station.node} addresses`,
      `the addresses of ${undecided.station.node} are not known`,
    );
  if (segment.exits.length === 0) return drop(walk, node, 'no neighbour');
  const unknown = (exit: Exit) => ({
    id: `${node.name} ${device.name} finds its neighbour outside of ${exit.node}:${exit.interface}`,
    reason: `who answers outside of ${segment.exits.map((one) => `${one.node}:${one.interface}`).join(' or ')}`,
  });
  return choose(walk, segment.exits, unknown, (on, exit) =>
    set(on, { macDst: 0 }, (here) => then(here, { kind: 'exit', exit })),
  );
}

const neighbourKey = (node: string, device: string, address: number): string => `${node} ${device} ${address}`;

/** The addresses that a node has learnt on a device in this exchange. */
function knownTo({ neighbours }: Walk, node: Node, device: Interface): readonly number[] {
  const head = neighbourKey(node.name, device.name, 0).slice(0, -1);
  return [...neighbours.keys()].filter((key) => key.startsWith(head)).map((key) => Number(key.slice(head.length)));
}

/** Whoever answers a request knows the asker from then on (arp_process, neigh_event_ns), heard or not. */
function taught(walk: Walk, { node, device }: Asker, { sender, answering }: Asked): Walk {
  if (sender === 0 || answering.length === 0) return walk;
  const station: Station = { node: node.name, interface: device.name, mac: device.mac };
  const learnt = answering.map((one) => [neighbourKey(one.node, one.interface, sender), station] as const);
  return { ...walk, neighbours: new Map([...walk.neighbours, ...learnt]) };
}

/** The stations that a next hop may turn out to be: a permanent entry, one learnt before, else whoever answers the ARP request. */
function askedFor(settings: Settings, walk: Walk, asker: Asker, target: number): Asked {
  const { node, device, segment } = asker;
  const { network } = walk.at;
  const entry = node.neighbours.find(
    (one) => one.device === device.name && one.address === target && /PERMANENT|NOARP/.test(one.state),
  );
  if (entry?.mac !== undefined) {
    const known = segment.arrivals.find(({ station }) => station.mac === entry.mac)?.station;
    return { sender: 0, answering: [], owners: [known ?? { node: '', interface: '', mac: entry.mac }] };
  }
  const learnt = walk.neighbours.get(neighbourKey(node.name, device.name, target));
  if (learnt !== undefined) return { sender: 0, answering: [], owners: [learnt] };
  const sender = senderOf(settings, asker, target);
  const answering = segment.arrivals.filter((one) => answers(settings, network, one.station, target, sender));
  const heard = answering.filter((one) => comesBack(network, one, asker));
  return { sender, answering: answering.map(({ station }) => station), owners: heard.map(({ station }) => station) };
}

/** The address that an ARP request names as its sender (arp_solicit, arp_announce). */
function senderOf(settings: Settings, { node, device, from }: Asker, target: number): number {
  const announce = settings.greater(node, device.name, 'arp_announce');
  const near = (address: number): boolean => device.addresses.some((one) => holds(one, target) && holds(one, address));
  if (from !== undefined && (announce === 0 || (announce === 1 && near(from)))) return from;
  return selectAddress(settings, node, device, target, SCOPE.link);
}

/** Whether a station answers a request for an address (arp_process). */
function answers(settings: Settings, network: Network, station: Station, target: number, sender: number): boolean {
  const node = nodeOf(network, station.node);
  const device = interfaceOf(node, station.interface);
  const local = contains(localOf(node), target) && !contains(LOOPBACK_NETWORK, target);
  if (!local && !settings.either(node, device.name, 'proxy_arp')) return false;
  if (sender === 0) return local && !ignores(settings, node, device, target, sender);
  const packet = start(
    new Map([
      ['src', only(sender)],
      ['dst', only(target)],
    ] as const),
  );
  const route = inputWays(settings, node, device.name).find(({ when }) => simplify(packet, when).kind === 'true')?.is;
  if (route?.kind === 'local') return !ignores(settings, node, device, target, sender);
  return route?.kind === 'hops' && route.hops.every((hop) => hop.device !== device.name);
}

const locals = new WeakMap<Node, Ranges>();

function localOf(node: Node): Ranges {
  const known = locals.get(node) ?? addressTypes(node).get('LOCAL') ?? [];
  locals.set(node, known);
  return known;
}

/** arp_ignore of Documentation/networking/ip-sysctl.rst. */
function ignores(settings: Settings, node: Node, device: Interface, target: number, sender: number): boolean {
  const here = device.addresses.filter(({ local }) => local === target);
  switch (settings.greater(node, device.name, 'arp_ignore')) {
    case 0:
      return false;
    case 1:
      return here.length === 0;
    case 2:
      return !here.some((one) => holds(one, sender));
    case 3:
      return !node.interfaces.some(({ addresses }) =>
        addresses.some(({ local, scope }) => local === target && scope <= SCOPE.link),
      );
    case 8:
      return true;
    default:
      return false;
  }
}

/** The answer is a unicast frame: a link that passes up only an end's own address loses it before a bridge. */
function comesBack(network: Network, { station }: Arrival, { node, device }: Asker): boolean {
  const owner = nodeOf(network, station.node);
  const back = segmentOf(network, owner, interfaceOf(owner, station.interface)).arrivals.find((one) =>
    isAt(one.station, { node: node.name, interface: device.name }),
  );
  const passes = ({ node: at, interface: name, ownAddressOnly }: Arrival['ends'][number]): boolean =>
    !ownAddressOnly || interfaceOf(nodeOf(network, at), name).mac === device.mac;
  return back?.ends.every(passes) === true;
}
