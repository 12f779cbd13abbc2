import { all, any, equals, FALSE, first, inRanges, not, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Case, Predicate, Steps } from '../ir/program.ts';
import { interfaceOf } from '../network/access.ts';
import type { NextHop, Node } from '../network/network.ts';
import type { DropReason } from '../packet/fate.ts';
import type { Origin } from '../packet/place.ts';
import { only, union } from '../packet/ranges.ts';
import { ALL_HOSTS, LIMITED_BROADCAST, LOOPBACK_NETWORK, MULTICAST, ownAddresses, ZERO_NETWORK } from './address.ts';
import { eachHop } from './outgoing.ts';
import { type Found, type Key, lookup } from './routing.ts';
import { type Settings, withSettings } from './settings.ts';
import { split, type Walk } from './walk.ts';

/** What the input route lookup decides about a packet. */
export type Incoming =
  | { readonly kind: 'local' }
  /** Broadcast, or multicast to a group that the node has joined. */
  | { readonly kind: 'broadcast' }
  /** Out by a device; without a next hop, straight to the destination. */
  | { readonly kind: 'forward'; readonly device: string; readonly nextHop?: number }
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
  return withSettings(
    walk,
    (settings) => inputWays(settings, node, device),
    (on, ways) => {
      const last = ways.at(-1) as Decided;
      const take = (here: Walk, is: Decided['is']): Steps =>
        is.kind === 'hops' ? eachHop(here, node, is, (chosen, hop) => then(chosen, forwardBy(hop))) : then(here, is);
      return split(
        on,
        ways.slice(0, -1).map(({ when, is }) => ({ when, then: (here) => take(here, is) })),
        (here) => take(here, last.is),
      );
    },
  );
}

const forwardBy = ({ device, via }: NextHop): Incoming => ({
  kind: 'forward',
  device,
  ...(via === undefined ? {} : { nextHop: via }),
});

const MARTIAN: Decided['is'] = { kind: 'failed', reason: 'martian' };

/** The first one that holds decides. */
export function inputWays(settings: Settings, node: Node, device: string): readonly Decided[] {
  const localnet = settings.either(node, device, 'route_localnet');
  const bad = badSource(settings, node, device);
  const fromNowhere = inRanges('src', ZERO_NETWORK);
  const validated = (when: Predicate, is: Decided['is']): readonly Decided[] => [
    { when: all(when, bad.martian), is: MARTIAN },
    { when: all(when, bad.filtered), is: { kind: 'failed', reason: 'rp_filter' } },
    { when, is },
  ];
  const toAll = any(equals('dst', LIMITED_BROADCAST), all(equals('src', 0), equals('dst', 0)));
  const groupSource = inRanges('src', union(MULTICAST, only(LIMITED_BROADCAST)));
  const loopSource = localnet ? FALSE : inRanges('src', LOOPBACK_NETWORK);
  const group = inRanges('dst', MULTICAST);
  const joined = any(equals('dst', ALL_HOSTS), all(group, membership(node, device)));
  return [
    { when: all(group, not(joined)), is: { kind: 'failed', reason: 'not for me' } },
    { when: any(groupSource, all(joined, loopSource)), is: MARTIAN },
    { when: all(any(toAll, joined), fromNowhere), is: { kind: 'broadcast' } },
    ...validated(any(toAll, joined), { kind: 'broadcast' }),
    { when: any(fromNowhere, inRanges('dst', ZERO_NETWORK)), is: MARTIAN },
    { when: localnet ? FALSE : any(inRanges('dst', LOOPBACK_NETWORK), loopSource), is: MARTIAN },
    ...lookup(node, { to: 'dst', from: 'src', iif: device, mark: 'mark', transport: true }).flatMap(({ when, found }) =>
      validating(validated, when, incoming(settings, node, device, found)),
    ),
  ];
}

/** Which groups an interface is in, besides that of all hosts, no capture shows. */
export const membership = ({ name }: Node, device: string): Predicate =>
  unknownBit({
    id: `${name} ${device} has joined the group`,
    reason: `which multicast groups ${device} of ${name} has joined`,
  });

/** Only what has a way is asked where it comes from. */
const validating = (
  validated: (when: Predicate, is: Decided['is']) => readonly Decided[],
  when: Predicate,
  is: Decided['is'],
): readonly Decided[] => (is.kind === 'failed' || is.kind === 'unknown' ? [{ when, is }] : validated(when, is));

function incoming(settings: Settings, node: Node, device: string, found: Found): Decided['is'] {
  if (found.kind === 'unknown') return found;
  if (found.kind === 'route' && found.route.type === 'local') return { kind: 'local' };
  if (found.kind === 'route' && found.route.type === 'broadcast') return { kind: 'broadcast' };
  if (!settings.flag(node, `net.ipv4.conf.${device}.forwarding`)) return { kind: 'failed', reason: 'not forwarding' };
  if (found.kind === 'none')
    return { kind: 'failed', reason: 'no route', origin: { node: node.name, text: found.text } };
  if (found.route.type !== 'unicast') return MARTIAN;
  return { kind: 'hops', hops: found.hops, text: found.route.text };
}

/** Sources that may not come in by the device (__fib_validate_source). */
function badSource(
  settings: Settings,
  node: Node,
  device: string,
): { readonly martian: Predicate; readonly filtered: Predicate } {
  const strict = settings.greater(node, device, 'rp_filter');
  const acceptLocal = settings.either(node, device, 'accept_local');
  if (strict === 0 && !hasCustomRules(node))
    return { martian: acceptLocal ? FALSE : inRanges('src', ownAddresses(node)), filtered: FALSE };
  const mark = settings.either(node, device, 'src_valid_mark');
  const key: Key = { to: 'src', from: 'dst', iif: 'lo', ...(mark ? { mark: 'mark' as const } : {}), transport: true };
  const addressless = interfaceOf(node, device).addresses.length === 0;
  const judged = lookup(node, key).map(({ when, found }) => ({
    when,
    is: judge(found, { device, strict, acceptLocal, addressless }),
  }));
  const cases = (bad: string): readonly Case[] =>
    judged.map(({ when, is }) => ({ when, then: is === bad ? TRUE : FALSE }));
  return { martian: first(cases('martian'), FALSE), filtered: first(cases('filtered'), FALSE) };
}

/** Besides the kernel's own three (fib4_has_custom_rules). */
const hasCustomRules = ({ rules }: Node): boolean =>
  rules.length > 3 || rules.some(({ priority }) => ![0, 32766, 32767].includes(priority));

interface Strictness {
  readonly device: string;
  readonly strict: number;
  readonly acceptLocal: boolean;
  readonly addressless: boolean;
}

function judge(
  found: Found,
  { device, strict, acceptLocal, addressless }: Strictness,
): 'good' | 'martian' | 'filtered' {
  if (found.kind !== 'route') return strict > 0 ? 'filtered' : 'good';
  const { type } = found.route;
  if (type !== 'unicast' && !(type === 'local' && acceptLocal)) return 'martian';
  if (found.hops.some((hop) => hop.device === device)) return 'good';
  if (addressless) return strict > 0 ? 'filtered' : 'good';
  return strict === 1 ? 'filtered' : 'good';
}
