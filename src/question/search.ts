import type { Engine, Goal } from '../engine/engine.ts';
import type { Program } from '../ir/program.ts';
import type { Disposition } from '../packet/fate.ts';
import type { Unknown } from '../packet/place.ts';
import { asText } from '../packet/scalar.ts';
import { type Aim, unknownsOf } from './aim.ts';
import type { Inputs } from './start.ts';
import { visit } from './visit.ts';

/** What a question looks for: a packet that gets there (`can`), or one that does not (`always`). */
export type Quantifier = 'can' | 'always';

/** How the search of one class ended. */
export type Found =
  | { readonly kind: 'found'; readonly inputs: Inputs }
  /** Proved, unknowns and what is out of sight counted against it. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly inputs?: Inputs; readonly unknowns: readonly Unknown[] };

const goalOf = (quantifier: Quantifier, where: (end: Disposition) => boolean): Goal => {
  const ends: Goal = { kind: 'ends', program: 0, where };
  return quantifier === 'can' ? ends : { kind: 'not', of: ends };
};

/**
 * Looks for a packet that is what the question looks for beyond doubt; then, where some end is out of sight, for one
 * that may be. Only if there is neither is it proved that there is none.
 */
export async function search(
  program: Program,
  aim: Aim,
  quantifier: Quantifier,
  engine: Engine,
  budget?: number,
): Promise<Found> {
  const [beyondDoubt, perhaps] = quantifier === 'can' ? [aim.certain, aim.possible] : [aim.possible, aim.certain];
  const first = await ask(program, goalOf(quantifier, beyondDoubt), engine, budget);
  if (first.kind !== 'none') return first;
  const doubtful = endsOf(program).filter((end) => aim.certain(end) !== aim.possible(end));
  if (doubtful.length === 0) return first;
  const second = await ask(program, goalOf(quantifier, perhaps), engine, budget);
  return second.kind === 'none' ? second : withDoubts(second, doubtful);
}

/** A packet that may be what is looked for: which of the doubtful ends it meets is for the evaluator to say. */
const withDoubts = (found: Found, doubtful: readonly Disposition[]): Found => ({
  kind: 'unknown',
  unknowns: [
    ...(found.kind === 'unknown' ? found.unknowns : []),
    ...(found.kind === 'found' ? [] : doubtful.flatMap(unknownsOf)),
  ],
  ...(found.kind !== 'none' && found.inputs !== undefined ? { inputs: found.inputs } : {}),
});

async function ask(program: Program, goal: Goal, engine: Engine, budget: number | undefined): Promise<Found> {
  const answer = await engine.solve({ programs: [program], goal, ...(budget === undefined ? {} : { budget }) });
  switch (answer.kind) {
    case 'found':
      return { kind: 'found', inputs: answer.inputs };
    case 'none':
      return { kind: 'none' };
    case 'depends':
      return { kind: 'unknown', inputs: answer.inputs, unknowns: answer.unknowns };
    case 'gave up':
      return { kind: 'unknown', unknowns: [{ id: 'budget', reason: `the solver gave up: ${answer.reason} (budget)` }] };
  }
}

/** Every way in which a Program can end. */
export function endsOf(program: Program): readonly Disposition[] {
  const ends = new Map<string, Disposition>();
  const add = (end: Disposition): void => void ends.set(asText(end), end);
  visit(program, {
    step: (step) => {
      if (step.kind === 'stop') add(step.disposition);
      else if (step.kind === 'filter') add(step.otherwise);
    },
  });
  return [...ends.values()];
}
