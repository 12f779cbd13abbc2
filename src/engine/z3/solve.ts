import type { Slot } from '../../ir/program.ts';
import type { Family } from '../../packet/field.ts';
import type { Unknown } from '../../packet/place.ts';
import { isEmpty, type Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import type { Answer, Query } from '../engine.ts';
import { assign, type Values } from './assign.ts';
import { or } from './formula.ts';
import { sought } from './goal.ts';
import { mattering } from './matter.ts';
import type { Solver } from './module.ts';
import { ask, type Found, onlyInputs, refine, type Search } from './refine.ts';
import { natural } from './sight.ts';
import { type Formula, Store } from './term.ts';
import { inputsOf, inputVariable } from './variables.ts';

/** Z3's `rlimit` where the query names none. */
export const BUDGET = 100_000_000;

type End = Answer extends infer A ? (A extends Answer ? Omit<A, 'effort'> : never) : never;

/** Answers one query with a solver that nobody else uses meanwhile; `thorough`: by Z3 even what is easily seen. */
export async function solve(solver: Solver, query: Query, thorough = false): Promise<Answer> {
  const started = performance.now();
  const inputs = inputsOf(query.programs);
  const search: Search = {
    solver,
    store: new Store(familyOf(query)),
    inputs,
    rlimit: 0,
    budget: query.budget ?? BUDGET,
    thorough,
  };
  const end = [...inputs.values()].some(isEmpty) ? ({ kind: 'none' } as const) : await answer(search, query);
  return { ...end, effort: { rlimit: search.rlimit, ms: performance.now() - started } };
}

async function answer(search: Search, query: Query): Promise<End> {
  const { store } = search;
  const { goal, runsOut, packets } = sought(store, query, search.inputs);
  // a packet that runs out of a Program is looked for as well, so as not to be missed
  const found = await refine(search, or(store, [goal, runsOut]), packets);
  if (found.kind === 'none' || found.kind === 'gave up') return found;
  const values = found.kind === 'found' ? found.values : found.candidate.values;
  const open = await mustStop(search, runsOut, values);
  if (open !== undefined) return open;
  const inputs = packetOf(search.inputs, values);
  if (found.kind === 'found') return { kind: 'found', inputs };
  return { kind: 'depends', inputs, unknowns: await named(search, found) };
}

/** @throws Error if the packet comes to the end of a Program, whatever the unknowns must be for that */
async function mustStop(search: Search, runsOut: Formula, values: Values): Promise<End | undefined> {
  const verdict = await ask(search, [assign(search.store, runsOut, onlyInputs(values))]);
  if (verdict.kind === 'model') throw new Error('a program ends without a stop');
  return verdict.kind === 'none' ? undefined : { kind: 'gave up', reason: verdict.reason };
}

/** @throws Error if the Programs are about packets of different families */
function familyOf({ programs }: Query): Family {
  const [family = 4, other] = new Set(programs.map((program) => program.family ?? 4));
  if (other !== undefined) throw new Error('programs of two families in one query');
  return family;
}

const packetOf = (inputs: ReadonlyMap<Slot, Ranges<Scalar>>, values: Values): ReadonlyMap<Slot, Scalar> =>
  new Map(
    [...inputs].map(([slot, ranges]) => [slot, values.get(inputVariable(slot, ranges).name) ?? natural(slot, ranges)]),
  );

/** The unknowns that decide. @throws Error if a slot that nobody set is among them */
async function named(search: Search, found: Extract<Found, { kind: 'depends' }>): Promise<readonly Unknown[]> {
  const byId = new Map<string, Unknown>();
  for (const { role } of await mattering(search, found.candidate.left)) {
    if (role.kind === 'never set') throw new Error(`nobody set ${role.slot}`);
    if (role.kind === 'unknown') byId.set(role.unknown.id, role.unknown);
  }
  return [...byId.values()];
}
