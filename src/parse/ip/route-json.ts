import type { NextHop, Route } from '../../network/network.ts';
import { parsePrefix } from '../../packet/address.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Result } from '../located.ts';
import {
  ADDRESS,
  COUNT,
  LIST,
  NUMBER,
  OBJECT,
  objectsOf,
  optional,
  required,
  type Shape,
  TEXT,
  WORDS,
} from '../member.ts';
import { Source } from '../source.ts';
import { isRouteType, route, type SeenRoutes } from './route.ts';
import { parseTos } from './route-words.ts';
import { parseScope } from './seen.ts';
import { TABLE, tableNumber } from './table.ts';

const named = <T>(name: string, parse: (text: string) => T | undefined): Shape<T> => ({
  name,
  read: (value: Json) => (value.kind === 'string' || value.kind === 'number' ? parse(String(value.value)) : undefined),
});
const DESTINATION = named('a prefix', (text) => (text === 'default' ? { address: 0, length: 0 } : parsePrefix(text)));
const TYPE = named('a type of route', (text) => (isRouteType(text) ? text : undefined));
const SCOPED = named('a scope', parseScope);
const TABLED = named('a routing table', tableNumber);
const TOS = named('a tos', parseTos);

/** Reads `ip -d -j route show table all`. IPv6 routes are passed over. */
export function parseRouteJson(text: string, file: string): Result<SeenRoutes> {
  const source = new Source(text, file);
  const undecided: SeenRoutes['undecided'][number][] = [];
  const routes = objectsOf(source).flatMap((object) => readRoute(source, object, undecided));
  return source.result({
    routes,
    undecided,
    showsLocal: routes.some(({ table }) => table === TABLE.local),
    showsAll: true,
  });
}

/** `pref` is printed for routes of IPv6 alone; an IPv4 route over IPv6 has `via`, not `gateway`. */
const isIPv6 = (source: Source, object: JsonObject): boolean =>
  object.members.has('pref') ||
  ['dst', 'gateway'].some((key) =>
    TEXT.read(object.members.get(key)?.value ?? { kind: 'null', span: object.span })?.includes(':'),
  );

function readRoute(source: Source, object: JsonObject, undecided: SeenRoutes['undecided'][number][]): readonly Route[] {
  if (isIPv6(source, object)) return [];
  const destination = required(source, object, 'dst', DESTINATION);
  const type = optional(source, object, 'type', TYPE);
  const table = optional(source, object, 'table', TABLED);
  const preferred = optional(source, object, 'prefsrc', ADDRESS);
  const metric = optional(source, object, 'metric', COUNT);
  const tos = optional(source, object, 'tos', TOS);
  const hops = hopsOf(source, object);
  const nextHops = hops.flatMap((hop) => readHop(source, hop));
  const alive = hops.filter((hop) => !hasFlag(source, hop, 'dead'));
  const scope = optional(source, object, 'scope', SCOPED) ?? 0;
  const at = object.members.get('dst')?.value.span ?? object.span;
  for (const hop of new Set([object, ...hops])) undecided.push(...foreignParts(source, hop));
  if (hops.length > 0 && alive.length === 0)
    source.note(at, 'a dead route, which the kernel passes over', 'bring its device up where it should be used');
  if (destination === undefined || (hops.length > 0 && nextHops.length === 0)) return [];
  const onlink = [object, ...hops].some((hop) => hasFlag(source, hop, 'onlink'));
  const parts = { destination, nextHops, scope, place: source.place(at), onlink };
  return [
    route({
      ...parts,
      ...(type !== undefined && { type }),
      ...(table !== undefined && { table }),
      ...(preferred !== undefined && { source: preferred }),
      ...(metric !== undefined && { metric }),
      ...(tos !== undefined && { tos }),
    }),
  ];
}

const hasFlag = (source: Source, object: JsonObject, flag: string): boolean =>
  (optional(source, object, 'flags', WORDS) ?? []).includes(flag);

function foreignParts(source: Source, object: JsonObject): SeenRoutes['undecided'] {
  return ['encap', 'via'].flatMap((key) => {
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

function readHop(source: Source, object: JsonObject): readonly NextHop[] {
  const device = required(source, object, 'dev', TEXT);
  const via = optional(source, object, 'gateway', ADDRESS);
  const weight = optional(source, object, 'weight', NUMBER) ?? 1;
  if (device === undefined || hasFlag(source, object, 'dead')) return [];
  return [{ ...(via !== undefined && { via }), device, weight }];
}
