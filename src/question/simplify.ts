import type { Disposition } from '../packet/fate.ts';
import { type Preferred, plainest } from './corners.ts';
import { type Case, replay, shows } from './replay.ts';
import type { Inputs } from './start.ts';

/**
 * A more ordinary packet that shows the same: the plainest of the class if it does, else the one found with every field
 * made plain that need not be as it is. Only the evaluator is asked, in all its runs.
 */
export function simplify(
  one: Case,
  found: Inputs,
  preferred: Preferred,
  where: (end: Disposition) => boolean,
  quantifier: 'can' | 'always',
): Inputs {
  const holds = (inputs: Inputs): boolean => {
    const runs = replay(one, inputs, one.probe.back);
    return runs.complete && runs.every((run) => shows(run, where, quantifier));
  };
  const plain = plainest(one.program, preferred);
  if (holds(plain)) return plain;
  let simplest = found;
  for (const [slot, value] of plain) {
    if (simplest.get(slot) === value) continue;
    const simpler = new Map([...simplest, [slot, value]]);
    if (holds(simpler)) simplest = simpler;
  }
  return simplest;
}
