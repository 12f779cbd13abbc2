import { all, any, equals, inRanges, not, unknownBit } from '../ir/predicate.ts';
import type { Predicate, Steps } from '../ir/program.ts';
import { interfaceOf } from '../network/access.ts';
import type { Node } from '../network/network.ts';
import { unredirected } from '../network/redirects.ts';
import type { Address } from '../packet/address.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import { complement, only, union } from '../packet/ranges.ts';
import { addressTypes, LIMITED_BROADCAST, MULTICAST, ZERO_NETWORK } from './address.ts';
import { type Place, traverse } from './hook.ts';
import { type Incoming, inputRoute } from './incoming.ts';
import { transmit } from './link.ts';
import { localOut } from './local-out.ts';
import { neighbour } from './neighbour.ts';
import { type Outgoing, outputRoute } from './outgoing.ts';
import { assuming, visiting } from './settings.ts';
import * as six from './six/incoming.ts';
import { output as outputSix, type Sender } from './six/output.ts';
import { type Assignments, drop, dropped, filter, isSix, lost, set, split, type Then, type Walk } from './walk.ts';

export type Send = Extract<Outgoing, { kind: 'send' }>;

/** A packet that a host takes in. */
export interface Arrived {
  readonly device: string;
  /** By a broadcast or multicast frame. */
  readonly group: boolean;
  /** A bridge has shown it to PREROUTING already. */
  readonly prerouted: boolean;
  readonly physIn?: string;
}

/** IP input at a device (ip_rcv). */
export function input(walk: Walk, node: Node, arrived: Arrived): Steps {
  visiting(walk.at, node);
  const undecided = node.undecided?.get('interfaces');
  if (undecided !== undefined) return lost(walk, node, `${node.name} interfaces`, undecided);
  if (isSix(walk)) return inputSix(walk, node, arrived);
  const routed: Then = (on) =>
    inputRoute(on, node, arrived.device, (here, route) => byRoute(here, node, arrived, route));
  return arrived.prerouted ? routed(walk) : traverse(walk, placeOf(node, arrived, 'PREROUTING'), routed);
}

/** ipv6_rcv: what no stack takes is gone before any rule sees it. */
function inputSix(walk: Walk, node: Node, arrived: Arrived): Steps {
  if (walk.only?.(node, arrived.device) === false) return drop(walk, node, 'not for me');
  const routed: Then = (on) =>
    six.inputRoute(on, node, arrived.device, (here, route) => byRoute(here, node, arrived, route));
  return six.taken(walk, node, arrived, false, (on) =>
    arrived.prerouted ? routed(on) : traverse(on, placeOf(node, arrived, 'PREROUTING'), routed),
  );
}

const placeOf = (node: Node, { device, physIn }: Arrived, hook: 'PREROUTING' | 'INPUT' | 'FORWARD'): Place => ({
  node,
  hook,
  in: device,
  bridged: false,
  ...(physIn === undefined ? {} : { physIn }),
});

function byRoute(walk: Walk, node: Node, arrived: Arrived, route: Incoming): Steps {
  switch (route.kind) {
    case 'local':
    case 'broadcast':
      return localIn(walk, node, arrived);
    case 'forward':
      return forward(walk, node, arrived, route);
    case 'failed':
      return drop(walk, node, route.reason, route.origin);
    case 'unknown':
      return lost(walk, node, `${node.name} routes`, route.reason);
  }
}

/** ip_local_deliver: a later fragment alone is no datagram yet. */
export const localIn = (walk: Walk, node: Node, arrived: Arrived): Steps =>
  filter(walk, equals('fragment', 0), dropped(node, 'fragment'), (whole) =>
    traverse(whole, placeOf(node, arrived, 'INPUT'), (on) => on.deliver(on, node, arrived.device)),
  );

