import { all, any, equals, FALSE, first, inRanges, not, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Case, Predicate, Steps } from '../ir/program.ts';
import { interfaceOf } from '../network/access.ts';
import type { Interface, NextHop, Node, Route } from '../network/network.ts';
import { type Address, holds } from '../packet/address.ts';
import type { DropReason } from '../packet/fate.ts';
import type { Origin } from '../packet/place.ts';
import { only, union } from '../packet/ranges.ts';
import { ALL_HOSTS, LIMITED_BROADCAST, LOOPBACK_NETWORK, MULTICAST, ownAddresses, ZERO_NETWORK } from './address.ts';
import { eachHop } from './outgoing.ts';
import { type Found, type Key, lookup, whyUnknown } from './routing.ts';
import { assuming, either, flag, greater, type Recorder } from './settings.ts';
import { split, type Walk } from './walk.ts';

/** What the input route lookup decides about a packet. */
export type Incoming =
  | { readonly kind: 'local' }
  /** Broadcast, or multicast to a group that the node has joined. */
  | { readonly kind: 'broadcast' }
  /** Out by a device; without a next hop, straight to the destination. */
  | { readonly kind: 'forward'; readonly device: string; readonly nextHop?: Address }
  | { readonly kind: 'failed'; readonly reason: DropReason; readonly origin?: Origin }
  | { readonly kind: 'unknown'; readonly reason: string };

interface Decided {
  readonly when: Predicate;
  readonly is:
    | Exclude<Incoming, { kind: 'forward' }>
    | { readonly kind: 'hops'; readonly hops: readonly NextHop[]; readonly text: string };
}

/** The input route of a packet that came in by a device (ip_route_input_slow), source validation included. */
export function inputRoute(
  walk: Walk,
  node: Node,
  device: string,
  then: (walk: Walk, route: Incoming) => Steps,
): Steps {
  const ways = inputWays(walk.at, node, device);
  const take = (here: Walk, is: Decided['is']): Steps =>
    is.kind === 'hops' ? eachHop(here, node, is, (chosen, hop) => then(chosen, forwardBy(hop))) : then(here, is);
  return split(
    walk,
    ways.map(({ when, is }) => ({ when, then: (here) => take(here, is) })),
    (here) => take(here, NOTHING),
  );
}

const forwardBy = ({ device, via }: NextHop): Incoming => ({
  kind: 'forward',
  device,
  ...(via === undefined ? {} : { nextHop: via }),
});

const MARTIAN: Decided['is'] = { kind: 'failed', reason: 'martian' };

const NOTHING: Decided['is'] = { kind: 'failed', reason: 'no route' };

interface Cached extends Recorder {
  readonly ways: readonly Decided[];
}

const cache = new WeakMap<Node, Map<string, Cached>>();

/** The first one that holds decides. */
export function inputWays(on: Recorder, node: Node, device: string): readonly Decided[] {
  const known = cache.get(node) ?? new Map<string, Cached>();
  cache.set(node, known);
  const recorder: Recorder = { assumptions: new Set() };
  const found = known.get(device) ?? { ...recorder, ways: decide(recorder, node, device) };
  known.set(device, found);
  for (const one of found.assumptions) assuming(on, one);
  return found.ways;
}

