import { findInterface } from '../../network/access.ts';
import type { NextHop, Node, Route } from '../../network/network.ts';

/** What a lookup of IPv6 is asked besides addresses. */
export interface Wanted {
  /** Routes by this device come first; absent: none does. */
  readonly device?: string;
  /** Others do not count at all (RT6_LOOKUP_F_IFACE). */
  readonly strict: boolean;
  /** The way back of a packet: metrics and preferences say nothing (rt6_device_match). */
  readonly reverse?: true;
}

/** The route of one prefix that is taken, and its hops. */
export interface Candidate {
  readonly route: Route;
  readonly hops: readonly NextHop[];
}

/** The routes that decide, longest prefix first, one a prefix (fib6_table_lookup). */
export function candidates(node: Node, routes: readonly Route[], wanted: Wanted): readonly Candidate[] {
  const prefixes = new Map<string, Candidate[]>();
  for (const route of routes) {
    const hops = alive(node, route);
    if (hops === undefined) continue;
    const { address, length } = route.destination;
    const key = `${address}/${length}`;
    prefixes.set(key, [...(prefixes.get(key) ?? []), { route, hops }]);
  }
  return [...prefixes.values()]
    .flatMap((all) => best(all, wanted) ?? [])
    .toSorted((a, b) => b.route.destination.length - a.route.destination.length);
}

const LO: NextHop = { device: 'lo', weight: 1 };

/** An interface that goes down takes all of its routes along (addrconf_ifdown); those that lead nowhere are lo's. */
function alive(node: Node, { nextHops }: Route): readonly NextHop[] | undefined {
  if (nextHops.length === 0) return [LO];
  const hops = nextHops.filter(({ device }) => findInterface(node, device)?.up === true);
  return hops.length === 0 ? undefined : hops;
}

/** Of the lowest metric the one with the best score; if none fits, of all others (find_rr_leaf). */
function best(of: readonly Candidate[], wanted: Wanted): Candidate | undefined {
  if (wanted.reverse === true) return reversed(of, wanted);
  const ordered = of.toSorted((a, b) => a.route.metric - b.route.metric);
  const lowest = ordered[0]?.route.metric;
  const isFirst = ({ route }: Candidate): boolean => route.metric === lowest;
  return (
    winner(ordered.filter(isFirst), wanted) ??
    winner(
      ordered.filter((one) => !isFirst(one)),
      wanted,
    )
  );
}

function winner(of: readonly Candidate[], wanted: Wanted): Candidate | undefined {
  let found: { readonly score: number; readonly one: Candidate } | undefined;
  for (const one of of) {
    const score = scoreOf(one, wanted);
    if (score !== undefined && score > (found?.score ?? -1)) found = { score, one };
  }
  return found && limited(found.one, wanted);
}

/** Only hops by the device may be taken where the device is a must. */
const limited = ({ route, hops }: Candidate, { device, strict }: Wanted): Candidate => ({
  route,
  hops: strict && device !== undefined ? hops.filter((hop) => hop.device === device) : hops,
});

/** A router preference counts for more than the device (rt6_score_route). */
function scoreOf({ route, hops }: Candidate, { device, strict }: Wanted): number | undefined {
  const fits = device === undefined || hops.some((hop) => hop.device === device);
  if (!fits && strict) return undefined;
  return preference(route) * 4 + (fits ? 2 : 0);
}

const PREFERENCE = { low: 1, medium: 2, high: 3 } as const;

const preference = ({ text }: Route): number =>
  PREFERENCE[(/\bpref (low|medium|high)\b/.exec(text)?.[1] ?? 'medium') as keyof typeof PREFERENCE];

function reversed(of: readonly Candidate[], wanted: Wanted): Candidate | undefined {
  const by = of.find(({ hops }) => hops.some((hop) => hop.device === wanted.device));
  return by === undefined ? (wanted.strict ? undefined : of[0]) : by;
}
