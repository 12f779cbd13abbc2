import type { NextHop, RouteType } from '../../network/network.ts';
import type { Address, Prefix } from '../../packet/address.ts';
import type { Family } from '../../packet/field.ts';
import { nearest } from '../nearest.ts';
import type { Source, Word } from '../source.ts';
import { isRouteType } from './route.ts';
import { addressIn, destinationOf, familyOfRoute, metricOf, parseTos } from './route-values.ts';
import { parseScope } from './seen.ts';
import { tableNumber } from './table.ts';

export interface Hop {
  readonly via?: Address;
  readonly device?: string;
  readonly weight: number;
  /** Its device is down: the kernel passes it over (RTNH_F_DEAD). */
  readonly dead?: boolean;
  readonly at: Word;
}

/** One route as written, next hops without a device included (`ip route add` finds it out). */
export interface RouteWords {
  family: Family;
  type?: RouteType;
  destination: Prefix;
  at: Word;
  hops: Hop[];
  table?: number;
  source?: Address;
  metric?: number;
  tos?: number;
  scope?: number;
  onlink?: boolean;
  hopLimit?: number;
  /** Parts that the model does not know and that could change where a packet goes. */
  undecided: Word[];
}

/** Words that say nothing of where a packet goes, with how many words follow each. */
const IGNORED: Readonly<Record<string, number>> = {
  proto: 1,
  protocol: 1,
  error: 1,
  linkdown: 0,
  pervasive: 0,
  offload: 0,
  trap: 0,
  rt_offload: 0,
  rt_trap: 0,
  notify: 0,
  cache: 0,
  mtu: 1,
  advmss: 1,
  window: 1,
  rtt: 1,
  rttvar: 1,
  ssthresh: 1,
  cwnd: 1,
  initcwnd: 1,
  initrwnd: 1,
  reordering: 1,
  hoplimit: 1,
  rto_min: 1,
  features: 1,
  quickack: 1,
  congctl: 1,
  fastopen_no_cookie: 1,
  pref: 1,
  expires: 1,
  realm: 1,
  realms: 1,
  users: 1,
  age: 1,
  used: 1,
  nhid: 1,
};
/** Known to iproute2 and not to the model. */
const UNDECIDED = ['encap', 'as', 'nat'];
const KNOWN = [
  'via',
  'dev',
  'src',
  'table',
  'metric',
  'preference',
  'tos',
  'dsfield',
  'scope',
  'onlink',
  'dead',
  'nexthop',
  'weight',
  ...Object.keys(IGNORED),
];

/** Reads the words of one route, as `ip route` prints it and `ip route add` takes it. A part that cannot be read is an error. */
export function parseRouteWords(
  source: Source,
  words: readonly Word[],
  family: Family = familyOfRoute(words),
): RouteWords | undefined {
  const [first, second] = words;
  if (first === undefined) return undefined;
  const typed = isRouteType(first.text) && second !== undefined;
  const at = typed ? second : first;
  const destination = destinationOf(at.text, family);
  if (destination === undefined) {
    source.error(
      at,
      `\`${at.text}\` is no IPv${family} prefix`,
      `a route begins with its destination: \`default\`, ${family === 4 ? '`10.0.0.1` or `10.0.0.0/24`' : '`2001:db8::1` or `2001:db8::/64`'}`,
    );
    return undefined;
  }
  const made: RouteWords = { family, destination, at, hops: [], undecided: [] };
  if (isRouteType(first.text)) made.type = first.text;
  readParts(source, made, words.slice(typed ? 2 : 1));
  return made;
}

function readParts(source: Source, made: RouteWords, words: readonly Word[]): void {
  const groups = words.reduce<Word[][]>(
    (all, word) => {
      if (word.text === 'nexthop') all.push([]);
      else all.at(-1)?.push(word);
      return all;
    },
    [[]],
  );
  groups.forEach((group, i) => readGroup(source, made, group, i === 0));
}

/** A next hop as it is read. */
type DraftHop = { -readonly [K in keyof Hop]: Hop[K] };

interface Group {
  readonly source: Source;
  readonly made: RouteWords;
  hop?: DraftHop;
}

/** The words of the route itself, or those of one `nexthop`. */
function readGroup(source: Source, made: RouteWords, words: readonly Word[], own: boolean): void {
  const group: Group = { source, made };
  if (!own && words[0] !== undefined) group.hop = { weight: 1, at: words[0] };
  for (let i = 0; i < words.length; ) i += readPart(group, words, i);
  if (group.hop !== undefined) made.hops.push(group.hop);
}

/** A keyword where a value should be; a device or a table may have the name of one. */
const isKeyword = (word: Word, value: Word): boolean =>
  word.text !== 'dev' && word.text !== 'table' && KNOWN.includes(value.text);

