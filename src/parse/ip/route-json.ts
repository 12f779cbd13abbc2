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

const isIPv6 = (source: Source, object: JsonObject): boolean =>
  (optional(source, object, 'dst', TEXT) ?? '').includes(':') || object.members.has('pref');

function readRoute(source: Source, object: JsonObject, undecided: SeenRoutes['undecided'][number][]): readonly Route[] {
  if (isIPv6(source, object)) return [];
  const destination = required(source, object, 'dst', DESTINATION);
  const type = optional(source, object, 'type', TYPE);
  const table = optional(source, object, 'table', TABLED);
  const preferred = optional(source, object, 'prefsrc', ADDRESS);
  const metric = optional(source, object, 'metric', COUNT);
  const tos = optional(source, object, 'tos', TOS);
  const nextHops = readHops(source, object);
  const flags = optional(source, object, 'flags', WORDS) ?? [];
  const scope = optional(source, object, 'scope', SCOPED) ?? (type === 'local' ? 254 : type === 'broadcast' ? 253 : 0);
  const place = source.place(object.members.get('dst')?.value.span ?? object.span);
  for (const key of ['encap', 'via'])
    if (object.members.has(key))
      undecided.push({
        reason: `\`${key}\` in a route`,
        place: source.place(object.members.get(key)?.key ?? object.span),
      });
  if (destination === undefined) return [];
  const parts = { destination, nextHops, scope, place, onlink: flags.includes('onlink') };
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

function readHops(source: Source, object: JsonObject): readonly NextHop[] {
  const several = optional(source, object, 'nexthops', LIST);
  if (several !== undefined) return several.flatMap((item) => readHop(source, OBJECT.read(item)));
  return object.members.has('dev') ? readHop(source, object) : [];
}

function readHop(source: Source, object: JsonObject | undefined): readonly NextHop[] {
  const device = object && required(source, object, 'dev', TEXT);
  if (object === undefined || device === undefined) return [];
  const via = optional(source, object, 'gateway', ADDRESS);
  return [{ ...(via !== undefined && { via }), device, weight: optional(source, object, 'weight', NUMBER) ?? 1 }];
}