function decide(on: Recorder, node: Node, device: string): readonly Decided[] {
  const localnet = either(on, node, device, 'route_localnet');
  const forwarding = flag(on, node, `net.ipv4.conf.${device}.forwarding`);
  const fromNowhere = inRanges('src', ZERO_NETWORK);
  const validated = (when: Predicate, is: Decided['is']): readonly Decided[] => {
    const bad = badFor(on, node, device, is);
    return [
      {
        when: all(when, bad.unknown),
        is: {
          kind: 'unknown',
          reason: whyUnknown(node) ?? 'the hops of a multipath route do not agree on the way back',
        },
      },
      { when: all(when, bad.martian), is: MARTIAN },
      { when: all(when, bad.filtered), is: { kind: 'failed', reason: 'rp_filter' } },
      { when, is },
    ];
  };
  const toAll = any(equals('dst', LIMITED_BROADCAST), all(equals('src', 0), equals('dst', 0)));
  const groupSource = inRanges('src', union(MULTICAST, only(LIMITED_BROADCAST)));
  const loopSource = all(not(localnet), inRanges('src', LOOPBACK_NETWORK));
  const group = inRanges('dst', MULTICAST);
  const joined = any(equals('dst', ALL_HOSTS), all(group, membership(node, device)));
  return [
    { when: all(group, not(joined)), is: { kind: 'failed', reason: 'not for me' } },
    { when: any(groupSource, all(joined, loopSource)), is: MARTIAN },
    { when: all(any(toAll, joined), fromNowhere), is: { kind: 'broadcast' } },
    ...validated(any(toAll, joined), { kind: 'broadcast' }),
    { when: any(fromNowhere, inRanges('dst', ZERO_NETWORK)), is: MARTIAN },
    { when: any(all(not(localnet), inRanges('dst', LOOPBACK_NETWORK)), loopSource), is: MARTIAN },
    ...lookup(node, { to: 'dst', from: 'src', iif: device, mark: 'mark', transport: true }).flatMap(
      ({ when, found }) => {
        const is = incoming(node, found);
        if (is.kind === 'unknown') return [{ when, is }];
        if (is.kind === 'local' || is.kind === 'broadcast') return validated(when, is);
        const shut: Decided = { when: all(when, not(forwarding)), is: { kind: 'failed', reason: 'not forwarding' } };
        return [shut, ...(is.kind === 'hops' ? validated(when, is) : [{ when, is }])];
      },
    ),
  ];
}

/** Which groups an interface is in, besides that of all hosts, no capture shows. */
export const membership = ({ name }: Node, device: string): Predicate =>
  unknownBit({
    id: `${name} ${device} has joined the group`,
    reason: `which multicast groups ${device} of ${name} has joined`,
  });

/** What a route means for a packet that comes in, on a host that forwards. */
function incoming(node: Node, found: Found): Decided['is'] {
  if (found.kind === 'unknown') return found;
  if (found.kind === 'none')
    return { kind: 'failed', reason: 'no route', origin: { node: node.name, text: found.text } };
  const { type, text } = found.route;
  if (type === 'local' || type === 'broadcast') return { kind: type };
  return type === 'unicast' ? { kind: 'hops', hops: found.hops, text } : MARTIAN;
}

/** Sources that may not come in by a device. */
interface Bad {
  readonly martian: Predicate;
  readonly filtered: Predicate;
  /** Those of which nobody can tell, as routes are missing. */
  readonly unknown: Predicate;
}

/**
 * The way back is looked up as if it came in by the device that the packet goes out by, or by lo (__mkroute_input). Where
 * a multipath route decides that, what the hops do not agree on is open.
 */
function badFor(on: Recorder, node: Node, device: string, is: Decided['is']): Bad {
  const asks = node.rules.some(({ iif }) => iif !== undefined);
  const outs = is.kind === 'hops' && asks ? [...new Set(is.hops.map((hop) => hop.device))] : ['lo'];
  const [single, ...others] = outs.map((out) => badSource(on, node, device, out));
  if (single === undefined) return badSource(on, node, device, 'lo');
  if (others.length === 0) return single;
  const each = [single, ...others];
  const martian = all(...each.map((bad) => bad.martian));
  const filtered = all(...each.map((bad) => bad.filtered));
  const some = any(...each.flatMap((bad) => [bad.martian, bad.filtered]));
  return { martian, filtered, unknown: any(...each.map((bad) => bad.unknown), all(some, not(any(martian, filtered)))) };
}

