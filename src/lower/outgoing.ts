import { all, any, equals, FALSE, inRanges, not, TRUE } from '../ir/predicate.ts';
import type { Predicate, Steps } from '../ir/program.ts';
import { findInterface } from '../network/access.ts';
import type { NextHop, Node, Route } from '../network/network.ts';
import type { Address } from '../packet/address.ts';
import type { DropReason } from '../packet/fate.ts';
import type { Origin } from '../packet/place.ts';
import { LIMITED_BROADCAST, LOOPBACK_NETWORK, MULTICAST, SCOPE, selections } from './address.ts';
import { type Found, isHost, type Key, lookup } from './routing.ts';
import { either } from './settings.ts';
import { choose, known, split, type Then, type Walk, type Way } from './walk.ts';

/** What the output route lookup decides. */
export type Outgoing =
  | {
      readonly kind: 'send';
      /** `lo` for what stays on the node. */
      readonly device: string;
      readonly nextHop?: Address;
      /** The frame is for everybody, and the sender's own stack gets a copy. */
      readonly broadcast: boolean;
      /** The source address that the kernel picks where none is given. */
      readonly source: Address | 'destination';
      /** Of IPv6: of what is sent by the route; absent: the device's. */
      readonly hopLimit?: number;
      /** Of IPv6: by lo, and yet for nobody here. */
      readonly stray?: true;
      /** Of IPv6: the device that the sender's socket is bound to. */
      readonly boundTo?: string;
    }
  | { readonly kind: 'failed'; readonly reason: DropReason; readonly origin?: Origin }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What an output lookup knows of the packet: a socket's all, ip_route_me_harder's no ports. */
export interface Asked {
  readonly bound: boolean;
  readonly transport: boolean;
}

/** The output route of a packet of the node's own (ip_route_output_key). */
export function outputRoute(walk: Walk, node: Node, asked: Asked, then: (walk: Walk, route: Outgoing) => Steps): Steps {
  const key: Key = {
    to: 'dst',
    iif: 'lo',
    mark: 'mark',
    transport: asked.transport,
    ...(asked.bound ? { from: 'src' } : {}),
  };
  const ways = lookup(node, key);
  const groups = any(equals('dst', LIMITED_BROADCAST), inRanges('dst', MULTICAST));
  const take = (on: Walk, found: Found, group: boolean): Steps => outgoing(on, node, found, group, then);
  const among = (on: Walk, group: boolean): Steps =>
    split(
      on,
      ways.map(({ when, found }) => ({ when, then: (here) => take(here, found, group) })),
      (here) => then(here, { kind: 'failed', reason: 'no route' }),
    );
  const foreign: Then = (on) => then(on, { kind: 'failed', reason: 'no route' });
  const toGroup: Then = (on) => (asked.bound ? bySource(on, node, then, foreign) : among(on, true));
  return split(walk, [{ when: groups, then: toGroup }], (on) => among(on, false));
}

/** What a bound socket sends to a group leaves by the device that has its address, without a lookup, and not at all if none has. */
function bySource(walk: Walk, node: Node, then: (walk: Walk, route: Outgoing) => Steps, foreign: Then): Steps {
  const ways = node.interfaces.flatMap(({ name: device, addresses }) =>
    addresses.map(({ local: source }) => ({
      when: equals('src', source),
      then: (on: Walk) => then(on, { kind: 'send', device, broadcast: true, source }),
    })),
  );
  return split(walk, ways, foreign);
}

function outgoing(
  walk: Walk,
  node: Node,
  found: Found,
  group: boolean,
  then: (walk: Walk, route: Outgoing) => Steps,
): Steps {
  if (found.kind === 'unknown') return then(walk, found);
  if (found.kind === 'none')
    return then(walk, { kind: 'failed', reason: 'no route', origin: { node: node.name, text: found.text } });
  const { route, hops } = found;
  if (route.type === 'local') {
    const source = route.source === undefined || isHost(route) ? 'destination' : route.source;
    return then(walk, { kind: 'send', device: 'lo', broadcast: false, source });
  }
  const broadcast = group || route.type === 'broadcast';
  return eachHop(walk, node, { hops, text: route.text }, (on, hop) => {
    const go =
      (source: Address): Then =>
      (here) =>
        then(here, sendBy(hop, source, broadcast));
    const text = `127.0.0.0/8 may not leave by ${hop.device}`;
    const refused: Then = (here) =>
      then(here, { kind: 'failed', reason: 'no route', origin: { node: node.name, text } });
    return split(
      on,
      [{ when: mayNotLeave(on, node, hop.device), then: refused }, ...sources(on, node, route, hop, go)],
      go(0),
    );
  });
}

/** Nothing from 127/8 is sent by another device than lo, but with route_localnet (__mkroute_output). */
function mayNotLeave(walk: Walk, node: Node, device: string): Predicate {
  const from = known(walk, inRanges('src', LOOPBACK_NETWORK));
  return device === 'lo' || from.kind === 'false'
    ? FALSE
    : all(from, not(either(walk.at, node, device, 'route_localnet')));
}

/** The route's preferred source, else one towards the gateway, in the scope of the route (fib_result_prefsrc). */
function sources(walk: Walk, node: Node, route: Route, hop: NextHop, go: (source: Address) => Then): readonly Way[] {
  if (route.source !== undefined) return [{ when: TRUE, then: go(route.source) }];
  const device = findInterface(node, hop.device);
  if (device === undefined) return [];
  const chosen = selections(walk.at, node, device, hop.via, Math.min(route.scope, SCOPE.host));
  return chosen.map(({ when, address }) => ({ when, then: go(address) }));
}

const sendBy = ({ device, via }: NextHop, source: Address, broadcast: boolean): Outgoing => ({
  kind: 'send',
  device,
  broadcast,
  source,
  ...(via === undefined || broadcast ? {} : { nextHop: via }),
});

/** A multipath route spreads flows by hash: any of its hops. */
export function eachHop(
  walk: Walk,
  node: Node,
  { hops, text }: { readonly hops: readonly NextHop[]; readonly text: string },
  then: (walk: Walk, hop: NextHop) => Steps,
): Steps {
  const unknown = ({ device, via }: NextHop) => ({
    id: `${node.name} ${text} by ${device} ${via ?? ''}`,
    reason: `which hop of a multipath route on ${node.name} a flow takes`,
    origin: { node: node.name, text },
  });
  return choose(walk, hops, unknown, then);
}
