import { type Choice, interpret } from '../../src/ir/interpret.ts';
import type { Program, Slot } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import type { Ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';

/** The least and the greatest value of each range. */
const cornersOf = (set: Ranges<Scalar>): readonly Scalar[] => [...new Set(set.flatMap(([low, high]) => [low, high]))];

/**
 * Every end of a packet, whatever the unknowns are (of numbers: the corners of their ranges).
 * @throws Error for more runs than the budget
 */
export function everyEnd(program: Program, inputs: ReadonlyMap<Slot, Scalar>, budget = 4096): readonly Disposition[] {
  const ends: Disposition[] = [];
  const todo: ReadonlyMap<string, Scalar>[] = [new Map()];
  for (let run = todo.pop(), runs = 0; run !== undefined; run = todo.pop(), runs++) {
    if (runs > budget) throw new Error('too many unknowns');
    const chosen = new Map(run);
    const choose: Choice = ({ id }, ranges) => {
      const known = chosen.get(id);
      if (known !== undefined) return known;
      const [first = 0, ...others] = cornersOf(ranges);
      for (const other of others) todo.push(new Map([...chosen, [id, other]]));
      chosen.set(id, first);
      return first;
    };
    ends.push(...interpret(program, inputs, choose));
  }
  return ends;
}

/** A packet of the Program's class: of each input the value that `pick` takes. */
export const inputsOf = (program: Program, pick: (of: Ranges<Scalar>) => Scalar): ReadonlyMap<Slot, Scalar> =>
  new Map([...program.inputs].map(([slot, of]) => [slot, pick(of)]));

export const least = (of: Ranges<Scalar>): Scalar => of[0]?.[0] ?? 0;
export const greatest = (of: Ranges<Scalar>): Scalar => of.at(-1)?.[1] ?? 0;
