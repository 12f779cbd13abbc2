import type { Program, Slot } from '../ir/program.ts';
import { fieldOf } from '../ir/program.ts';
import type { Field } from '../packet/field.ts';
import { contains, type Range, type Ranges } from '../packet/ranges.ts';
import { minus, type Scalar, smaller } from '../packet/scalar.ts';
import { boundariesOf } from './boundaries.ts';
import type { Inputs } from './start.ts';

/** How many corner packets of a class are walked, if it has so many. */
export const CORNERS = { least: 16, most: 40 } as const;

/** What an ordinary packet holds, where its class lets it. */
const ORDINARY: Partial<Record<Field, number>> = {
  ttl: 64,
  length: 84,
  dport: 80,
  macSrc: 0x020000000001,
  icmpType: 8,
  tcpFlags: 2,
};

/** Values per slot that are tried before others: addresses that exist, say. */
export type Preferred = ReadonlyMap<Slot, readonly Scalar[]>;

/** The most ordinary packet of a class: preferred and ordinary values where it has them, else the lowest. */
export function plainest(program: Program, preferred: Preferred): Inputs {
  return new Map([...program.inputs].map(([slot, ranges]) => [slot, ordinary(slot, ranges, preferred)]));
}

function ordinary(slot: Slot, ranges: Ranges<Scalar>, preferred: Preferred): Scalar {
  const wished = [...(preferred.get(slot) ?? []), ORDINARY[fieldOf(slot)]];
  return wished.find((value) => value !== undefined && contains(ranges, value)) ?? ranges[0]?.[0] ?? 0;
}

/**
 * Packets of a class on the edges of what decides: the plainest one; all lowest and all highest values; then one field
 * at a time, each boundary of its ranges and of what the Program compares it with; then mixtures of these. Always the
 * same ones, the plainest first.
 */
export function corners(program: Program, preferred: Preferred): readonly Inputs[] {
  const found = new Map<string, Inputs>();
  for (const [inputs, wanted] of candidates(program, preferred)) {
    if (found.size >= CORNERS.most) break;
    if (wanted || found.size < CORNERS.least) found.set([...inputs.values()].join(), inputs);
  }
  return [...found.values()];
}

/** Corners in the order of their worth; mixtures are wanted only where there are too few others. */
function* candidates(program: Program, preferred: Preferred): Iterable<readonly [Inputs, wanted: boolean]> {
  const plain = plainest(program, preferred);
  const edges = edgesOf(program);
  yield [plain, true];
  yield [new Map([...program.inputs].map(([slot, ranges]) => [slot, ranges[0]?.[0] ?? 0])), true];
  yield [new Map([...program.inputs].map(([slot, ranges]) => [slot, ranges.at(-1)?.[1] ?? 0])), true];
  for (const [slot, value] of inTurns(edges)) yield [new Map([...plain, [slot, value]]), true];
  for (const mixture of mixtures(plain, edges, program.inputs)) yield [mixture, false];
}

type Edges = ReadonlyMap<Slot, readonly Scalar[]>;

function edgesOf(program: Program): Edges {
  const compared = boundariesOf(program);
  return new Map(
    [...program.inputs].map(([slot, ranges]) => {
      const ends = ranges.length > 16 ? [ranges[0], ranges.at(-1)].flatMap((range) => range ?? []) : ranges.flat();
      const within = (compared.get(fieldOf(slot)) ?? []).filter((value) => contains(ranges, value));
      return [slot, [...new Set([...ends, ...within])]];
    }),
  );
}

/** The first edge of every slot, then the second of every slot, … */
function* inTurns(edges: Edges): Iterable<readonly [Slot, Scalar]> {
  const longest = Math.max(0, ...[...edges.values()].map(({ length }) => length));
  for (let turn = 0; turn < longest; turn++)
    for (const [slot, values] of edges) {
      const value = values[turn];
      if (value !== undefined) yield [slot, value];
    }
}

/** Mixtures of edges and of values between them, drawn by a fixed sequence (Numerical Recipes' linear congruence). */
function* mixtures(plain: Inputs, edges: Edges, inputs: Program['inputs']): Iterable<Inputs> {
  let drawn = 1;
  const draw = (below: number): number => {
    drawn = (Math.imul(drawn, 1664525) + 1013904223) >>> 0;
    return Math.floor((drawn / 2 ** 32) * below);
  };
  for (let round = 0; round < 4 * CORNERS.least; round++)
    yield new Map(
      [...plain].map(([slot, value]) => {
        const [values, ranges] = [edges.get(slot) ?? [], inputs.get(slot) ?? []];
        return [slot, draw(2) === 0 ? (values[draw(values.length)] ?? value) : within(ranges, draw)];
      }),
    );
}

/** Some value of the ranges. */
function within(set: Ranges<Scalar>, draw: (below: number) => number): Scalar {
  const [low, high] = set[draw(set.length)] as Range<Scalar>;
  if (typeof low === 'number') return low + draw(Number(high) - low + 1);
  return low + BigInt(draw(Number(smaller<Scalar>(minus(high, low), 2n ** 52n)) + 1));
}