/** fib_validate_source: without rp_filter and rules of the administrator's, own addresses are all that is looked for. */
function badSource(on: Recorder, node: Node, device: string, out: string): Bad {
  const off = greater(on, node, device, 'rp_filter', (value) => value === 0);
  const foreign = not(either(on, node, device, 'accept_local'));
  if (off.kind === 'true' && !hasCustomRules(node))
    return { martian: all(foreign, inRanges('src', ownAddresses(node))), filtered: FALSE, unknown: FALSE };
  const full = checked(on, node, device, out, { off, foreign });
  if (off.kind === 'false') return full;
  // with accept_local nothing at all is looked at, whatever rules there are
  if (hasCustomRules(node))
    return {
      martian: all(any(not(off), foreign), full.martian),
      filtered: full.filtered,
      unknown: all(any(not(off), foreign), full.unknown),
    };
  return {
    martian: any(all(off, foreign, inRanges('src', ownAddresses(node))), all(not(off), full.martian)),
    filtered: full.filtered,
    unknown: all(not(off), full.unknown),
  };
}

/** __fib_validate_source: the way back to the source. */
function checked(
  on: Recorder,
  node: Node,
  device: string,
  out: string,
  { off, foreign }: { readonly off: Predicate; readonly foreign: Predicate },
): Bad {
  const strict = greater(on, node, device, 'rp_filter', (value) => value === 1);
  const addressless = interfaceOf(node, device).addresses.length === 0;
  const judge = (found: Found): Bad => {
    if (found.kind === 'unknown') return { martian: FALSE, filtered: FALSE, unknown: TRUE };
    if (found.kind === 'none') return { martian: FALSE, filtered: not(off), unknown: FALSE };
    const { type } = found.route;
    if (type !== 'unicast' && type !== 'local') return { martian: TRUE, filtered: FALSE, unknown: FALSE };
    const martian = type === 'local' ? foreign : FALSE;
    if (found.hops.some((hop) => hop.device === device)) return { martian, filtered: FALSE, unknown: FALSE };
    return { martian, filtered: addressless ? not(off) : strict, unknown: FALSE };
  };
  const ways = (mark: boolean): Bad => {
    const key: Key = { to: 'src', from: 'dst', iif: out, ...(mark ? { mark: 'mark' as const } : {}), transport: true };
    const judged = lookup(node, key).map(({ when, found }) => ({ when, ...judge(found) }));
    const by = (bad: keyof Bad): Predicate =>
      first(
        judged.map((one): Case => ({ when: one.when, then: one[bad] })),
        FALSE,
      );
    return { martian: by('martian'), filtered: by('filtered'), unknown: by('unknown') };
  };
  const marked = either(on, node, device, 'src_valid_mark');
  if (node.rules.every(({ mark }) => mark === undefined) || marked.kind === 'false') return ways(false);
  const [plain, valid] = [ways(false), ways(true)];
  const by = (bad: keyof Bad): Predicate => any(all(marked, valid[bad]), all(not(marked), plain[bad]));
  return { martian: by('martian'), filtered: by('filtered'), unknown: by('unknown') };
}

/** Rules besides the kernel's own three (fib4_has_custom_rules), or local routes of the administrator's (fib_has_custom_local_routes). */
const hasCustomRules = (node: Node): boolean =>
  node.rules.length > 3 ||
  node.rules.some(({ priority, undecided }) => undecided !== undefined || ![0, 32766, 32767].includes(priority)) ||
  node.routes.some((route) => route.type === 'local' && !ofKernel(node, route));

/** A local route that came with an address: that address itself, or the whole prefix of one on lo (fib_add_ifaddr). */
function ofKernel({ interfaces }: Node, { table, destination }: Route): boolean {
  if (table !== 255) return false;
  if (holds({ address: 0x7f000000, length: 8 }, destination.address)) return true;
  if (destination.length === 32) return interfaces.some((one) => hasAddress(one, destination.address));
  const looped = interfaces.filter(({ kind }) => kind === 'loopback').flatMap(({ addresses }) => addresses);
  return looped.some(({ address, length }) => address === destination.address && length === destination.length);
}

const hasAddress = ({ addresses }: Interface, address: Address): boolean =>
  addresses.some(({ local }) => local === address);
