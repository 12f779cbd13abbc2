import type { Neighbour, Route } from '../../network/network.ts';
import { printAddress, printMac } from '../../packet/address.ts';
import type { Place } from '../../packet/place.ts';
import { printDestination } from '../ip/route.ts';
import type { SeenInterface } from '../ip/seen.ts';
import { TABLE } from '../ip/table.ts';
import { at, type Desk } from './desk.ts';
import { every, type Readings } from './facts.ts';

const ADVICE = 'captures of one thing must agree: take both at one moment, or leave the wrong one out';

/** Several captures of one thing say the same, as far as each can say it; where they do not, both places are named. */
export function checkAgreement(readings: Readings, desk: Desk): void {
  pairs(every(readings, 'interfaces')).forEach(([one, other]) => compareInterfaces(one, other, desk));
  pairs(every(readings, 'routes')).forEach(([one, other]) =>
    compare(routeFacts(one.routes, !other.showsAll), routeFacts(other.routes, !other.showsAll), 'route', desk),
  );
  pairs(every(readings, 'policy')).forEach(([one, other]) =>
    compare(textFacts(one.rules), textFacts(other.rules), 'policy rule', desk),
  );
  pairs(every(readings, 'neighbours')).forEach(([one, other]) =>
    compare(neighbourFacts(one), neighbourFacts(other), 'permanent neighbour', desk),
  );
}

/** The winner with each of the others. */
const pairs = <T>(readings: readonly { readonly value: T }[]): readonly (readonly [T, T])[] => {
  const [winner, ...others] = readings.map(({ value }) => value);
  return winner === undefined ? [] : others.map((other) => [winner, other] as const);
};

interface Fact {
  readonly text: string;
  readonly place: Place;
}

/** Two lists of facts, of which each must be in both. */
function compare(one: readonly Fact[], other: readonly Fact[], what: string, desk: Desk): void {
  const [texts, others] = [new Set(one.map(({ text }) => text)), new Set(other.map(({ text }) => text))];
  const [file, otherFile] = [one[0]?.place.file ?? 'the other capture', other[0]?.place.file ?? 'the other capture'];
  for (const { text, place } of other)
    if (!texts.has(text)) desk.error(place, `${what} \`${text}\` is not in ${file}`, ADVICE);
  for (const { text, place } of one)
    if (!others.has(text)) desk.error(place, `${what} \`${text}\` is not in ${otherFile}`, ADVICE);
}

/** `route -n` shows the main table, of each route the first next hop and no more than this. */
function routeFacts(routes: readonly Route[], plain: boolean): readonly Fact[] {
  return routes
    .filter(({ place, table }) => place !== undefined && (!plain || table === TABLE.main))
    .map((route) => {
      const [hop] = route.nextHops;
      const way =
        hop === undefined
          ? 'nowhere'
          : `${hop.via === undefined ? '' : `via ${printAddress(hop.via)} `}dev ${hop.device}`;
      return {
        text: plain ? `${printDestination(route.destination)} ${way} metric ${route.metric}` : route.text,
        place: route.place ?? { file: '', line: 1, column: 1 },
      };
    });
}

const textFacts = (rules: readonly { readonly text: string; readonly place?: Place }[]): readonly Fact[] =>
  rules.flatMap(({ text, place }) => (place === undefined ? [] : [{ text, place }]));

const neighbourFacts = (entries: readonly Neighbour[]): readonly Fact[] =>
  entries
    .filter(({ state }) => state === 'PERMANENT')
    .map(({ address, device, mac, place }) => ({
      text: `${printAddress(address)} dev ${device} lladdr ${printMac(mac ?? 0)}`,
      place,
    }));

function compareInterfaces(one: readonly SeenInterface[], other: readonly SeenInterface[], desk: Desk): void {
  for (const seen of other) {
    const same = one.find(({ name }) => name === seen.name);
    if (same === undefined)
      desk.error(
        seen.place,
        `interface \`${seen.name}\` is not in ${one[0]?.place.file ?? 'the other capture'}`,
        ADVICE,
      );
    else compareInterface(same, seen, desk);
  }
  for (const { name, place } of one)
    if (!other.some((seen) => seen.name === name))
      desk.error(place, `interface \`${name}\` is not in ${other[0]?.place.file ?? 'the other capture'}`, ADVICE);
}

/** What both listings show of one interface, by the name of the thing. */
function compareInterface(one: SeenInterface, other: SeenInterface, desk: Desk): void {
  const differs = (what: string, a: string | undefined, b: string | undefined): void => {
    if (a !== undefined && b !== undefined && a !== b)
      desk.error(other.place, `${what} of \`${other.name}\` is ${b} here and ${a} at ${at(one.place)}`, ADVICE);
  };
  const state = ({ flags }: SeenInterface): string | undefined =>
    flags === undefined ? undefined : flags.has('UP') ? 'up' : 'down';
  const addresses = ({ addresses: all }: SeenInterface): string =>
    all.map(({ local, length }) => `${printAddress(local)}/${length}`).join(', ') || 'none';
  differs('the state', state(one), state(other));
  differs(
    'the MAC address',
    one.mac === undefined ? undefined : printMac(one.mac),
    other.mac === undefined ? undefined : printMac(other.mac),
  );
  differs('the bridge', one.master?.name ?? 'none', other.master?.name ?? 'none');
  differs('the kind', one.kind, other.kind);
  differs('the mtu', String(one.mtu), String(other.mtu));
  differs('the group', one.group?.toString(), other.group?.toString());
  if (addresses(one) !== addresses(other)) differs('the list of addresses', addresses(one), addresses(other));
}
