import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Engine, Goal, Query } from '../../src/engine/engine.ts';
import { loadModule, type Z3Module } from '../../src/engine/z3/module.ts';
import { solve } from '../../src/engine/z3/solve.ts';
import { inputsOf } from '../../src/engine/z3/variables.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { equals, inRanges } from '../../src/ir/predicate.ts';
import { fieldOf, type Steps, widthOf } from '../../src/ir/program.ts';
import { isEmpty, type Ranges, size } from '../../src/packet/ranges.ts';
import { combinations, letter, program, SLOTS, unknownsIn, value } from '../ir/generator.ts';
import { agrees, deciding, tryAll } from './brute.ts';
import { become, ends, filter, stop } from './small.ts';

let engine: Engine;
let module: Z3Module;
beforeAll(async () => {
  module = await loadModule();
  engine = await z3Engine();
});
afterAll(() => engine.close());

const goals = (programs: number) =>
  fc.letrec<{ goal: Goal }>((tie) => ({
    goal: fc.oneof(
      { maxDepth: 2 },
      fc
        .record({
          program: fc.nat(programs - 1),
          letters: fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1, maxLength: 2 }),
        })
        .map(
          ({ program, letters }): Goal => ({
            kind: 'ends',
            program,
            where: (disposition) => letters.includes(letter(disposition)),
          }),
        ),
      tie('goal').map((of): Goal => ({ kind: 'not', of })),
      fc.array(tie('goal'), { maxLength: 3 }).map((of): Goal => ({ kind: 'all', of })),
      fc.array(tie('goal'), { maxLength: 3 }).map((of): Goal => ({ kind: 'any', of })),
    ),
  })).goal;

const query: fc.Arbitrary<Query> = fc
  .array(program, { minLength: 1, maxLength: 2 })
  .filter((programs) => [...unknownsIn(programs).values()].reduce((product, ranges) => product * size(ranges), 1) <= 40)
  .filter((programs) => [...inputsOf(programs).values()].reduce((product, ranges) => product * size(ranges), 1) <= 81)
  .chain((programs) => {
    const packets = combinations(inputsOf(programs));
    const except = fc.subarray([...packets], { maxLength: Math.min(2, packets.length) });
    return fc.record({ programs: fc.constant(programs), goal: goals(programs.length), except });
  });

const CORNERS = SLOTS.map((slot) => {
  const most = 2 ** widthOf(slot) - 1;
  return [slot, [0, 1, 80, most - 1, (most - 1) / 2 + 6].filter((value) => value <= most)] as const;
});

/** The value that a Program computes, found by halving what it can be. */
function computedBy(holds: (value: number) => boolean, within: (ranges: Ranges) => boolean, width: number): number {
  let [low, high] = [0, 2 ** width - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (within([[low, middle]])) high = middle;
    else low = middle + 1;
  }
  expect(holds(low)).toBe(true);
  return low;
}

/** What the answer must be, by trying everything. */
function expected(results: readonly (readonly boolean[])[]): Answer['kind'] {
  if (results.some((row) => row.every(Boolean))) return 'found';
  return results.some((row) => row.some(Boolean)) ? 'depends' : 'none';
}

function verify(asked: Query, answer: Answer): void {
  const { table, choices } = tryAll(asked);
  expect(answer.kind).toBe(expected([...table.values()]));
  if (answer.kind !== 'found' && answer.kind !== 'depends') return;
  const [, row] = [...table].find(([packet]) => agrees(packet, answer.inputs)) ?? [];
  expect(row).toBeDefined();
  expect([...answer.inputs.keys()]).toEqual([...inputsOf(asked.programs).keys()]);
  expect(new Set(row)).toEqual(new Set(answer.kind === 'found' ? [true] : [true, false]));
  if (answer.kind === 'depends')
    expect(answer.unknowns.map(({ id }) => id).sort()).toEqual([...deciding(choices, row ?? [])].sort());
}

describe('Z3 and the interpreter agree', () => {
  it('on every packet and every value of the unknowns, whatever the answer is', async () => {
    const seen = { found: 0, none: 0, depends: 0, 'gave up': 0, solved: 0 };
    const law = fc.asyncProperty(query, async (asked) => {
      const answer = await engine.solve(asked);
      const thorough = await solve(async () => module, asked, true);
      verify(asked, thorough);
      seen[answer.kind]++;
      if (thorough.effort.rlimit > 0) seen.solved++;
      verify(asked, answer);
    });
    await fc.assert(law, { numRuns: 800 });
    expect(seen['gave up']).toBe(0);
    expect(Math.min(seen.found, seen.none, seen.depends, seen.solved)).toBeGreaterThan(10);
  });

  it('on every value that is computed', async () => {
    const seen = { solved: 0 };
    const pinned = fc.tuple(
      ...CORNERS.map(([slot, values]) => fc.constantFrom(...values).map((value) => [slot, value] as const)),
    );
    const target = fc.constantFrom(...CORNERS.map(([slot]) => slot));
    const law = fc.asyncProperty(value, target, pinned, async (value, slot, list) => {
      const inputs = new Map(CORNERS.map(([slot]) => [slot, [[0, 2 ** widthOf(slot) - 1]] as const]));
      const out = `${fieldOf(slot)}@out` as const;
      const pin = list.map(([slot, value]) => filter(equals(slot, value)));
      const steps = (expected: number): Steps => [
        become(out, value),
        ...pin,
        filter(equals(out, expected)),
        stop('yes'),
      ];
      const ask = async (expected: number) =>
        await engine.solve({ programs: [{ inputs, assumptions: [], steps: steps(expected) }], goal: ends('yes') });
      const packet = new Map(list);
      const holds = (expected: number) =>
        interpret({ inputs, assumptions: [], steps: steps(expected) }, packet, () => 0).some(
          (end) => letter(end) === 'yes',
        );
      const computed = computedBy(
        holds,
        (probe) =>
          interpret(
            { inputs, assumptions: [], steps: [become(out, value), filter(inRanges(out, probe)), stop('yes')] },
            packet,
            () => 0,
          ).some((end) => letter(end) === 'yes'),
        widthOf(slot),
      );
      const answer = await ask(computed);
      if (answer.effort.rlimit > 0) seen.solved++;
      expect(answer.kind).toBe('found');
      expect((await ask((computed + 1) % 2 ** widthOf(slot))).kind).toBe('none');
    });
    await fc.assert(law, { numRuns: 200 });
    expect(seen.solved).toBeGreaterThan(10);
  });

  it('even where an input cannot be anything', async () => {
    const [first] = fc.sample(program, { numRuns: 1, seed: 1 });
    if (first === undefined) throw new Error('no program');
    const asked: Query = { programs: [{ ...first, inputs: new Map([['ttl', []]]) }], goal: { kind: 'all', of: [] } };
    expect([...inputsOf(asked.programs).values()].some(isEmpty)).toBe(true);
    expect((await engine.solve(asked)).kind).toBe('none');
  });
});
