import type { Unknown } from '../packet/place.ts';
import type { Ranges } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';

/** Decides what the snapshot leaves open, for one run. */
export interface Oracle {
  /** A value of the (never empty) ranges. Asked once an `id` in an exchange: the same thing keeps its value. */
  readonly choose: <S extends Scalar>(unknown: Unknown, ranges: Ranges<S>) => S;
}

/** The values of an unknown Boolean: 0 is no. */
export const BOOLEAN: Ranges = [[0, 1]];

/** An oracle that knows some values by `id` and gives every other unknown its lowest one. */
export const fixed = (values: ReadonlyMap<string, Scalar> = new Map()): Oracle => ({
  choose: <S extends Scalar>({ id }: Unknown, ranges: Ranges<S>) => (values.get(id) ?? ranges[0]?.[0] ?? 0) as S,
});