/** ip_forward: a frame for many is not forwarded, and the time to live is spent before FORWARD sees the packet. */
function forward(walk: Walk, node: Node, arrived: Arrived, route: Extract<Incoming, { kind: 'forward' }>): Steps {
  if (isSix(walk)) return six.admitted(walk, node, arrived, route.device, (on) => forwarded(on, node, arrived, route));
  return arrived.group ? drop(walk, node, 'not for me') : forwarded(walk, node, arrived, route);
}

function forwarded(walk: Walk, node: Node, arrived: Arrived, route: Extract<Incoming, { kind: 'forward' }>): Steps {
  const { device, nextHop } = route;
  if (!isSix(walk)) assuming(walk.at, unredirected(node, arrived.device, device));
  const out = { out: device, ...(nextHop === undefined ? {} : { nextHop }) };
  return filter(walk, inRanges('ttl', [[2, 255]]), dropped(node, 'ttl'), (alive) =>
    set({ ...alive, forwarded: alive.forwarded + 1 }, { ttl: { kind: 'plus', slot: 'ttl', by: -1 } }, (on) =>
      traverse(on, { ...placeOf(node, arrived, 'FORWARD'), ...out }, (passed) =>
        postrouting(
          passed,
          node,
          { device, ...(nextHop === undefined ? {} : { nextHop }) },
          (sent) => leave(sent, node, device, nextHop),
          arrived,
        ),
      ),
    ),
  );
}

/** Rules there see by which device a forwarded packet came in, too (ip_output: indev). */
export function postrouting(
  walk: Walk,
  node: Node,
  { device, nextHop }: { readonly device: string; readonly nextHop?: Address },
  then: Then,
  from?: Arrived,
): Steps {
  if (isSix(walk) && six.isOff(walk, node, device)) return drop(walk, node, 'interface down');
  const place: Place = {
    ...(from === undefined ? {} : { in: from.device }),
    ...(from?.physIn === undefined ? {} : { physIn: from.physIn }),
    node,
    hook: 'POSTROUTING',
    out: device,
    bridged: false,
    ...(nextHop === undefined ? {} : { nextHop }),
  };
  return traverse(walk, place, then);
}

/** A unicast packet leaves a node by a device. */
export function leave(walk: Walk, node: Node, name: string, nextHop: Address | undefined): Steps {
  const device = interfaceOf(node, name);
  if (isSix(walk) && name === 'lo') return drop(walk, node, 'ttl'); // it goes round until it is worn out
  return neighbour(walk, node, device, nextHop, (on, to) =>
    set(on, { macSrc: device.mac }, (here) => transmit(here, node, device, { to })),
  );
}

/**
 * A process sends a packet: its route, its source unless the socket is bound to one, and the output path.
 * `sent` sees the packet as it is then, before any rule.
 */
export function output(
  walk: Walk,
  node: Node,
  bound: boolean,
  sent: (walk: Walk, then: Then) => Steps,
  by: Omit<Sender, 'bound'> = { must: false },
): Steps {
  visiting(walk.at, node);
  const undecided = node.undecided?.get('interfaces');
  if (undecided !== undefined) return lost(walk, node, `${node.name} interfaces`, undecided);
  const go = (here: Walk, route: Send): Steps => sent(here, (ready) => localOut(ready, node, route));
  if (isSix(walk)) return outputSix(walk, node, { ...by, bound }, go);
  const from = (on: Walk, fixed: boolean): Steps =>
    split(on, [{ when: equals('dst', 0), then: (here) => toItself(here, node, fixed, go) }], (some) =>
      outputTo(some, node, fixed, go),
    );
  if (!bound) return from(walk, false);
  // a source of 0.0.0.0 is none; others that cannot be one are refused (ip_route_output_key_hash_rcu: EINVAL)
  const refused: Then = (on) => drop(on, node, 'no route');
  return split(
    walk,
    [
      { when: equals('src', 0), then: (on) => from(on, false) },
      { when: NO_SOURCE, then: refused },
    ],
    (on) => from(on, true),
  );
}

