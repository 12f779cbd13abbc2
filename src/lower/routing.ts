import { all, any, equals, inRanges, masked, not, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot } from '../ir/program.ts';
import { findInterface } from '../network/access.ts';
import type { NextHop, Node, PolicyRule, Route } from '../network/network.ts';
import { type Address, rangesOf } from '../packet/address.ts';
import { everything, isEmpty, only, type Ranges, union, without } from '../packet/ranges.ts';
import { top } from '../packet/scalar.ts';
import { candidates as sixCandidates, type Wanted } from './six/routes.ts';

/** What is asked of the routing tables (`struct flowi4`). */
export interface Key {
  /** The slot whose value is looked up: `dst`, or `src` for source validation. */
  readonly to: 'dst' | 'src';
  /** The other address; absent: 0.0.0.0. */
  readonly from?: 'dst' | 'src';
  /** `lo` for what the node sends itself. */
  readonly iif: string;
  readonly oif?: string;
  /** Absent: 0. */
  readonly mark?: Slot;
  /** Whether rules see protocol and ports. */
  readonly transport: boolean;
  /** Of IPv6. */
  readonly six?: Wanted;
}

/** What a lookup finds: a route with the hops that are alive, or that there is none. */
export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly hops: readonly NextHop[] }
  | { readonly kind: 'none'; readonly text: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** The first way whose predicate holds is what the lookup finds. The last one always holds. */
export interface LookupWay {
  readonly when: Predicate;
  readonly found: Found;
}

/** Types of routes that end a lookup without a way (fib_props: their error). */
const NOWHERE: ReadonlySet<string> = new Set(['blackhole', 'unreachable', 'prohibit']);

const cache = new WeakMap<Node, Map<string, readonly LookupWay[]>>();

/** Policy rules by priority, in each table the longest prefix (fib_rules_lookup, fib_table_lookup). */
export function lookup(node: Node, key: Key): readonly LookupWay[] {
  const known = cache.get(node) ?? new Map<string, readonly LookupWay[]>();
  cache.set(node, known);
  const six = key.six && [key.six.device, key.six.strict, key.six.reverse];
  const name = [key.to, key.from, key.iif, key.oif, key.mark, key.transport, six].join(' ');
  const found = known.get(name) ?? search(node, key);
  known.set(name, found);
  return found;
}

/** Rule by rule; a rule that nobody can tell about ends it, and where routes are missing all but the first one. */
function search(node: Node, key: Key): readonly LookupWay[] {
  const missing = node.undecided?.get('routes');
  const open = node.rules.findIndex(({ undecided }) => undecided !== undefined);
  const certain = open < 0 ? node.rules : node.rules.slice(0, open);
  const reason = whyUnknown(node);
  const last: Found = reason === undefined ? { kind: 'none', text: 'no route' } : { kind: 'unknown', reason };
  const ways = missing === undefined ? certain.flatMap((rule) => waysOf(node, rule, key)) : ownWays(node, certain, key);
  return [...ways, { when: TRUE, found: last }];
}

/** Why lookups may be unknown on a node. */
export const whyUnknown = ({ undecided, rules }: Node): string | undefined =>
  undecided?.get('routes') ?? rules.find((rule) => rule.undecided !== undefined)?.undecided;

const LOCAL = 255;

/**
 * What holds whatever other routes there are: the addresses and broadcasts of the node itself, as the kernel's own first
 * rule finds them. Before any other route there may be one with a longer prefix, or a rule that is answered earlier.
 */
function ownWays(node: Node, [first]: readonly PolicyRule[], key: Key): readonly LookupWay[] {
  if (first === undefined || first.priority !== 0 || first.action.kind !== 'table' || first.action.table !== LOCAL)
    return [];
  if (first.action.suppressPrefixLength !== undefined || ruleMatches(first, key).kind !== 'true') return [];
  return tableWays(node, LOCAL, key, -1, isOwn);
}

const isOwn = ({ destination: { address, length }, type }: Route): boolean =>
  typeof address === 'bigint'
    ? (length === 128 && (type === 'local' || type === 'anycast')) || type === 'multicast'
    : length === 32 && (type === 'local' || type === 'broadcast');

function waysOf(node: Node, rule: PolicyRule, key: Key): readonly LookupWay[] {
  const when = ruleMatches(rule, key);
  if (when.kind === 'false') return [];
  if (rule.action.kind !== 'table') return [{ when, found: { kind: 'none', text: rule.text } }];
  const { table, suppressPrefixLength: suppressed = -1 } = rule.action;
  return tableWays(node, table, key, suppressed).map((way) => ({ ...way, when: all(when, way.when) }));
}

/** A later fragment has no ports to look at. */
const HEADED = equals('fragment', 0);

/** fib4_rule_match; `not` turns the whole selector round. */
function ruleMatches(rule: PolicyRule, key: Key): Predicate {
  const { mark, tos, protocol, sport, dport } = rule;
  const [source, destination] = key.to === 'dst' ? (['sport', 'dport'] as const) : (['dport', 'sport'] as const);
  const here = (rule.iif === undefined || rule.iif === key.iif) && (rule.oif === undefined || rule.oif === key.oif);
  const parts: readonly Predicate[] = [
    here ? TRUE : not(TRUE),
    rule.from === undefined ? TRUE : address(key.from, rangesOf(rule.from)),
    rule.to === undefined ? TRUE : inRanges(key.to, rangesOf(rule.to)),
    mark === undefined ? TRUE : number(key.mark, mark.mask, only((mark.value & mark.mask) >>> 0)),
    hasTos(tos),
    protocol === undefined || protocol === 0 ? TRUE : key.transport ? inRanges('proto', only(protocol)) : not(TRUE),
    sport === undefined ? TRUE : key.transport ? all(HEADED, inRanges(source, [sport])) : not(TRUE),
    dport === undefined ? TRUE : key.transport ? all(HEADED, inRanges(destination, [dport])) : not(TRUE),
  ];
  return rule.inverted ? not(all(...parts)) : all(...parts);
}

const TOS = 0x1c;

/** A packet's tos is compared without its precedence; a `tos` with one holds for none (fib_dscp_masked_match). */
function hasTos(tos = 0): Predicate {
  if (tos === 0) return TRUE;
  return (tos & ~TOS) === 0 ? masked('tos', TOS, only(tos)) : not(TRUE);
}

const address = (slot: Slot | undefined, wanted: Ranges<Address>): Predicate =>
  slot === undefined ? holdsZero(wanted) : inRanges(slot, wanted);
const number = (slot: Slot | undefined, mask: number, wanted: Ranges): Predicate =>
  slot === undefined ? holdsZero(wanted) : masked(slot, mask, wanted);
/** A source that is not there is 0.0.0.0; of IPv6 it fits no rule that asks for one (fib6_rule_match). */
function holdsZero(wanted: Ranges<Address>): Predicate {
  const [low, high] = wanted[0] ?? [1, 1];
  return Number(low) === 0 && (typeof high === 'number' || high === top(128)) ? TRUE : not(TRUE);
}

/** Longest prefix first; of one prefix, the highest tos, then the lowest metric. */
const order = (a: Route, b: Route): number =>
  b.destination.length - a.destination.length || b.tos - a.tos || a.metric - b.metric;

/** Hops whose device is down are dead; local addresses stay local whatever their device does (fib_sync_down_dev). */
function aliveHops(node: Node, route: Route, { oif }: Key): readonly NextHop[] | undefined {
  if (NOWHERE.has(route.type) || route.type === 'throw') return route.nextHops;
  const up = ({ device }: NextHop): boolean => route.type === 'local' || findInterface(node, device)?.up === true;
  const hops = route.nextHops.filter((hop) => up(hop) && (oif === undefined || hop.device === oif));
  return hops.length > 0 ? hops : route.type === 'local' && oif === undefined ? [] : undefined;
}

interface Candidate {
  readonly route: Route;
  readonly hops: readonly NextHop[];
}

function tableWays(
  node: Node,
  table: number,
  key: Key,
  suppressed: number,
  counts: (route: Route) => boolean = () => true,
): readonly LookupWay[] {
  const routes = node.routes.filter((route) => route.table === table && counts(route));
  const passed = ({ route }: Candidate): boolean => route.type === 'throw' || route.destination.length <= suppressed;
  if (key.six !== undefined) return byOutcome(sixCandidates(node, routes, key.six), key, passed);
  const candidates = routes.toSorted(order).flatMap((route): readonly Candidate[] => {
    const hops = aliveHops(node, route, key);
    return hops === undefined ? [] : [{ route, hops }];
  });
  return candidates.some(({ route }) => route.tos !== 0)
    ? oneByOne(candidates, key, passed)
    : byOutcome(candidates, key, passed);
}

/** Destinations that end alike are one way: their sets are disjoint, so the order does not matter. */
function byOutcome(
  candidates: readonly Candidate[],
  key: Key,
  passed: (one: Candidate) => boolean,
): readonly LookupWay[] {
  const outcomes = new Map<string, { readonly candidate: Candidate; values: Ranges<Address> }>();
  let covered: Ranges<Address> = [];
  for (const candidate of candidates) {
    const range = rangesOf(candidate.route.destination);
    const values = without(range, covered, 'dst');
    covered = union(covered, range);
    if (isEmpty(values) || passed(candidate)) continue;
    const name = outcomeOf(candidate, key);
    const before = outcomes.get(name);
    outcomes.set(name, { candidate: before?.candidate ?? candidate, values: union(before?.values ?? [], values) });
  }
  return [...outcomes.values()].map(({ candidate, values }) => ({
    when: inRanges(key.to, values),
    found: foundBy(candidate),
  }));
}

function oneByOne(
  candidates: readonly Candidate[],
  key: Key,
  passed: (one: Candidate) => boolean,
): readonly LookupWay[] {
  let skipped: Predicate = not(TRUE);
  return candidates.flatMap((candidate) => {
    const { destination, tos } = candidate.route;
    const when = all(inRanges(key.to, rangesOf(destination)), hasTos(tos));
    const reached = all(when, not(skipped));
    if (passed(candidate)) skipped = any(skipped, when);
    return passed(candidate) ? [] : [{ when: reached, found: foundBy(candidate) }];
  });
}

const foundBy = ({ route, hops }: Candidate): Found =>
  NOWHERE.has(route.type) ? { kind: 'none', text: route.text } : { kind: 'route', route, hops };

/** A local address that is its own preferred source is told by no more than being local; source validation asks for its device. */
const outcomeOf = ({ route, hops }: Candidate, { to }: Key): string => {
  const own = to4(route) && route.type === 'local' && (route.source === undefined || isHost(route));
  const where =
    own && to === 'dst'
      ? 'itself'
      : `${route.source} ${route.scope} ${hops.map(({ device, via, weight }) => `${via} ${device} ${weight}`).join()}`;
  return `${route.type} ${NOWHERE.has(route.type) ? '' : `${where} ${route.hopLimit ?? ''}`}`;
};

const to4 = ({ destination }: Route): boolean => typeof destination.address === 'number';

/** A route to one address whose preferred source is that address. */
export const isHost = ({ destination, source }: Route): boolean =>
  destination.length === 32 && source === destination.address;

/** All addresses. */
export const EVERYWHERE: Ranges = everything('dst');
