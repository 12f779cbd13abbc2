import { valuesOf } from '../../ir/bounds.ts';
import { any, equals } from '../../ir/predicate.ts';
import type { Steps } from '../../ir/program.ts';
import { nodeOf } from '../../network/access.ts';
import type { Interface, Node } from '../../network/network.ts';
import { type Address, printAddress, printMac } from '../../packet/address.ts';
import { type Range, single } from '../../packet/ranges.ts';
import { asText } from '../../packet/scalar.ts';
import type { Answerer, Asker } from '../arp.ts';
import { hiddenAt, unmodelledAt } from '../hidden.ts';
import type { Target } from '../link.ts';
import { outside } from '../outside.ts';
import { type Exit, type Station, segmentOf } from '../segment.ts';
import { choose, lostTo, set, split, type Then, type Walk, type Way } from '../walk.ts';
import { usedOn } from './addresses.ts';
import { solicit } from './solicit.ts';

type After = (walk: Walk, to: Target) => Steps;

/** Finds out whom a packet goes to next on a device: a fixed next hop, or else its destination itself. */
export function neighbour(walk: Walk, node: Node, device: Interface, nextHop: Address | undefined, then: After): Steps {
  const segment = segmentOf(walk.at.network, node, device);
  const hidden = hiddenAt(node, device);
  if (hidden !== undefined) return lostTo(walk, node, hidden);
  // the packet's own source asks, if the device has it
  const ways = usedOn(node, device.name).map(
    (from): Way => ({
      when: equals('src', from),
      then: (on) => resolve(on, { node, device, segment, from }, nextHop, then),
    }),
  );
  return split(walk, ways, (on) => resolve(on, { node, device, segment, from: undefined }, nextHop, then));
}

function resolve(walk: Walk, asker: Asker, nextHop: Address | undefined, then: After): Steps {
  const target = nextHop ?? single(valuesOf(walk.bounds, 'dst'));
  if (target !== undefined) return one(walk, asker, [target, target], then);
  const known = candidates(walk, asker);
  const ways = known.map(
    (address): Way => ({ when: equals('dst', address), then: (on) => one(on, asker, [address, address], then) }),
  );
  return split(walk, ways, (on) => rest(on, asker, then));
}

/** Addresses that somebody in sight may answer for, or that are known already. */
function candidates(walk: Walk, { node, device, segment }: Asker): readonly Address[] {
  const head = keyOf(node.name, device.name, '');
  const all: readonly Address[] = [
    ...segment.arrivals.flatMap(({ station }) => {
      const owner = nodeOf(walk.at.network, station.node);
      const shared = owner.routes
        .filter(({ type, nextHops }) => type === 'anycast' && nextHops.some((hop) => hop.device === station.interface))
        .map(({ destination }) => destination.address);
      return [...usedOn(owner, station.interface), ...shared];
    }),
    ...node.neighbours.filter((entry) => entry.device === device.name).map(({ address }) => address),
    ...[...walk.neighbours.keys()].filter((key) => key.startsWith(head)).map((key) => BigInt(key.slice(head.length))),
  ];
  return [...new Set(all)];
}

/** All other destinations: groups of them that end alike, as rules may look at the group that is asked. */
function rest(walk: Walk, asker: Asker, then: After): Steps {
  const left = valuesOf(walk.bounds, 'dst');
  const [low, high] = [left[0]?.[0], left.at(-1)?.[1]];
  if (low === undefined || high === undefined) return one(walk, asker, [0n, 0n], then);
  return one(walk, asker, [low, high], then);
}

const keyOf = (node: string, device: string, address: Address | ''): string => `${node} ${device} ${address}`;

/** A permanent entry, one learnt before, else whoever answers. */
function one(walk: Walk, asker: Asker, target: Range<Address>, then: After): Steps {
  const { node, device, segment } = asker;
  const go = (station: Station): Steps => set(walk, { macDst: station.mac }, (on) => then(on, aimAt(asker, station)));
  const entry =
    target[0] === target[1]
      ? node.neighbours.find(
          (of) => of.device === device.name && of.address === target[0] && /PERMANENT|NOARP/.test(of.state),
        )
      : undefined;
  if (entry?.mac !== undefined) {
    const { mac } = entry;
    return go(segment.arrivals.find(({ station }) => station.mac === mac)?.station ?? { node: '', interface: '', mac });
  }
  const learnt = walk.neighbours.get(keyOf(node.name, device.name, target[0]));
  if (learnt !== undefined) return go(learnt);
  return narrow(walk, asker, target, solicit(walk.at, asker, target).answerers, then);
}

