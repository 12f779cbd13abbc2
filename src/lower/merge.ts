import { type Bounds, join } from '../ir/bounds.ts';
import { assume } from '../ir/decide.ts';
import { not } from '../ir/predicate.ts';
import type { Arm, Predicate, Steps } from '../ir/program.ts';
import type { Origin } from '../packet/place.ts';
import { type Assignments, known, setting, type Walk, within } from './walk.ts';

/** Steps on one place, and the walk after them; no walk if no packet goes on. */
export interface Passage {
  readonly steps: Steps;
  readonly walk?: Walk;
}

export type Pass = (walk: Walk) => Passage;

export const stay: Pass = (walk) => ({ steps: [], walk });

/** A `set` step. */
export const write =
  (assignments: Assignments, origin?: Origin): Pass =>
  (walk) => {
    const [steps, next] = setting(walk, assignments, origin);
    return { steps, walk: next };
  };

/** One after the other. */
export function sequence(walk: Walk, ...parts: readonly Pass[]): Passage {
  const steps: Steps[] = [];
  let here: Walk | undefined = walk;
  for (const part of parts) {
    if (here === undefined) break;
    const passage: Passage = part(here);
    steps.push(passage.steps);
    here = passage.walk;
  }
  return { steps: steps.flat(), ...(here === undefined ? {} : { walk: here }) };
}

/** Up to this many arms, those behind know that the ones before did not apply. */
const REMEMBERED = 24;

/**
 * The first arm that applies, else `otherwise`, after which all of them go on together. Where the packet is and what
 * conntrack knows of it are the same on all arms: only slots differ.
 */
export function merge(
  walk: Walk,
  arms: readonly { readonly when: Predicate; readonly then: Pass }[],
  otherwise: Pass = stay,
): Passage {
  const made: Arm[] = [];
  const ends: Bounds[] = [];
  const add = ({ walk: after }: Passage): void => {
    if (after !== undefined) ends.push(after.bounds);
  };
  let rest: Bounds | undefined = walk.bounds;
  let last = otherwise;
  for (const { when, then } of arms) {
    const open = known(within(walk, rest), when);
    const inside = assume(rest, open);
    if (inside === undefined) continue;
    const outside: Bounds | undefined =
      made.length < REMEMBERED || open.kind === 'true' ? assume(rest, not(open)) : rest;
    if (outside === undefined) {
      rest = inside;
      last = then;
      break;
    }
    const passage = then(within(walk, inside));
    made.push({ when: open, then: passage.steps });
    add(passage);
    rest = outside;
  }
  const final = last(within(walk, rest));
  add(final);
  const steps: Steps = made.length === 0 ? final.steps : tidy(made, final.steps);
  const [head, ...tail] = ends;
  if (head === undefined) return { steps };
  // what an arm has set up beyond slots (a flow that nat has seen) is set up by none of the others
  return {
    steps,
    walk: { ...(made.length === 0 && final.walk !== undefined ? final.walk : walk), bounds: join([head, ...tail]) },
  };
}

/** A branch that does nothing whichever arm applies is none. */
const tidy = (arms: readonly Arm[], otherwise: Steps): Steps =>
  otherwise.length === 0 && arms.every(({ then }) => then.length === 0) ? [] : [{ kind: 'branch', arms, otherwise }];