/** Reads the part that begins at a word. @returns how many words it has */
function readPart(group: Group, words: readonly Word[], i: number): number {
  const { source, made } = group;
  const [word, value, next] = [words[i], words[i + 1], words[i + 2]];
  const skipped = IGNORED[word?.text ?? ''];
  if (word === undefined) return 1;
  if (made.family === 6 && (word.text === 'from' || word.text === 'hoplimit'))
    return readSixPart(group, word, value, next);
  if (skipped !== undefined) return 1 + skipped + (value?.text === 'lock' ? 1 : 0);
  if (word.text === 'onlink') made.onlink = true;
  else if (word.text === 'dead') group.hop = { ...(group.hop ?? { weight: 1, at: word }), dead: true };
  else if (!KNOWN.includes(word.text) || value === undefined || isKeyword(word, value))
    return complain(source, made, words.slice(i));
  else if (word.text === 'via' || word.text === 'dev' || word.text === 'weight') {
    group.hop ??= { weight: 1, at: word };
    return 2 + readHop(source, made, group.hop, word.text, value, next);
  } else {
    readOption(source, made, word.text, value);
    return 2;
  }
  return 1;
}

/** What only a route of IPv6 can have: sources that it is for (undecided here), and a hop limit that takes effect. */
function readSixPart({ source, made }: Group, word: Word, value: Word | undefined, next: Word | undefined): number {
  const shown = value?.text === 'lock' ? next : value;
  const limit = shown?.text ?? '';
  if (word.text === 'from') made.undecided.push(word);
  else if (/^\d{1,3}$/.test(limit) && Number(limit) < 256) made.hopLimit = Number(limit);
  else source.error(shown ?? word, `\`${limit}\` is no hop limit`, 'a hop limit is 0 to 255');
  return shown === value ? 2 : 3;
}

/** @returns how many words belong to what cannot be read */
function complain(source: Source, made: RouteWords, words: readonly Word[]): number {
  const [word, value] = words;
  if (word === undefined) return 1;
  if (UNDECIDED.includes(word.text)) {
    made.undecided.push(word);
    const way = words.findIndex(({ text }) => text === 'via' || text === 'dev');
    return way < 1 ? words.length : way;
  }
  if (KNOWN.includes(word.text)) source.error(word, `\`${word.text}\` without a value`, 'a word of it is missing');
  else {
    const near = nearest(word.text, KNOWN);
    const advice = near === undefined ? 'write it as `ip route` prints it' : `did you mean \`${near}\`?`;
    source.error(word, `\`${word.text}\` is no part of a route`, advice);
  }
  return value === undefined || KNOWN.includes(value.text) ? 1 : 2;
}

/** @returns how many more words it took */
function readHop(
  source: Source,
  made: RouteWords,
  hop: DraftHop,
  key: 'via' | 'dev' | 'weight',
  value: Word,
  next: Word | undefined,
): number {
  if (key === 'dev') hop.device = value.text;
  else if (key === 'weight') {
    if (/^\d{1,3}$/.test(value.text) && Number(value.text) > 0) hop.weight = Number(value.text);
    else source.error(value, `\`${value.text}\` is no weight`, 'a weight is 1 to 256');
  } else if (value.text === 'inet6' && made.family === 4) {
    made.undecided.push(value); // RFC 5549: the next hop is found with IPv6
    return 1;
  } else {
    const named = value.text === 'inet' || value.text === 'inet6';
    const via = addressIn(made.family, named ? (next?.text ?? '') : value.text);
    if (via === undefined)
      source.error(
        value,
        `\`${value.text}\` is no IPv${made.family} address`,
        'after `via` stands the address of the gateway',
      );
    else hop.via = via;
    return named ? 1 : 0;
  }
  return 0;
}

function readOption(source: Source, made: RouteWords, key: string, value: Word): void {
  const set = <T>(read: T | undefined, put: (read: T) => void, wanted: string): void => {
    if (read === undefined)
      source.error(
        value,
        `\`${value.text}\` is no ${wanted}`,
        `after \`${key}\` stands ${wanted.startsWith('IP') ? 'an' : 'a'} ${wanted}`,
      );
    else put(read);
  };
  const { family } = made;
  if (key === 'src') set(addressIn(family, value.text), (read) => (made.source = read), `IPv${family} address`);
  else if (key === 'table') set(tableNumber(value.text), (read) => (made.table = read), 'routing table');
  else if (key === 'scope') set(parseScope(value.text), (read) => (made.scope = read), 'scope');
  else if (key === 'tos' || key === 'dsfield') set(parseTos(value.text), (read) => (made.tos = read), 'tos');
  else set(metricOf(value.text, family), (read) => (made.metric = read), 'metric');
}

/** The next hops that the kernel uses, of a route whose devices are all named. */
export const nextHopsOf = (hops: readonly Hop[]): readonly NextHop[] =>
  hops.flatMap(({ via, device, weight, dead }) =>
    device === undefined || dead === true ? [] : [{ ...(via !== undefined && { via }), device, weight }],
  );
