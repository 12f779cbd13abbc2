import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Range } from '../../src/packet/ranges.ts';
import {
  complement,
  contains,
  intersect,
  isSubset,
  only,
  ranges,
  same,
  single,
  size,
  union,
  without,
} from '../../src/packet/ranges.ts';

/** Ranges over an 8-bit field, so that every value can be tried. */
const list = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
    .map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)]),
  { maxLength: 6 },
);
const values = Array.from({ length: 256 }, (_, value) => value);
const holds = (of: readonly Range[], value: number): boolean => of.some(([low, high]) => low <= value && value <= high);

describe('a set of ranges', () => {
  it('holds exactly what its ranges hold, whatever their order', () => {
    fc.assert(
      fc.property(list, (of) => {
        expect(values.filter((v) => contains(ranges(of), v))).toEqual(values.filter((v) => holds(of, v)));
      }),
    );
  });

  it('has one form: sorted, disjoint, not adjacent', () => {
    fc.assert(
      fc.property(list, (of) => {
        const set = ranges(of);
        for (let i = 1; i < set.length; i++) expect((set[i] as Range)[0]).toBeGreaterThan((set[i - 1] as Range)[1] + 1);
        expect(same(ranges(of.toReversed()), set)).toBe(true);
      }),
    );
  });

  it('intersects, joins, complements and subtracts as sets do', () => {
    fc.assert(
      fc.property(list, list, (left, right) => {
        const [a, b] = [ranges(left), ranges(right)];
        const has = (set: typeof a): number[] => values.filter((v) => contains(set, v));
        expect(has(intersect(a, b))).toEqual(values.filter((v) => holds(left, v) && holds(right, v)));
        expect(has(union(a, b))).toEqual(values.filter((v) => holds(left, v) || holds(right, v)));
        expect(has(complement(a, 'proto'))).toEqual(values.filter((v) => !holds(left, v)));
        expect(has(without(a, b, 'proto'))).toEqual(values.filter((v) => holds(left, v) && !holds(right, v)));
        expect(isSubset(a, b)).toBe(values.every((v) => !holds(left, v) || holds(right, v)));
        expect(size(a)).toBe(has(a).length);
      }),
    );
  });

  it('knows its only value', () => {
    expect(single(only(7))).toBe(7);
    expect(single([[7, 8]])).toBeUndefined();
    expect(single([])).toBeUndefined();
  });
});
