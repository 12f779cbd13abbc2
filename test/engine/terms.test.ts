import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { assign, judge } from '../../src/engine/z3/assign.ts';
import { variable } from '../../src/engine/z3/bits.ts';
import { check } from '../../src/engine/z3/check.ts';
import { runsOf } from '../../src/engine/z3/emit.ts';
import { inRanges, not, same } from '../../src/engine/z3/formula.ts';
import { loadModule, type Z3Module } from '../../src/engine/z3/module.ts';
import { parts, Store, type Variable } from '../../src/engine/z3/term.ts';
import { contains, intersect } from '../../src/packet/ranges.ts';
import {
  assignments,
  bits,
  cornersOf,
  formula,
  numberOf,
  operations,
  someRanges,
  type Test,
  test,
  truthOf,
  WIDTHS,
} from './trees.ts';

let module: Z3Module;
beforeAll(async () => {
  module = await loadModule();
});

describe('a term', () => {
  it('means what it was made of, for all values, however much was folded', () => {
    const law = fc.property(test(2), (of) => {
      const built = formula(new Store(), of);
      const holds = judge(built);
      for (const values of assignments(of)) expect(holds(values)).toBe(truthOf(of, values));
    });
    fc.assert(law, { numRuns: 1500 });
  });

  it('is what it was with some values put in', () => {
    const law = fc.property(test(2), fc.func(fc.boolean()), (of, put) => {
      const store = new Store();
      const built = formula(store, of);
      for (const values of assignments(of).slice(0, 20)) {
        const given = new Map([...values].filter(([name]) => put(name)));
        expect(judge(assign(store, built, given))(values)).toBe(truthOf(of, values));
      }
    });
    fc.assert(law, { numRuns: 500 });
  });

  it('of which Z3 finds a model has one, and of which it finds none has none', async () => {
    const kinds = new Map<string, number>();
    const seen = { model: 0, none: 0, 'gave up': 0 };
    const law = fc.asyncProperty(test(2), test(1), fc.boolean(), async (of, other, swap) => {
      const store = new Store();
      const [a, b] = [formula(store, of), formula(store, other)];
      fc.pre(a.kind !== 'constant' && b.kind !== 'constant');
      // neither alone, nor as the one formula into which they would be folded
      const asked = [swap ? not(store, a) : a, b];
      for (const { kind } of parts(asked)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      const verdict = await check(module, asked, 1_000_000);
      seen[verdict.kind]++;
      const both: Test = { op: 'and', all: [swap ? { op: 'not', of } : of, other] };
      expect(verdict.kind).toBe(assignments(both).some((values) => truthOf(both, values)) ? 'model' : 'none');
      if (verdict.kind === 'model') expect(asked.every((part) => judge(part)(verdict.values))).toBe(true);
    });
    await fc.assert(law, { numRuns: 600 });
    expect(Math.min(seen.model, seen.none)).toBeGreaterThan(10);
    const often = ['in', 'same', 'not', 'and', 'if', 'number', 'variable', 'choose', 'mask', 'xor', 'resize'];
    expect(often.filter((kind) => (kinds.get(kind) ?? 0) <= 10)).toEqual([]);
    expect(kinds.get('plus')).toBeGreaterThan(1);
  });

  it('of each kind has in Z3 exactly the value that it has, in every width', async () => {
    const free = (width: number, name: string): Variable => ({
      name: `input ${name}`,
      width,
      ranges: [[0, 2 ** width - 1]],
      role: { kind: 'twin' },
    });
    for (const width of WIDTHS)
      for (const given of cornersOf(width).slice(-3))
        for (const [i, of] of operations(width, { op: 'variable', width, of: free(width, 'x') }).entries()) {
          const store = new Store();
          const expected = Number(numberOf(of, new Map([['input x', given]])));
          const x = inRanges(store, variable(store, free(width, 'x')), [[given, given]]);
          const y = variable(store, free(of.width, 'y'));
          // as two formulas: put together they would be folded, and Z3 would not be asked
          const equal = same(store, bits(store, of), y);
          const verdict = await check(module, [x, equal], 1_000_000);
          expect([width, i, verdict.kind === 'model' && verdict.values.get('input y')]).toEqual([width, i, expected]);
          const other = await check(
            module,
            [x, equal, not(store, inRanges(store, y, [[expected, expected]]))],
            1_000_000,
          );
          expect([width, i, other.kind]).toEqual([width, i, 'none']);
        }
  });

  it('is compared only where possible values part', () => {
    const sets = fc.constantFrom(8, 16).chain((width) => fc.tuple(someRanges(width), someRanges(width)));
    fc.assert(
      fc.property(sets, ([possible, some]) => {
        const wanted = intersect(possible, some);
        const runs = runsOf(possible, wanted);
        const corners = possible
          .flatMap(([low, high]) => [low, low + 1, high - 1, high])
          .concat(wanted.flatMap(([low, high]) => [low - 1, low, high, high + 1]));
        for (const value of corners.filter((value) => contains(possible, value)))
          expect(runs.some(({ low, high }) => value >= (low ?? 0) && value <= (high ?? Number.POSITIVE_INFINITY))).toBe(
            contains(wanted, value),
          );
        expect(runs.length).toBeLessThanOrEqual(wanted.length);
      }),
    );
  });
});
