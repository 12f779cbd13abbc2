import type { Unknown } from '../packet/place.ts';
import type { Ranges } from '../packet/ranges.ts';

/** Decides what the snapshot leaves open, for one run. */
export interface Oracle {
  /** A value of the (never empty) ranges. Asked once an `id` in an exchange: the same thing keeps its value. */
  readonly choose: (unknown: Unknown, ranges: Ranges) => number;
}

/** The values of an unknown Boolean: 0 is no. */
export const BOOLEAN: Ranges = [[0, 1]];

/** An oracle that knows some values by `id` and gives every other unknown its lowest one. */
export const fixed = (values: ReadonlyMap<string, number> = new Map()): Oracle => ({
  choose: ({ id }, ranges) => values.get(id) ?? ranges[0]?.[0] ?? 0,
});
