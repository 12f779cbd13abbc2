import { type Exploration, explore } from '../evaluate/explore.ts';
import { interpret } from '../ir/interpret.ts';
import type { Program } from '../ir/program.ts';
import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import type { Probe } from '../packet/exchange.ts';
import type { Disposition } from '../packet/fate.ts';
import { InternalError } from './internal.ts';
import { endsOfExchange } from './outcome.ts';
import { type Inputs, startOf } from './start.ts';

/** How many combinations of unknowns the evaluator tries on one packet. */
const RUNS = { witness: 256, corner: 32 } as const;

/** One class of a question: what is asked of the evaluator and of the engine, side by side. */
export interface Case {
  readonly network: Network;
  readonly probe: Probe;
  readonly program: Program;
}

/** The evaluator's runs of one packet, one for every value of the unknowns that it meets; replies followed if wanted. */
export const replay = (
  { network, probe }: Case,
  inputs: Inputs,
  back: boolean,
  budget: number = RUNS.witness,
): Exploration => explore(network, { ...probe, back }, startOf(inputs), budget);

/** Whether one run shows what is looked for: `can`, some copy ends so; `always`, none does. */
export const shows = (run: Exchange, where: (end: Disposition) => boolean, quantifier: 'can' | 'always'): boolean =>
  endsOfExchange(run).some(where) === (quantifier === 'can');

/**
 * Walks a packet that the engine found. @throws InternalError if some run does not show it
 */
export function confirm(
  one: Case,
  inputs: Inputs,
  where: (end: Disposition) => boolean,
  quantifier: 'can' | 'always',
): readonly Exchange[] {
  const runs = replay(one, inputs, one.probe.back);
  for (const run of runs)
    if (!shows(run, where, quantifier))
      throw disagreement('the evaluator does not confirm a witness', one, inputs, run);
  return runs;
}

/**
 * Walks a corner of a class in which the engine found nothing. @throws InternalError if some run shows it after all
 */
export function refute(
  one: Case,
  inputs: Inputs,
  where: (end: Disposition) => boolean,
  quantifier: 'can' | 'always',
): readonly Exchange[] {
  const runs = replay(one, inputs, one.probe.back, RUNS.corner);
  for (const run of runs)
    if (shows(run, where, quantifier)) throw disagreement('the evaluator contradicts a proof', one, inputs, run);
  return runs;
}

const disagreement = (message: string, one: Case, inputs: Inputs, run: Exchange): InternalError =>
  new InternalError(message, run, programEnds(one, inputs, run));

/** What the Program does with the packet where the unknowns are as they were in that run. */
export function programEnds({ program }: Case, inputs: Inputs, run: Exchange): readonly Disposition[] {
  const values = new Map(run.met.map(({ unknown, value }) => [unknown.id, value]));
  return interpret(program, inputs, ({ id }, ranges) => values.get(id) ?? ranges[0]?.[0] ?? 0);
}
