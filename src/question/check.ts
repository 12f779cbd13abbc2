import type { Engine } from '../engine/engine.ts';
import type { Network } from '../network/network.ts';
import type { Place } from '../packet/place.ts';
import { answer, type Effort } from './answer.ts';
import type { Finding } from './finding.ts';
import type { Policy } from './policy.ts';

/** A policy with the answer to its question; whether it is met, violated or undecided follows from the two. */
export interface CheckedPolicy {
  readonly id: string;
  readonly expect: 'yes' | 'no';
  readonly why?: string;
  readonly place: Place;
  readonly finding: Finding;
}

/** Answers every policy in turn, each as soon as it is known. */
export async function* checkPolicies(
  policies: readonly Policy[],
  network: Network,
  engine: Engine,
  effort: Effort = {},
): AsyncGenerator<CheckedPolicy> {
  for (const { id, question, expect, why, place } of policies)
    yield {
      id,
      expect,
      ...(why === undefined ? {} : { why }),
      place,
      finding: await answer(question, network, engine, effort),
    };
}
