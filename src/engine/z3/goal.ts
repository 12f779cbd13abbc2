import type { Slot } from '../../ir/program.ts';
import { only, type Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import type { Goal, Query } from '../engine.ts';
import { variable } from './bits.ts';
import { encode, type Where } from './encode.ts';
import { and, inRanges, not, or } from './formula.ts';
import type { Formula, Store } from './term.ts';
import { inputVariable } from './variables.ts';

type Ends = Extract<Goal, { kind: 'ends' }>;

/** A query as formulas over the inputs and the unknowns. */
export interface Sought {
  readonly goal: Formula;
  /** Some Program ends without a stop. */
  readonly runsOut: Formula;
  /** The packets that may be found. */
  readonly packets: Formula;
}

export function sought(store: Store, query: Query, inputs: ReadonlyMap<Slot, Ranges<Scalar>>): Sought {
  const ends = endsIn(query.goal);
  const formulas = new Map<Ends, Formula>();
  const runsOut = query.programs.map((program, i) => {
    const asked = ends.filter((end) => end.program === i);
    const encoded = encode(
      store,
      program,
      inputs,
      asked.map(({ where }): Where => where),
    );
    asked.forEach((end, j) => formulas.set(end, encoded.ends[j] as Formula));
    return encoded.runsOut;
  });
  const packets = (query.except ?? []).map((packet) => not(store, isPacket(store, inputs, packet)));
  return { goal: meaning(store, query.goal, formulas), runsOut: or(store, runsOut), packets: and(store, packets) };
}

function endsIn(goal: Goal): readonly Ends[] {
  if (goal.kind === 'ends') return [goal];
  return goal.kind === 'not' ? endsIn(goal.of) : goal.of.flatMap(endsIn);
}

function meaning(store: Store, goal: Goal, ends: ReadonlyMap<Ends, Formula>): Formula {
  switch (goal.kind) {
    case 'ends': {
      const formula = ends.get(goal);
      if (formula === undefined) throw new Error(`the query has no program ${goal.program}`);
      return formula;
    }
    case 'not':
      return not(store, meaning(store, goal.of, ends));
    case 'all':
      return and(
        store,
        goal.of.map((part) => meaning(store, part, ends)),
      );
    case 'any':
      return or(
        store,
        goal.of.map((part) => meaning(store, part, ends)),
      );
  }
}

/** The inputs have these values. @throws Error for a slot that is no input */
function isPacket(store: Store, inputs: ReadonlyMap<Slot, Ranges<Scalar>>, packet: ReadonlyMap<Slot, Scalar>): Formula {
  return and(
    store,
    [...packet].map(([slot, value]) => {
      const ranges = inputs.get(slot);
      if (ranges === undefined) throw new Error(`${slot} is no input`);
      return inRanges(store, variable(store, inputVariable(slot, ranges)), only(value));
    }),
  );
}
