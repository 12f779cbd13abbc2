import type { Family, Field } from './field.ts';
import { maximum } from './field.ts';
import { compare, larger, minus, next, previous, type Scalar, smaller } from './scalar.ts';

/** Both ends belong to it; of one kind. */
export type Range<S extends Scalar = number> = readonly [low: S, high: S];

/** A set of numbers: ranges in ascending order, disjoint and not adjacent. The empty list is the empty set. */
export type Ranges<S extends Scalar = number> = readonly Range<S>[];

/** Sorts and merges any list of ranges. */
export function ranges<S extends Scalar>(list: Iterable<Range<S>>): Ranges<S> {
  const sorted = [...list].filter(([low, high]) => low <= high).sort((a, b) => compare(a[0], b[0]));
  const merged: [S, S][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= next(last[1])) last[1] = larger(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export const only = <S extends Scalar>(value: S): Ranges<S> => [[value, value]];
export const between = <S extends Scalar>(low: S, high: S): Ranges<S> => (low <= high ? [[low, high]] : []);
/** All that a field can hold, in packets of a family. */
export function everything(field: Field, family: 6): Ranges<Scalar>;
export function everything(field: Field, family?: 4): Ranges;
export function everything(field: Field, family?: Family): Ranges<Scalar>;
export function everything(field: Field, family: Family = 4): Ranges<Scalar> {
  const high = maximum(field, family);
  return [[minus(high, high), high]];
}
export const isEmpty = (set: Ranges<Scalar>): boolean => set.length === 0;
export const union = <S extends Scalar>(a: Ranges<S>, b: Ranges<S>): Ranges<S> => ranges([...a, ...b]);

export function contains<S extends Scalar>(set: Ranges<S>, value: S): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = set[middle] as Range<S>;
    if (value < from) high = middle - 1;
    else if (value > to) low = middle + 1;
    else return true;
  }
  return false;
}

export function intersect<S extends Scalar>(a: Ranges<S>, b: Ranges<S>): Ranges<S> {
  const common: Range<S>[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [aLow, aHigh] = a[i] as Range<S>;
    const [bLow, bHigh] = b[j] as Range<S>;
    const low = larger(aLow, bLow);
    const high = smaller(aHigh, bHigh);
    if (low <= high) common.push([low, high]);
    if (aHigh < bHigh) i++;
    else j++;
  }
  return common;
}

/** What the field can hold and `set` does not; an empty set is one of IPv4. */
export function complement<S extends Scalar>(set: Ranges<S>, field: Field): Ranges<S> {
  const [[low, high]] = everything(field, familyOf(set)) as readonly [Range<S>];
  const gaps: Range<S>[] = [];
  let from = low;
  for (const [first, last] of set) {
    if (first > from) gaps.push([from, previous(first)]);
    from = next(last);
  }
  if (from <= high) gaps.push([from, high]);
  return gaps;
}

/** The family whose addresses these could be. */
export const familyOf = (set: Ranges<Scalar>): Family => (typeof set[0]?.[0] === 'bigint' ? 6 : 4);

export const without = <S extends Scalar>(a: Ranges<S>, b: Ranges<S>, field: Field): Ranges<S> =>
  isEmpty(b) ? a : intersect(a, complement(b, field));
export const isSubset = <S extends Scalar>(a: Ranges<S>, b: Ranges<S>): boolean => same(intersect(a, b), a);
export const same = <S extends Scalar>(a: Ranges<S>, b: Ranges<S>): boolean =>
  a.length === b.length && a.every(([low, high], i) => low === b[i]?.[0] && high === b[i]?.[1]);
/** How many values it holds: exact up to 2^53. */
export const size = (set: Ranges<Scalar>): number =>
  set.reduce((sum, [low, high]) => sum + Number(minus(high, low)) + 1, 0);

/** The values of a set, in ascending order. */
export function* each<S extends Scalar>(set: Ranges<S>): Generator<S> {
  for (const [low, high] of set) for (let value = low; value <= high; value = next(value)) yield value;
}

/** The one value of a set that has just one. */
export const single = <S extends Scalar>(set: Ranges<S>): S | undefined =>
  set.length === 1 && set[0]?.[0] === set[0]?.[1] ? set[0]?.[0] : undefined;
