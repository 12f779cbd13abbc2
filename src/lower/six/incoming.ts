import { all, any, equals, FALSE, inRanges, not } from '../../ir/predicate.ts';
import type { Predicate, Steps } from '../../ir/program.ts';
import { findInterface } from '../../network/access.ts';
import type { NextHop, Node, Route } from '../../network/network.ts';
import type { Address } from '../../packet/address.ts';
import { contains, only, type Range, type Ranges, ranges, union } from '../../packet/ranges.ts';
import type { Arrived } from '../host.ts';
import { type Incoming, membership } from '../incoming.ts';
import { eachHop } from '../outgoing.ts';
import { type Found, lookup } from '../routing.ts';
import { flag, setting } from '../settings.ts';
import { drop, dropped, filter, split, type Then, type Walk } from '../walk.ts';
import {
  EVERYBODY,
  GROUPS,
  groupsOf,
  LINK_LOCAL,
  LOOPBACK,
  ROUTERS,
  STRICT,
  solicitedNode,
  usedOn,
} from './addresses.ts';

const OF_LOOPBACK = any(equals('src', LOOPBACK), equals('dst', LOOPBACK));
/** Groups of scope 0 are reserved, and nobody sends from a group (ip6_rcv_core). */
const NEVER = any(inRanges('dst', groupsOf(0)), inRanges('src', GROUPS));
const OF_INTERFACE = inRanges('dst', groupsOf(1));

/** What no stack takes in, ahead of any rule (ip6_rcv_core). `looped`: the sender's own copy. */
export function taken(walk: Walk, node: Node, { device, group }: Arrived, looped: boolean, then: Then): Steps {
  const lo = device === 'lo';
  const bad = any(NEVER, lo ? FALSE : OF_LOOPBACK, lo || looped ? FALSE : OF_INTERFACE);
  const key = `net.ipv6.conf.${device}`;
  const many = group
    ? all(not(inRanges('dst', GROUPS)), flag(walk.at, node, `${key}.drop_unicast_in_l2_multicast`))
    : FALSE;
  if (isOff(walk, node, device)) return drop(walk, node, 'interface down');
  return filter(walk, not(bad), dropped(node, 'martian'), (on) =>
    filter(on, not(many), dropped(node, 'not for me'), then),
  );
}

/** The least that a link must carry (RFC 8200): below, a device has no IPv6. */
const LEAST_MTU = 1280;

/** IPv6 is known to be off on a device: it has no addresses then, and where nothing is shown the kernel has it on. */
export function isOff({ at }: Walk, node: Node, device: string): boolean {
  const off = setting(at, node, `net.ipv6.conf.${device}.disable_ipv6`);
  const mtu = findInterface(node, device)?.mtu ?? LEAST_MTU;
  return mtu < LEAST_MTU || (off.kind === 'known' && off.value !== 0);
}

/** The input route of a packet that came in by a device (ip6_route_input). There is no source validation. */
export function inputRoute(
  walk: Walk,
  node: Node,
  device: string,
  then: (walk: Walk, route: Incoming) => Steps,
): Steps {
  const by = (strict: boolean): Then => {
    const key = {
      to: 'dst',
      from: 'src',
      iif: device,
      mark: 'mark',
      transport: true,
      six: { device, strict },
    } as const;
    return (on) =>
      split(
        on,
        lookup(node, key).map(({ when, found }) => ({
          when,
          then: (here) => decided(here, node, device, found, then),
        })),
        (here) => then(here, { kind: 'failed', reason: 'no route' }),
      );
  };
  return split(walk, [{ when: inRanges('dst', STRICT), then: by(true) }], by(false));
}

function decided(
  walk: Walk,
  node: Node,
  device: string,
  found: Found,
  then: (walk: Walk, route: Incoming) => Steps,
): Steps {
  if (found.kind === 'unknown') return then(walk, found);
  if (found.kind === 'none')
    return then(walk, { kind: 'failed', reason: 'no route', origin: { node: node.name, text: found.text } });
  const { route, hops } = found;
  if (route.type === 'local' || route.type === 'anycast') return then(walk, { kind: 'local' });
  if (isGroupRoute(route))
    return split(walk, [{ when: joined(walk, node, device), then: (on) => then(on, { kind: 'broadcast' }) }], (on) =>
      then(on, { kind: 'failed', reason: 'not for me' }),
    );
  const forward = ({ device: out, via }: NextHop): Incoming => ({
    kind: 'forward',
    device: out,
    ...(via === undefined ? {} : { nextHop: via }),
  });
  return eachHop(walk, node, { hops, text: route.text }, (on, hop) => then(on, forward(hop)));
}

/** Routes to groups lead to those that have joined them (ip6_rt_init_dst: ip6_mc_input). */
export const isGroupRoute = ({ type, destination }: Route): boolean =>
  type === 'multicast' || contains(GROUPS, destination.address);

/** Whether a device is in the group that a packet is for (ipv6_chk_mcast_addr). */
export function joined({ at }: Walk, node: Node, device: string): Predicate {
  const router = flag(at, node, `net.ipv6.conf.${device}.forwarding`);
  return any(
    inRanges('dst', union(EVERYBODY, solicited(node, device))),
    all(inRanges('dst', ROUTERS), router),
    membership(node, device),
  );
}

/** The groups in which a device is asked for addresses, its own and those that all routers of a network have. */
function solicited(node: Node, device: string): Ranges<Address> {
  const anycast = node.routes
    .filter(({ type, nextHops }) => type === 'anycast' && nextHops.some((hop) => hop.device === device))
    .map(({ destination }) => destination.address);
  const groups = [...usedOn(node, device), ...anycast].map((address) => solicitedNode(BigInt(address)));
  return ranges(groups.map((one): Range<Address> => [one, one]));
}

/** Sources that are not passed on to another device (ip6_forward: a security critical check). */
const NEAR_ONLY = inRanges(
  'src',
  [[...only<Address>(0n), ...only<Address>(LOOPBACK)], GROUPS, LINK_LOCAL].reduce(union),
);

/** ip6_forward up to where the hop limit is spent: one switch for the whole node, or one of the device. */
export function admitted(walk: Walk, node: Node, arrived: Arrived, out: string, then: Then): Steps {
  const forced = flag(walk.at, node, `net.ipv6.conf.${arrived.device}.force_forwarding`);
  const open = flag(walk.at, node, 'net.ipv6.conf.all.forwarding');
  const on = open.kind === 'true' ? open : any(open, forced);
  const away = arrived.device === out ? FALSE : NEAR_ONLY;
  return filter(walk, on, dropped(node, 'not forwarding'), (here) =>
    arrived.group ? drop(here, node, 'not for me') : filter(here, not(away), dropped(node, 'martian'), then),
  );
}
