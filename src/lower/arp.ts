import { full, start } from '../ir/bounds.ts';
import { simplify } from '../ir/decide.ts';
import { all, any, FALSE, first, not, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Case, Predicate } from '../ir/program.ts';
import { findInterface, interfaceOf, nodeOf } from '../network/access.ts';
import type { Interface, Network, Node } from '../network/network.ts';
import { type Address, holds } from '../packet/address.ts';
import type { Unknown } from '../packet/place.ts';
import { contains, only, type Ranges } from '../packet/ranges.ts';
import { addressTypes, LOOPBACK_NETWORK, SCOPE, selections } from './address.ts';
import { hiddenAt } from './hidden.ts';
import { inputWays } from './incoming.ts';
import { lookup } from './routing.ts';
import { type Arrival, isAt, type Segment, type Station, segmentOf } from './segment.ts';
import { either, greater, type Recorder } from './settings.ts';

/** Who asks: `from` is the packet's source, if it is one of the node's own addresses. */
export interface Asker {
  readonly node: Node;
  readonly device: Interface;
  readonly segment: Segment;
  readonly from: Address | undefined;
}

/** A station that answers a request, if some settings that nobody knows are so. */
export interface Answerer {
  readonly station: Station;
  readonly when: Predicate;
  /** Whether its answer comes back. */
  readonly heard: boolean;
  /** The address that it knows the asker by then; 0: none. */
  readonly sender: Address;
  /** Who knows the asker then, and by which address of the link, where rules on the way may have changed either. */
  readonly learns?: { readonly by: Station; readonly asker: { readonly mac: number; readonly address: Address } };
  /** Nobody knows what becomes of the request or its answer. */
  readonly lost?: Unknown;
}

/** Who answers an ARP request for an address. */
export function requested(on: Recorder, network: Network, asker: Asker, target: Address): readonly Answerer[] {
  const possible = asker.segment.arrivals.filter(
    ({ station }) =>
      hiddenFor(network, station) !== undefined || mayAnswer(on, nodeOf(network, station.node), station, target),
  );
  if (possible.length === 0) return [];
  const asked = senders(on, asker, target);
  return possible.flatMap(({ station }) =>
    asked.flatMap(({ when, address }): readonly Answerer[] => {
      const hidden = hiddenFor(network, station);
      const perhaps = hidden === undefined ? FALSE : unknownBit({ ...hidden, id: `${hidden.id} answers` });
      const answering = all(when, any(answers(on, network, station, target, address), perhaps));
      if (answering.kind === 'false') return [];
      const heard = hidden !== undefined || comesBack(network, station, asker);
      return [{ station, when: answering, heard, sender: address }];
    }),
  );
}

/** Somebody whose interfaces are not shown, or do what is not modelled, may answer for any address. */
export function hiddenFor(network: Network, { node: name, interface: device }: Station): Unknown | undefined {
  const node = nodeOf(network, name);
  return hiddenAt(node, findInterface(node, device));
}

interface Sender {
  readonly when: Predicate;
  readonly address: Address;
}

/** The address that an ARP request names as its sender (arp_solicit, arp_announce). */
export function senders(on: Recorder, { node, device, from }: Asker, target: Address): readonly Sender[] {
  const near = (address: Address): boolean => device.addresses.some((one) => holds(one, target) && holds(one, address));
  const announce = (fits: (value: number) => boolean): Predicate =>
    greater(on, node, device.name, 'arp_announce', fits);
  const own = from === undefined ? FALSE : announce((value) => value === 0 || (value === 1 && near(from)));
  const others = selections(on, node, device, target, SCOPE.link);
  const asItIs = from === undefined ? [] : [{ when: own, address: from }];
  return [
    ...asItIs,
    ...others.map(({ when, address }, i) => ({
      when: all(not(own), when, ...others.slice(0, i).map((one) => not(one.when))),
      address,
    })),
  ].filter(({ when }) => when.kind !== 'false');
}

/** Whether the address is one of the station's node, or one that it may answer for as its route leads elsewhere. */
const mayAnswer = (on: Recorder, node: Node, { interface: device }: Station, target: Address): boolean =>
  (contains(localOf(node), target) && !contains(LOOPBACK_NETWORK, target)) ||
  (leadsElsewhere(node, device, target) && either(on, node, device, 'proxy_arp').kind !== 'false');

