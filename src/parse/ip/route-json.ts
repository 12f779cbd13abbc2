import type { NextHop, Route } from '../../network/network.ts';
import type { Address } from '../../packet/address.ts';
import type { Family } from '../../packet/field.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Result } from '../located.ts';
import { COUNT, LIST, NUMBER, OBJECT, objectsOf, optional, required, type Shape, TEXT, WORDS } from '../member.ts';
import { Source } from '../source.ts';
import { type FamilyRoutes, isRouteType, route, type SeenRoutes, sixRoute } from './route.ts';
import { addressIn, destinationOf, parseTos } from './route-values.ts';
import { parseScope } from './seen.ts';
import { TABLE, tableNumber } from './table.ts';

const named = <T>(name: string, parse: (text: string) => T | undefined): Shape<T> => ({
  name,
  read: (value: Json) => (value.kind === 'string' || value.kind === 'number' ? parse(String(value.value)) : undefined),
});
const DESTINATION = {
  4: named('a prefix', (text) => destinationOf(text, 4)),
  6: named('an IPv6 prefix', (text) => destinationOf(text, 6)),
};
const ADDRESS: Readonly<Record<Family, Shape<Address>>> = {
  4: named('an IPv4 address', (text) => addressIn(4, text)),
  6: named('an IPv6 address', (text) => addressIn(6, text)),
};
const TYPE = named('a type of route', (text) => (isRouteType(text) ? text : undefined));
const SCOPED = named('a scope', parseScope);
const TABLED = named('a routing table', tableNumber);
const TOS = named('a tos', parseTos);

/** Reads `ip -d -j route show table all`. */
export function parseRouteJson(text: string, file: string): Result<SeenRoutes> {
  const source = new Source(text, file);
  const objects = objectsOf(source);
  const six = objects.filter((object) => isIPv6(source, object));
  const routes = routesOf(
    source,
    objects.filter((object) => !isIPv6(source, object)),
    4,
  );
  return source.result(six.length === 0 ? routes : { ...routes, six: sixOf(source, six) });
}

/** Reads `ip -6 -d -j route show table all`. */
export function parseSixRouteJson(text: string, file: string): Result<FamilyRoutes> {
  const source = new Source(text, file);
  const routes = sixOf(source, objectsOf(source));
  return source.result(routes);
}

/** What is wrong with routes of IPv6 is a note, and keeps only IPv6 from its answers. */
function sixOf(source: Source, objects: readonly JsonObject[]): FamilyRoutes {
  const six = new Source(source.text, source.file);
  const read = routesOf(six, objects, 6);
  return { ...read, undecided: [...read.undecided, ...six.demoteTo(source)] };
}

function routesOf(source: Source, objects: readonly JsonObject[], family: Family): FamilyRoutes {
  const undecided: FamilyRoutes['undecided'][number][] = [];
  const routes = objects.flatMap((object) => readRoute(source, object, family, undecided));
  return { routes, undecided, showsLocal: routes.some(({ table }) => table === TABLE.local), showsAll: true };
}

/** `pref` is printed for routes of IPv6 alone; an IPv4 route over IPv6 has `via`, not `gateway`. */
const isIPv6 = (source: Source, object: JsonObject): boolean =>
  object.members.has('pref') ||
  ['dst', 'gateway'].some((key) =>
    TEXT.read(object.members.get(key)?.value ?? { kind: 'null', span: object.span })?.includes(':'),
  );

function readRoute(
  source: Source,
  object: JsonObject,
  family: Family,
  undecided: FamilyRoutes['undecided'][number][],
): readonly Route[] {
  const destination = required(source, object, 'dst', DESTINATION[family]);
  const type = optional(source, object, 'type', TYPE);
  const table = optional(source, object, 'table', TABLED);
  const preferred = optional(source, object, 'prefsrc', ADDRESS[family]);
  const metric = optional(source, object, 'metric', COUNT);
  const tos = optional(source, object, 'tos', TOS);
  const hops = hopsOf(source, object);
  const nextHops = hops.flatMap((hop) => readHop(source, hop, family));
  const alive = hops.filter((hop) => !hasFlag(source, hop, 'dead'));
  const scope = optional(source, object, 'scope', SCOPED) ?? 0;
  const at = object.members.get('dst')?.value.span ?? object.span;
  for (const hop of new Set([object, ...hops])) undecided.push(...foreignParts(source, hop, family));
  if (hops.length > 0 && alive.length === 0)
    source.note(at, 'a dead route, which the kernel passes over', 'bring its device up where it should be used');
  if (destination === undefined || (hops.length > 0 && nextHops.length === 0)) return [];
  const onlink = [object, ...hops].some((hop) => hasFlag(source, hop, 'onlink'));
  const parts = { destination, nextHops, scope, place: source.place(at), onlink };
  const hopLimit = family === 6 ? hopLimitOf(source, object) : undefined;
  return [
    (family === 6 ? sixRoute : route)({
      ...parts,
      ...(type !== undefined && { type }),
      ...(table !== undefined && { table }),
      ...(preferred !== undefined && { source: preferred }),
      ...(metric !== undefined && { metric }),
      ...(tos !== undefined && { tos }),
      ...(hopLimit !== undefined && { hopLimit }),
    }),
  ];
}

/** `"metrics": [{ "hoplimit": 64 }]`. */
const hopLimitOf = (source: Source, object: JsonObject): number | undefined =>
  (optional(source, object, 'metrics', LIST) ?? [])
    .flatMap((item) => (item.kind === 'object' ? (optional(source, item, 'hoplimit', COUNT) ?? []) : []))
    .find((limit) => limit < 256);

const hasFlag = (source: Source, object: JsonObject, flag: string): boolean =>
  (optional(source, object, 'flags', WORDS) ?? []).includes(flag);

/** `from`: a route of IPv6 for some sources alone. */
function foreignParts(source: Source, object: JsonObject, family: Family): FamilyRoutes['undecided'] {
  return ['encap', 'via', ...(family === 6 ? ['from'] : [])].flatMap((key) => {
    const member = object.members.get(key);
    return member === undefined ? [] : [{ reason: `\`${key}\` in a route`, place: source.place(member.key) }];
  });
}

/** The objects that hold the next hops of a route: those of its list, or the route itself. */
function hopsOf(source: Source, object: JsonObject): readonly JsonObject[] {
  const several = optional(source, object, 'nexthops', LIST);
  if (several !== undefined) return several.flatMap((item) => OBJECT.read(item) ?? []);
  return object.members.has('dev') ? [object] : [];
}

function readHop(source: Source, object: JsonObject, family: Family): readonly NextHop[] {
  const device = required(source, object, 'dev', TEXT);
  const via = optional(source, object, 'gateway', ADDRESS[family]);
  const weight = optional(source, object, 'weight', NUMBER) ?? 1;
  if (device === undefined || hasFlag(source, object, 'dead')) return [];
  return [{ ...(via !== undefined && { via }), device, weight }];
}
