import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { Finding } from './finding.ts';
import type { Question } from './question.ts';
import { answerReach } from './reach.ts';
import { answerService } from './service.ts';

/** How hard to try. */
export interface Effort {
  /** Z3's `rlimit` a query; none by default. */
  readonly budget?: number;
}

/**
 * Answers a question: yes or no with a packet that the evaluator has replayed or with a proof whose corners it has
 * walked, or unknown with what is missing.
 * @throws InternalError where the evaluator and the engine disagree
 */
export async function answer(
  question: Question,
  network: Network,
  engine: Engine,
  effort: Effort = {},
): Promise<Finding> {
  const began = performance.now();
  const finding =
    question.kind === 'reach'
      ? await answerReach(question, network, engine, effort.budget)
      : await answerService(question, network, engine, effort.budget);
  return { ...finding, ms: Math.round(performance.now() - began) };
}
