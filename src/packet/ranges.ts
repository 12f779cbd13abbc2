import type { Field } from './field.ts';
import { maximum } from './field.ts';

/** Both ends belong to it. */
export type Range = readonly [low: number, high: number];

/** A set of numbers: ranges in ascending order, disjoint and not adjacent. The empty list is the empty set. */
export type Ranges = readonly Range[];

/** Sorts and merges any list of ranges. */
export function ranges(list: Iterable<Range>): Ranges {
  const sorted = [...list].filter(([low, high]) => low <= high).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [low, high] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

export const only = (value: number): Ranges => [[value, value]];
export const between = (low: number, high: number): Ranges => (low <= high ? [[low, high]] : []);
export const everything = (field: Field): Ranges => [[0, maximum(field)]];
export const isEmpty = (set: Ranges): boolean => set.length === 0;
export const union = (a: Ranges, b: Ranges): Ranges => ranges([...a, ...b]);

export function contains(set: Ranges, value: number): boolean {
  let low = 0;
  let high = set.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = set[middle] as Range;
    if (value < from) high = middle - 1;
    else if (value > to) low = middle + 1;
    else return true;
  }
  return false;
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  const common: Range[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [aLow, aHigh] = a[i] as Range;
    const [bLow, bHigh] = b[j] as Range;
    const low = Math.max(aLow, bLow);
    const high = Math.min(aHigh, bHigh);
    if (low <= high) common.push([low, high]);
    if (aHigh < bHigh) i++;
    else j++;
  }
  return common;
}

/** What the field can hold and `set` does not. */
export function complement(set: Ranges, field: Field): Ranges {
  const gaps: Range[] = [];
  let next = 0;
  for (const [low, high] of set) {
    if (low > next) gaps.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= maximum(field)) gaps.push([next, maximum(field)]);
  return gaps;
}

export const without = (a: Ranges, b: Ranges, field: Field): Ranges => intersect(a, complement(b, field));
export const isSubset = (a: Ranges, b: Ranges): boolean => same(intersect(a, b), a);
export const same = (a: Ranges, b: Ranges): boolean =>
  a.length === b.length && a.every(([low, high], i) => low === b[i]?.[0] && high === b[i]?.[1]);
export const size = (set: Ranges): number => set.reduce((sum, [low, high]) => sum + (high - low + 1), 0);

/** The one value of a set that has just one. */
export const single = (set: Ranges): number | undefined =>
  set.length === 1 && set[0]?.[0] === set[0]?.[1] ? set[0]?.[0] : undefined;
