import type { Address } from '../../packet/address.ts';
import { every, type Facts, type Reading, type Readings, SIX_LISTINGS, type Thing } from './facts.ts';

/** The readings of a node without what they show of IPv6. */
export const ofFour = (readings: Readings): Readings => ({
  ...readings,
  ...nonEmpty(
    'neighbours',
    changed(readings, 'neighbours', (all) => all.filter(isFour)),
  ),
  ...nonEmpty(
    'listeners',
    changed(readings, 'listeners', (all) => all.filter(isFour)),
  ),
});

/** The same with what they show of IPv6 where IPv4 stood; what could not be read of it is not in it. */
export function ofSix(readings: Readings): Readings {
  const {
    routes: _,
    policy: __,
    ruleset: ___,
    table: ____,
    neighbours: _____,
    listeners: ______,
    ...shared
  } = readings;
  const routes = changed(readings, 'routes', (seen) => seen.six).filter((one) => one.value !== undefined);
  return {
    ...shared,
    ...nonEmpty(
      'interfaces',
      changed(readings, 'interfaces', (all) =>
        all.map((one) => ({ ...one, addresses: one.six?.kind === 'known' ? one.six.value : [] })),
      ),
    ),
    ...nonEmpty('routes', [...readIn(readings, 'routes6'), ...(routes as Reading<'routes'>[])]),
    ...nonEmpty('policy', readIn(readings, 'policy6')),
    ...nonEmpty('ruleset', readIn(readings, 'ruleset6')),
    ...nonEmpty('table', tablesIn(readings)),
    ...nonEmpty('neighbours', neighboursIn(readings)),
    ...nonEmpty(
      'listeners',
      changed(readings, 'listeners', (all) => all.filter(isSix)),
    ),
  };
}

/** Why a capture of IPv6 alone is not in {@link ofSix}. */
export function unreadSix(readings: Readings, ...things: readonly (typeof SIX_LISTINGS)[number][]): string | undefined {
  const values = things.flatMap((thing) =>
    every(readings, thing).map(({ value }) => ('ruleset' in value ? value.ruleset : value)),
  );
  return values.flatMap((value) => (value.kind === 'unknown' ? [value.reason] : []))[0];
}

const isFour = ({ address }: { readonly address: Address }): boolean => typeof address === 'number';
const isSix = ({ address }: { readonly address: Address }): boolean => typeof address === 'bigint';

const nonEmpty = <T extends Thing>(thing: T, all: readonly Reading<T>[]): Readings =>
  all.length === 0 ? {} : ({ [thing]: all } as Readings);

const changed = <T extends Thing, V>(readings: Readings, thing: T, change: (value: Facts[T]) => V) =>
  every(readings, thing).map((one) => ({ ...one, value: change(one.value) }));

/** Captures of IPv6 alone as readings of what they show. */
const readIn = <T extends 'routes' | 'policy' | 'ruleset'>(readings: Readings, thing: `${T}6`): readonly Reading<T>[] =>
  every(readings, thing).flatMap((one) =>
    one.value.kind === 'known' ? [{ ...one, value: one.value.value } as unknown as Reading<T>] : [],
  );

const tablesIn = (readings: Readings): readonly Reading<'table'>[] =>
  every(readings, 'table6').flatMap(({ value: { name, ruleset }, ...one }) =>
    ruleset.kind === 'known' ? [{ ...one, value: { name, ruleset: ruleset.value } }] : [],
  );

/** `arp -n` shows no neighbours of IPv6, so that a text without any says nothing of them. */
const neighboursIn = (readings: Readings): readonly Reading<'neighbours'>[] =>
  every(readings, 'neighbours')
    .map((one) => ({ ...one, value: one.value.filter(isSix) }))
    .filter(({ file, value }) => value.length > 0 || file.endsWith('.json'));