function leadsElsewhere(node: Node, device: string, target: Address): boolean {
  const packet = start(
    new Map([
      ['src', full('src')],
      ['mark', full('mark')],
      ['tos', full('tos')],
      ['dst', only(target)],
    ] as const),
  );
  return lookup(node, { to: 'dst', from: 'src', iif: device, mark: 'mark', transport: true }).some(
    ({ when, found }) =>
      (found.kind === 'unknown' || (found.kind === 'route' && found.hops.every((hop) => hop.device !== device))) &&
      simplify(packet, when).kind !== 'false',
  );
}

/** When a station answers a request for an address (arp_process). */
export function answers(on: Recorder, network: Network, station: Station, target: Address, sender: Address): Predicate {
  const node = nodeOf(network, station.node);
  const device = interfaceOf(node, station.interface);
  const local = contains(localOf(node), target) && !contains(LOOPBACK_NETWORK, target);
  const heeds = greater(on, node, device.name, 'arp_ignore', (value) => !ignores(value, node, device, target, sender));
  if (sender === 0) return local ? heeds : FALSE;
  const proxy = (): Predicate => either(on, node, device.name, 'proxy_arp');
  const packet = start(
    new Map([
      ['src', only(sender)],
      ['dst', only(target)],
    ] as const),
  );
  const filtered = all(either(on, node, device.name, 'arp_filter'), filters(node, device, target, sender));
  const answered = all(heeds, not(filtered));
  const cases = inputWays(on, node, device.name).flatMap(({ when: of, is }): readonly Case[] => {
    const when = simplify(packet, of);
    if (when.kind === 'false') return [];
    if (is.kind === 'local') return [{ when, then: answered }];
    if (is.kind === 'unknown') return [{ when, then: all(mayRoute(node, is.reason), any(answered, proxy())) }];
    const elsewhere = is.kind === 'hops' && is.hops.every((hop) => hop.device !== device.name);
    return [{ when, then: elsewhere ? proxy() : FALSE }];
  });
  return simplify(packet, first(cases, FALSE));
}

const locals = new WeakMap<Node, Ranges<Address>>();

function localOf(node: Node): Ranges<Address> {
  const known = locals.get(node) ?? addressTypes(node).get('LOCAL') ?? [];
  locals.set(node, known);
  return known;
}

/** arp_ignore of Documentation/networking/ip-sysctl.rst. */
function ignores(value: number, node: Node, device: Interface, target: Address, sender: Address): boolean {
  const here = device.addresses.filter(({ local }) => local === target);
  switch (value) {
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

/** Routes that no capture shows may let a request in, or an answer out. */
const mayRoute = (node: Node, reason: string): Predicate => unknownBit({ id: `${node.name} routes for arp`, reason });

/** arp_filter: a device answers only where packets to the asker would leave by it. */
function filters(node: Node, { name }: Interface, target: Address, sender: Address): Predicate {
  const packet = start(
    new Map([
      ['src', only(target)],
      ['dst', only(sender)],
      ['tos', only(0)],
    ] as const),
  );
  const ways = lookup(node, { to: 'dst', from: 'src', iif: 'lo', transport: false });
  const found = ways.find(({ when }) => simplify(packet, when).kind === 'true')?.found;
  if (found?.kind === 'unknown') return mayRoute(node, found.reason);
  return found?.kind !== 'route' || found.hops.every(({ device }) => device !== name) ? TRUE : FALSE;
}

/** The answer is a unicast frame: a link that passes up only an end's own address loses it before a bridge. */
function comesBack(network: Network, station: Station, { node, device }: Asker): boolean {
  const owner = nodeOf(network, station.node);
  const back = segmentOf(network, owner, interfaceOf(owner, station.interface)).arrivals.find((one) =>
    isAt(one.station, { node: node.name, interface: device.name }),
  );
  const passes = ({ node: at, interface: name, ownAddressOnly }: Arrival['ends'][number]): boolean =>
    !ownAddressOnly || interfaceOf(nodeOf(network, at), name).mac === device.mac;
  return back?.ends.every(passes) === true;
}
