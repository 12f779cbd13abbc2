import { bench, describe } from 'vitest';
import type { Goal } from '../../src/engine/engine.ts';
import { loadModule, type Z3Module } from '../../src/engine/z3/module.ts';
import { selfTest } from '../../src/engine/z3/self-test.ts';
import { solve } from '../../src/engine/z3/solve.ts';
import { all, equals, FALSE, first, inRanges, sameSlots, TRUE } from '../../src/ir/predicate.ts';
import type { Case, Predicate } from '../../src/ir/program.ts';
import { ends, filter, program, query, stop } from '../engine/small.ts';

// Aims (two cores): Z3 started and tested in 0.3 s; a small query in 3 ms; 20,000 rules built and solved in 1 s.
const few = (iterations: number) => ({ iterations, time: 0, warmupIterations: 1, warmupTime: 0 });

let started: Promise<Z3Module> | undefined;
const solver = () => (started ??= loadModule());

/** Always the same numbers below `limit`. */
function numbers(): (limit: number) => number {
  let state = 1;
  return (limit) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
}

/** Seven accepts a host for every three rules about ranges, a fifth of which drop; `change`: one rule says the other. */
function ruleset(size: number, change?: number): Predicate {
  const below = numbers();
  const cases = Array.from({ length: size }, (_, i): Case => {
    const host = all(equals('dst', 0x0a000000 + below(65536)), equals('proto', 6), equals('dport', 1 + below(2000)));
    const net = 0x0a000000 + 256 * below(256);
    const range = all(inRanges('src', [[net, net + 255]]), inRanges('dport', [[below(1000), 1000 + below(60000)]]));
    const accepts = below(10) < 8 !== (i === change);
    return { when: below(10) < 7 ? host : range, then: accepts ? TRUE : FALSE };
  });
  return first(cases, FALSE);
}

async function must(kind: string, answer: Promise<{ readonly kind: string }>): Promise<void> {
  const found = await answer;
  if (found.kind !== kind) throw new Error(`${found.kind}, not ${kind}`);
}

describe('start-up', () => {
  bench('load and test Z3', async () => selfTest(await loadModule()), few(5));
});

describe('small queries', () => {
  const plain = query([filter(all(equals('dport', 80), inRanges('src', [[1, 9]]))), stop('yes')]);
  const equation = query([
    filter(all(sameSlots('src', 'dst'), inRanges('dst', [[0x0a000000, 0x0a0000ff]]))),
    stop('yes'),
  ]);
  bench('seen without Z3', () => must('found', solve(solver, plain)), few(200));
  bench('the same by Z3', () => must('found', solve(solver, plain, true)), few(200));
  bench('an equation between fields, by Z3', () => must('found', solve(solver, equation)), few(200));
});

describe.each([1_000, 5_000, 20_000])('%i rules', (size) => {
  const rules = ruleset(size);
  const inputs = (['src', 'dst', 'proto', 'dport'] as const).map(
    (field) => [field, [[0, field === 'proto' ? 255 : field === 'dport' ? 65535 : 2 ** 32 - 1]]] as const,
  );
  const of = (...conditions: readonly Predicate[]) =>
    program([...conditions.map((when) => filter(when)), stop('yes')], inputs);
  const [differs, before, after] = [
    (a: number): Goal => ({ kind: 'all', of: [ends('yes', a), { kind: 'not', of: ends('yes', 1 - a) }] }),
    of(rules),
    of(ruleset(size, size - 1)),
  ];
  const either: Goal = { kind: 'any', of: [differs(0), differs(1)] };
  bench('witness', () => must('found', solve(solver, { programs: [before], goal: ends('yes') })), few(3));
  bench(
    'proof',
    () =>
      must(
        'none',
        solve(solver, {
          programs: [
            of(rules, equals('proto', 17), equals('dport', 0), rules, inRanges('src', [[0x0b000000, 0xffffffff]])),
          ],
          goal: ends('yes'),
        }),
      ),
    few(3),
  );
  bench(
    'equivalence',
    () => must('none', solve(solver, { programs: [before, of(rules, TRUE)], goal: either })),
    few(3),
  );
  bench(
    'difference of one rule',
    () => must('found', solve(solver, { programs: [before, after], goal: either })),
    few(3),
  );
});
