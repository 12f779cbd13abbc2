import { valuesOf } from '../../ir/bounds.ts';
import { all, inRanges, not } from '../../ir/predicate.ts';
import type { Steps } from '../../ir/program.ts';
import { findInterface } from '../../network/access.ts';
import type { Interface, Node } from '../../network/network.ts';
import type { Address } from '../../packet/address.ts';
import { type Ranges, union } from '../../packet/ranges.ts';
import { eachHop, type Outgoing } from '../outgoing.ts';
import { type Found, type Key, lookup } from '../routing.ts';
import { set, split, type Then, type Walk } from '../walk.ts';
import { GROUPS, LINK_LOCAL, STRICT } from './addresses.ts';
import { isGroupRoute } from './incoming.ts';
import { sources } from './select.ts';
import { isLoose } from './socket.ts';

/** What an output lookup knows. */
export interface Asked {
  /** The packet has its source already. */
  readonly bound: boolean;
  /** By which device; a must if a socket is bound to it. */
  readonly device?: string;
  readonly must?: boolean;
  /** No other device will do, though no socket is bound to this one. */
  readonly strict?: true;
}

type After = (walk: Walk, route: Outgoing) => Steps;

const NOTHING = { kind: 'failed', reason: 'no route' } as const satisfies Outgoing;

/** The output route of a packet of the node's own, and its source if it has none yet (ip6_dst_lookup_tail). */
export function outputRoute(walk: Walk, node: Node, asked: Asked, then: After): Steps {
  const fails: After = (on, route) =>
    route.kind === 'failed' && !asked.bound && looksAtSources(node) ? again(on, node, asked, then) : then(on, route);
  return search(walk, node, asked, fails);
}

const looksAtSources = ({ rules }: Node): boolean => rules.some(({ from }) => (from?.length ?? 0) > 0);

/** Without a route a source is chosen among all addresses, and with that the rules are asked once more. */
const again = (walk: Walk, node: Node, asked: Asked, then: After): Steps =>
  sourced(walk, node, undefined, (on) => search(on, node, { ...asked, bound: true, strict: true }, then), then);

/** The route, by strict lookup where the device is a must (ip6_route_output_flags). */
function search(walk: Walk, node: Node, asked: Asked, then: After): Steps {
  const { device, bound, must = false, strict: only = false } = asked;
  const by = (strict: boolean): Then => {
    const key: Key = {
      to: 'dst',
      iif: 'lo',
      mark: 'mark',
      transport: true,
      six: { ...(device === undefined ? {} : { device }), strict },
      ...(device === undefined ? {} : { oif: device }),
      ...(bound ? { from: 'src' } : {}),
    };
    return (on) =>
      split(
        on,
        lookup(node, key).map(({ when, found }) => ({
          when,
          then: (here) => outgoing(here, node, found, asked, then),
        })),
        (here) => then(here, NOTHING),
      );
  };
  if (device === undefined || must || only || !bound) return by(device !== undefined)(walk);
  return split(walk, [{ when: inRanges('dst', STRICT), then: by(true) }], by(false));
}

/** Where no route of a device is for groups (ff00::/8), a gateway's may be taken: it alone is sent the packet then. */
const BY_GATEWAY = 'what becomes of a packet to a group that a gateway is sent is not modelled';

function outgoing(walk: Walk, node: Node, found: Found, { bound, device, must }: Asked, then: After): Steps {
  if (found.kind === 'unknown') return then(walk, found);
  if (found.kind === 'none') return then(walk, { ...NOTHING, origin: { node: node.name, text: found.text } });
  const { route, hops } = found;
  const here = route.type === 'local' || route.type === 'anycast';
  const more = {
    ...(route.hopLimit === undefined ? {} : { hopLimit: route.hopLimit }),
    ...(device !== undefined && must === true ? { boundTo: device } : {}),
  };
  return eachHop(walk, node, { hops: here ? hops.slice(0, 1) : hops, text: route.text }, (on, { device: by, via }) => {
    const go =
      (broadcast: boolean): Then =>
      (ready) =>
        then(ready, {
          kind: 'send',
          device: here ? 'lo' : by,
          broadcast,
          source: 0n,
          ...more,
          ...(!here && by === 'lo' ? { stray: true as const } : {}),
          ...(via === undefined || broadcast ? {} : { nextHop: via }),
        });
    const byGateway: Then = (ready) => then(ready, { kind: 'unknown', reason: BY_GATEWAY });
    const sent: Then = (ready) =>
      here
        ? go(false)(ready)
        : isGroupRoute(route)
          ? go(true)(ready)
          : split(
              ready,
              [{ when: inRanges('dst', GROUPS), then: via === undefined ? go(true) : byGateway }],
              go(false),
            );
    if (bound) return sent(on);
    if (route.source !== undefined) return set(on, { src: route.source }, sent);
    return sourced(on, node, findInterface(node, by), sent, then);
  });
}

/** The source that the kernel picks; none: EADDRNOTAVAIL. */
function sourced(walk: Walk, node: Node, device: Interface | undefined, ready: Then, then: After): Steps {
  const values = valuesOf(walk.bounds, 'dst');
  const ways = sources(walk.at, node, device, values).map(({ when, source }) => ({
    when,
    then: (on: Walk) => (source === undefined ? then(on, NOTHING) : set(on, { src: source }, ready)),
  }));
  return split(walk, ways, (on) => then(on, NOTHING));
}

/**
 * What mangle or nat of OUTPUT has changed is routed again, by the device that the socket is bound to; else what is of one
 * link by the same device (ip6_route_me_harder).
 */
export function reroute(walk: Walk, node: Node, before: Send, then: After): Steps {
  const by =
    (asked: Omit<Asked, 'bound'>): Then =>
    (on) =>
      search(on, node, { bound: true, ...asked }, then);
  const free: Then = (on) =>
    split(on, [{ when: inRanges('dst', OF_LINK), then: by({ device: before.device }) }], by({}));
  const { boundTo: device } = before;
  if (device === undefined) return free(walk);
  const bound = by({ device, must: true });
  if (walk.leg !== 'request') return bound(walk);
  return split(walk, [{ when: all(not(inRanges('dst', STRICT)), isLoose(node, device)), then: free }], bound);
}

type Send = Extract<Outgoing, { readonly kind: 'send' }>;

const OF_LINK: Ranges<Address> = union(GROUPS, LINK_LOCAL);