/** Somebody who lives on the segment; any other address is for the bridges to find. */
const aimAt = ({ segment }: Asker, station: Station): Target =>
  segment.arrivals.some((of) => of.station.node === station.node && of.station.interface === station.interface)
    ? { kind: 'station', station }
    : { kind: 'open' };

/** Settles who does answer, one after the other. */
function narrow(
  walk: Walk,
  asker: Asker,
  target: Range<Address>,
  [head, ...others]: readonly Answerer[],
  then: After,
  sure: readonly Answerer[] = [],
): Steps {
  if (head === undefined) return settle(walk, asker, target, sure, then);
  const { lost } = head;
  const also: Then = (on) =>
    lost === undefined ? narrow(on, asker, target, others, then, [...sure, head]) : lostTo(on, asker.node, lost);
  return split(walk, [{ when: head.when, then: also }], (on) => narrow(on, asker, target, others, then, sure));
}

/** Goes to one of several owners, and only the race between their answers knows which. */
function settle(walk: Walk, asker: Asker, target: Range<Address>, sure: readonly Answerer[], then: After): Steps {
  const { node, device } = asker;
  const owners = distinct(sure.filter(({ heard }) => heard).map(({ station }) => station));
  if (owners.length === 0) return nobody(walk, asker, target, then);
  const name = printAddress(target[0]);
  const reason = `ambiguous owner: ${owners.map(nameOf).join(' or ')} may answer for ${name} on ${device.name} of ${node.name}`;
  const unknown = (station: Station) => ({
    id: `ambiguous owner: ${node.name} ${device.name} ${name} is ${nameOf(station)}`,
    reason,
  });
  return choose(walk, owners, unknown, (on, station) =>
    set(on, { macDst: station.mac }, (here) => then(taught(here, asker, sure), { kind: 'station', station })),
  );
}

const distinct = (stations: readonly Station[]): readonly Station[] => [
  ...new Map(stations.map((station) => [asText(station), station])).values(),
];

const nameOf = ({ node, interface: name, mac }: Station): string => (node === '' ? printMac(mac) : `${node}:${name}`);

/** Whoever answers a solicitation knows the asker from then on, heard or not. */
function taught(walk: Walk, { node, device }: Asker, sure: readonly Answerer[]): Walk {
  const self: Station = { node: node.name, interface: device.name, mac: device.mac };
  const learnt = sure.map(({ station, sender }) => [keyOf(station.node, station.interface, sender), self] as const);
  return { ...walk, neighbours: new Map([...walk.neighbours, ...learnt]) };
}

/** Nobody in sight: perhaps somebody out of sight. */
function nobody(walk: Walk, asker: Asker, target: Range<Address>, then: After): Steps {
  for (const name of asker.segment.bridges) {
    const other = unmodelledAt(nodeOf(walk.at.network, name), 'bridge');
    if (other !== undefined) return lostTo(walk, asker.node, other);
  }
  const { exits } = solicit(walk.at, asker, target);
  const same = (a: Exit, b: Exit): boolean => a.node === b.node && a.interface === b.interface;
  const ways = asker.segment.exits.flatMap((exit) => {
    const of = exits.filter((leaving) => same(leaving.exit, exit)).map(({ when }) => when);
    return of.length === 0 ? [] : [{ exit, when: any(...of) }];
  });
  const among = (on: Walk, [head, ...others]: typeof ways, sure: readonly Exit[]): Steps =>
    head === undefined
      ? outside(on, asker, sure, then)
      : split(on, [{ when: head.when, then: (here) => among(here, others, [...sure, head.exit]) }], (here) =>
          among(here, others, sure),
        );
  return among(walk, ways, []);
}
