import type { Route } from '../../network/network.ts';
import type { Family } from '../../packet/field.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { type FamilyRoutes, isRouteType, route, type SeenRoutes, sixRoute } from './route.ts';
import { familyOfRoute } from './route-values.ts';
import { nextHopsOf, parseRouteWords, type RouteWords } from './route-words.ts';
import { TABLE } from './table.ts';

/** Reads `ip route show table all` (or plain `ip route`, of the main table of IPv4). */
export function parseRouteText(text: string, file: string): Result<SeenRoutes> {
  const source = new Source(text, file);
  const listed = listingOf(source);
  const [four, six] = ([4, 6] as const).map((family) => listed.filter((words) => familyOfRoute(words) === family));
  const routes = routesOf(source, four ?? [], 4);
  return source.result(six?.length ? { ...routes, six: sixOf(source, six) } : routes);
}

/** Reads `ip -6 route show table all` (or plain `ip -6 route`). */
export function parseSixRouteText(text: string, file: string): Result<FamilyRoutes> {
  const source = new Source(text, file);
  const routes = sixOf(source, listingOf(source));
  return source.result(routes);
}

/** What is wrong with routes of IPv6 is a note, and keeps only IPv6 from its answers. */
function sixOf(source: Source, listed: readonly (readonly Word[])[]): FamilyRoutes {
  const six = new Source(source.text, source.file);
  const read = routesOf(six, listed, 6);
  return { ...read, undecided: [...read.undecided, ...six.demoteTo(source)] };
}

function routesOf(source: Source, listed: readonly (readonly Word[])[], family: Family): FamilyRoutes {
  const drafts = listed.flatMap((words) => {
    const before = source.located.length;
    const draft = parseRouteWords(source, words, family);
    return draft === undefined || source.located.length > before ? [] : [draft];
  });
  const routes = drafts.flatMap((draft) => finished(source, draft));
  const undecided = drafts.flatMap((draft) =>
    draft.undecided.map((word) => ({ reason: `\`${word.text}\` in a route`, place: source.place(word) })),
  );
  return { routes, undecided, showsLocal: routes.some(({ table }) => table === TABLE.local), showsAll: true };
}

/** The words of each route; the lines of its further next hops are indented. */
function listingOf(source: Source): readonly Word[][] {
  const found: Word[][] = [];
  for (let line = 1; line <= source.lines.length; line++) {
    const words = source.words(line);
    const first = words[0];
    if (first === undefined) continue;
    if (first.text === 'nexthop' && found.length > 0) found.at(-1)?.push(...words);
    else if (isRouteType(first.text) || /^(default$|[\d.]+(\/\d+)?$|[0-9a-f]*:[0-9a-f:.]*(\/\d+)?$)/i.test(first.text))
      found.push([...words]);
    else
      source.note(
        source.whole(line),
        'this line is no part of an `ip route` listing',
        'delete it, or leave it: it is not read',
      );
  }
  return found;
}

function finished(source: Source, draft: RouteWords): readonly Route[] {
  const lost = draft.hops.find(({ device }) => device === undefined);
  if (lost !== undefined) {
    source.error(lost.at, 'a next hop without its device', 'give the output of `ip route` as it was printed');
    return [];
  }
  const { at, hops, family, undecided: _, ...parts } = draft;
  if (hops.length > 0 && hops.every(({ dead }) => dead === true)) {
    source.note(at, 'a dead route, which the kernel passes over', 'bring its device up where it should be used');
    return [];
  }
  const made = { ...parts, nextHops: nextHopsOf(hops), scope: parts.scope ?? 0, place: source.place(at) };
  return [family === 6 ? sixRoute(made) : route(made)];
}
