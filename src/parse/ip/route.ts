import type { NextHop, Route, RouteType } from '../../network/network.ts';
import { type Address, familyOf, type Prefix, printAddress, printPrefix } from '../../packet/address.ts';
import { ADDRESS_WIDTH } from '../../packet/field.ts';
import type { Place } from '../../packet/place.ts';
import { scopeName } from './seen.ts';
import { TABLE, tableName } from './table.ts';

export const ROUTE_TYPES: readonly RouteType[] = [
  'unicast',
  'local',
  'broadcast',
  'multicast',
  'anycast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
];

export const isRouteType = (text: string): text is RouteType => ROUTE_TYPES.some((type) => type === text);

/** What a listing of routes showed of one family, and what that kind of listing cannot show. */
export interface FamilyRoutes {
  readonly routes: readonly Route[];
  /** Whether the table `local` was shown (`table all`), so that local routes need not be derived. */
  readonly showsLocal: boolean;
  /** `route -n` shows neither preferred sources nor tos, further next hops and other tables. */
  readonly showsAll: boolean;
  /** Parts of routes that the model does not know, each with its reason. */
  readonly undecided: readonly { readonly reason: string; readonly place: Place }[];
}

/** What a listing showed of IPv4, and of IPv6 where it showed any of that (`table all`). */
export interface SeenRoutes extends FamilyRoutes {
  readonly six?: FamilyRoutes;
}

/** Everything of a route that is not the same for most. */
export interface RouteParts {
  readonly table?: number;
  readonly type?: RouteType;
  readonly destination: Prefix;
  readonly nextHops: readonly NextHop[];
  readonly source?: Address;
  readonly metric?: number;
  readonly tos?: number;
  readonly scope?: number;
  readonly onlink?: boolean;
  readonly hopLimit?: number;
  readonly place?: Place;
}

/** Scopes as `ip route add` chooses them and as `ip route` leaves them out (iproute2, iproute_modify). */
function defaultScope({ type = 'unicast', nextHops }: RouteParts): number {
  if (type === 'local') return 254;
  if (type === 'broadcast' || type === 'multicast' || type === 'anycast') return 253;
  return type === 'unicast' && nextHops.every(({ via }) => via === undefined) ? 253 : 0;
}

/** Builds a route: what is not given is as `ip route add` has it. */
export function route(parts: RouteParts): Route {
  const type = parts.type ?? 'unicast';
  const made = {
    table: parts.table ?? (type === 'local' || type === 'broadcast' || type === 'anycast' ? TABLE.local : TABLE.main),
    type,
    destination: parts.destination,
    nextHops: parts.nextHops,
    ...(parts.source !== undefined && { source: parts.source }),
    metric: parts.metric ?? 0,
    tos: parts.tos ?? 0,
    scope: parts.scope ?? defaultScope(parts),
    onlink: parts.onlink ?? false,
    ...(parts.hopLimit !== undefined && { hopLimit: parts.hopLimit }),
    ...(parts.place !== undefined && { place: parts.place }),
  };
  return { ...made, text: printRoute(made) };
}

const NOWHERE: readonly RouteType[] = ['blackhole', 'unreachable', 'prohibit', 'throw'];

/** Builds a route of IPv6: it has no scope (fib6_config), and one that leads nowhere is shown with `dev lo`. */
export function sixRoute(parts: RouteParts): Route {
  const { type = 'unicast', nextHops } = parts;
  const isGroup = type === 'multicast' && parts.table === undefined;
  return route({
    ...parts,
    ...(isGroup && { table: TABLE.local }),
    scope: 0,
    nextHops: NOWHERE.includes(type) ? [] : nextHops,
  });
}

/** A route as `ip route show table all` prints it, but for `proto` and the state of its links. */
export function printRoute(of: Omit<Route, 'text'>): string {
  const [only, ...more] = of.nextHops;
  return [
    of.type === 'unicast' ? '' : of.type,
    printDestination(of.destination),
    of.tos === 0 ? '' : `tos 0x${of.tos.toString(16).padStart(2, '0')}`,
    more.length === 0 ? printHop(only) : '',
    of.table === TABLE.main ? '' : `table ${tableName(of.table)}`,
    of.scope === 0 ? '' : `scope ${scopeName(of.scope)}`,
    of.source === undefined ? '' : `src ${printAddress(of.source)}`,
    of.metric === 0 ? '' : `metric ${of.metric}`,
    of.onlink ? 'onlink' : '',
    of.hopLimit === undefined ? '' : `hoplimit ${of.hopLimit}`,
    ...(more.length === 0 ? [] : of.nextHops.map((hop) => `nexthop ${printHop(hop)} weight ${hop.weight}`)),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const printHop = (hop: NextHop | undefined): string =>
  hop === undefined ? '' : `${hop.via === undefined ? '' : `via ${printAddress(hop.via)} `}dev ${hop.device}`;

/** `default`, an address alone for a prefix of all its bits, else the prefix. */
export const printDestination = (of: Prefix): string =>
  of.length === 0
    ? 'default'
    : of.length === ADDRESS_WIDTH[familyOf(of.address)]
      ? printAddress(of.address)
      : printPrefix(of);
