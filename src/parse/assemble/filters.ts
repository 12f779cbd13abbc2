import type { Unmodelled } from '../../network/network.ts';
import type { GuestCard } from '../libvirt/domain.ts';
import type { FindFilter } from '../libvirt/instance.ts';
import type { NwFilter } from '../libvirt/nwfilter.ts';
import { OWN_FILTERS } from '../libvirt/own-filters.ts';
import { at, type Desk } from './desk.ts';
import { every, type Readings } from './facts.ts';

/** The network cards of all guests that are captured. */
export const cardsOf = (readings: Readings): readonly GuestCard[] =>
  every(readings, 'cards').flatMap(({ value }) => value);

/** A filter as it is captured. */
export const shown = (readings: Readings, name: string): NwFilter | undefined =>
  every(readings, 'filters')
    .flatMap(({ value }) => value)
    .find((filter) => filter.name === name);

/** A filter as it is captured; else the one of that name that libvirt brings along. */
export const finder =
  (readings: Readings): FindFilter =>
  (name) =>
    shown(readings, name) ?? OWN_FILTERS.get(name);

/** What a filter says, without where. */
const sense = (filter: NwFilter): string =>
  JSON.stringify(filter, (key, value: unknown) =>
    key === 'place' ? undefined : value instanceof Map ? [...(value as ReadonlyMap<string, unknown>)] : value,
  );

/** Each guest's capture brings the filters along that it shares with others: they are the same. */
export function checkFilters(readings: Readings, desk: Desk): void {
  for (const filter of every(readings, 'filters').flatMap(({ value }) => value)) {
    const same = shown(readings, filter.name);
    if (same === undefined || sense(same) === sense(filter)) continue;
    const message = `filter ${filter.name} is another one at ${at(same.place)}`;
    desk.error(
      filter.place,
      message,
      'captures of one thing must agree: take both at one moment, or leave the wrong one out',
    );
  }
}

/** Filters that no captured guest uses. */
export function unused(readings: Readings): readonly Unmodelled[] {
  const used = new Set<string>();
  const visit = (name: string): void => {
    if (used.has(name)) return;
    used.add(name);
    for (const entry of shown(readings, name)?.entries ?? []) if (entry.kind === 'filter') visit(entry.name);
  };
  for (const { filter } of cardsOf(readings)) if (filter !== undefined) visit(filter.name);
  return every(readings, 'filters')
    .flatMap(({ value }) => value)
    .filter(({ name }) => !used.has(name))
    .map(({ name, place }) => ({
      what: `filter ${name}`,
      reason: 'no guest of which there is a capture uses it',
      place,
    }));
}