const NO_SOURCE = inRanges('src', union(union(ZERO_NETWORK, MULTICAST), only(LIMITED_BROADCAST)));

export type Go = (walk: Walk, route: Send) => Steps;

/** No destination is the sender itself: its own address, or else 127.0.0.1 (ip_route_output_key_hash_rcu). */
function toItself(walk: Walk, node: Node, bound: boolean, go: Go): Steps {
  const itself: Send = { kind: 'send', device: 'lo', broadcast: false, source: 'destination' };
  const addresses: Assignments = bound ? { dst: 'src' } : { src: LOOPBACK, dst: LOOPBACK };
  return set(walk, addresses, (on) => {
    if (!bound) return go(on, itself);
    const foreign = complement(addressTypes(node).get('LOCAL') ?? [], 'src');
    // a socket that connects asks for the route of that address: from a foreign one it leaves
    const away = all(inRanges('src', foreign), connects(node));
    return split(on, [{ when: away, then: (here) => outputTo(here, node, true, go) }], (here) => go(here, itself));
  });
}

/** tcp connects; whether a udp socket does is up to the program. */
const connects = (node: Node): Predicate =>
  any(
    equals('proto', PROTOCOL.TCP),
    all(
      equals('proto', PROTOCOL.UDP),
      unknownBit({
        id: `${node.name} connected`,
        reason: `whether the udp socket on ${node.name} is connected: policy rules route by its source address then`,
      }),
    ),
  );

function outputTo(walk: Walk, node: Node, bound: boolean, go: Go): Steps {
  return outputRoute(walk, node, { bound, transport: true }, (on, route) => {
    if (route.kind !== 'send') return failed(on, node, route);
    const noRoute: Then = (here) => drop(here, node, 'no route');
    const send: Then = (here) => (bound ? go(here, route) : withSource(here, node, route, go));
    if (!route.broadcast) return send(on);
    if (on.leg === 'answer') return split(on, [{ when: all(UDP, not(mayBroadcast(node))), then: noRoute }], send);
    if (on.leg !== 'request') return send(on);
    return split(on, [{ when: CONNECTS, then: noRoute }], send);
  });
}

/** A SYN as a process has it sent: tcp connects to no group (tcp_v4_connect: ENETUNREACH). A raw socket's odd segments leave. */
export const CONNECTS = all(equals('proto', PROTOCOL.TCP), equals('tcpFlags', TCP_FLAG.SYN), equals('badChecksum', 0));

const UDP = equals('proto', PROTOCOL.UDP);

/** Without SO_BROADCAST a udp socket sends to no broadcast (udp_sendmsg: EACCES). */
const mayBroadcast = ({ name }: Node): Predicate =>
  unknownBit({
    id: `${name} answers broadcasts`,
    reason: `whether what answers udp on ${name} may send to a broadcast address (SO_BROADCAST)`,
  });

function withSource(walk: Walk, node: Node, route: Send, go: Go): Steps {
  const source = route.source === 'destination' ? 'dst' : route.source;
  return set(walk, { src: source }, (here) => connect(here, node, route, go));
}

/** 127.0.0.1 */
const LOOPBACK = 0x7f000001;

/** A socket that connects asks for its route again once it has a source address (ip_route_connect): rules may look at that. */
function connect(walk: Walk, node: Node, route: Send, then: Go): Steps {
  if (node.rules.every(({ from }) => from === undefined)) return then(walk, route);
  const again: Then = (on) =>
    outputRoute(on, node, { bound: true, transport: true }, (here, second) =>
      second.kind === 'send' ? then(here, second) : failed(here, node, second),
    );
  return split(walk, [{ when: connects(node), then: again }], (on) => then(on, route));
}

export const failed = (walk: Walk, node: Node, route: Exclude<Outgoing, { kind: 'send' }>): Steps =>
  route.kind === 'failed'
    ? drop(walk, node, route.reason, route.origin)
    : lost(walk, node, `${node.name} routes`, route.reason);
