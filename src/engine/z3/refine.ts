import type { Slot } from '../../ir/program.ts';
import type { Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import { assign, judge, type Values } from './assign.ts';
import { check, type Verdict } from './check.ts';
import { easily } from './easy.ts';
import { and, not } from './formula.ts';
import type { Solver } from './module.ts';
import { plain } from './sight.ts';
import { type Formula, type Store, type Variable, variablesOf } from './term.ts';

/** How many values of the unknowns are tried against the packets before giving up. */
const ROUNDS = 200;

/** One query's means: the solver and what it may still spend. */
export interface Search {
  readonly solver: Solver;
  readonly store: Store;
  readonly inputs: ReadonlyMap<Slot, Ranges<Scalar>>;
  rlimit: number;
  readonly budget: number;
  /** Asks Z3 even what is easy: the slow twin, for comparison. */
  readonly thorough?: boolean;
}

/** A packet with which the goal still depends on unknowns: `left` is what must hold of them. */
export interface Candidate {
  readonly values: Values;
  readonly left: Formula;
}

export type Found =
  | { readonly kind: 'found'; readonly values: Values }
  | { readonly kind: 'none' }
  | { readonly kind: 'depends'; readonly candidate: Candidate }
  | { readonly kind: 'gave up'; readonly reason: string };

const NONE: Verdict = { kind: 'none', rlimit: 0 };

/** Like `check`, with what is left of the budget; what Z3 finds must really be one. */
export async function ask(search: Search, formulas: readonly Formula[]): Promise<Verdict> {
  const asked = and(search.store, formulas);
  if (asked.kind === 'constant') return asked.value ? { kind: 'model', values: new Map(), rlimit: 0 } : NONE;
  const easy = search.thorough === true ? undefined : easily(asked);
  if (easy !== undefined) return easy === 'none' ? NONE : { kind: 'model', values: easy, rlimit: 0 };
  const left = search.budget - search.rlimit;
  if (left <= 0) return { kind: 'gave up', reason: 'the budget is spent', rlimit: 0 };
  const verdict = await check(await search.solver(), asked.kind === 'and' ? asked.of : [asked], left);
  search.rlimit += verdict.rlimit;
  if (verdict.kind === 'model' && !judge(asked)(verdict.values)) throw new Error('Z3 found a packet that is none');
  return verdict;
}

/**
 * Looks for a packet that meets the goal for all values of the unknowns, by refinement: a packet that meets it for some;
 * values of the unknowns for which it does not; a packet that meets it for those too; and so on.
 */
export async function refine(search: Search, goal: Formula, packets: Formula): Promise<Found> {
  const { store } = search;
  const unknowns = unknownsOf(goal);
  let demands: readonly Formula[] = [goal, packets];
  let best: Candidate | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const verdict = await ask(search, demands);
    if (verdict.kind === 'gave up') return verdict;
    if (verdict.kind === 'none') return best === undefined ? { kind: 'none' } : { kind: 'depends', candidate: best };
    const values = plain(store, search.inputs, demands, verdict.values);
    if (unknowns.length === 0) return { kind: 'found', values };
    const left = assign(store, goal, onlyInputs(values));
    const counter = await ask(search, [not(store, left)]);
    if (counter.kind === 'gave up') return counter;
    if (counter.kind === 'none') return { kind: 'found', values };
    best = simpler(best, { values, left });
    const against = unknowns.map(({ name, ranges }) => [name, counter.values.get(name) ?? lowest(ranges)] as const);
    const demand = assign(store, goal, new Map(against));
    demands = [...(round === 0 ? [packets] : demands), demand];
  }
  return { kind: 'gave up', reason: `no end after ${ROUNDS} values of the unknowns` };
}

const lowest = (ranges: Ranges<Scalar>): Scalar => ranges[0]?.[0] as Scalar;

export const onlyInputs = (values: Values): Values =>
  new Map([...values].filter(([name]) => name.startsWith('input ')));

export const unknownsOf = (formula: Formula): readonly Variable[] =>
  variablesOf([formula]).filter(({ role }) => role.kind !== 'input');

const simpler = (best: Candidate | undefined, other: Candidate): Candidate =>
  best === undefined || unknownsOf(other.left).length < unknownsOf(best.left).length ? other : best;
