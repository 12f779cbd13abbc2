import type { Engine } from '../../src/engine/engine.ts';
import { explore } from '../../src/evaluate/explore.ts';
import type { Program } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import {
  ANSWERED,
  ask,
  comparable,
  DELIVERED,
  type End,
  endOfExchange,
  endsOfProgram,
  expected,
  isAnswered,
  isDelivered,
  type Runs,
} from './ends.ts';
import { probeOf, type Question } from './generate/probe.ts';

/** One question as the evaluator walks it and as a Program ends it, for every value of the unknowns. */
export interface Twins {
  readonly program: Program;
  readonly walked: ReadonlySet<End>;
  readonly complete: boolean;
  readonly run: Runs;
}

export const twinsOf = (network: Network, question: Question, n: number): Twins =>
  twinsAt(network, probeOf(question, n));

export function twinsAt(network: Network, { probe, start }: ReturnType<typeof probeOf>): Twins {
  const exchanges = explore(network, probe, start);
  const program = lower(network, probe);
  return {
    program,
    walked: new Set(exchanges.map(endOfExchange)),
    complete: exchanges.complete,
    run: endsOfProgram(program, start.packet),
  };
}

/** Where both sides saw every value of the unknowns, the same ends; else at least one in common. */
export function agree({ walked, complete, run }: Twins): boolean {
  const [a, b] = [comparable(walked), comparable(run.ends)];
  // a port that nat picks at random: the evaluator tries some, a Program may give up
  if (!complete && b.some((end) => end.includes('unknown'))) return true;
  return complete && run.complete ? a.join() === b.join() : a.some((end) => b.includes(end));
}

/** What an engine says of the packet, both polarities of both goals, and what the interpreter's ends come to. */
export async function engineOn(engine: Engine, { program, run: { ends } }: Twins) {
  return {
    said: {
      delivered: await ask(engine, program, DELIVERED),
      undelivered: await ask(engine, program, { kind: 'not', of: DELIVERED }),
      answered: await ask(engine, program, ANSWERED),
      unanswered: await ask(engine, program, { kind: 'not', of: ANSWERED }),
    },
    right: {
      delivered: expected(ends, isDelivered),
      undelivered: expected(ends, (end) => !isDelivered(end)),
      answered: expected(ends, isAnswered),
      unanswered: expected(ends, (end) => !isAnswered(end)),
    },
  };
}
