import { BOOLEAN } from '../../ir/interpret.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { fieldOf, widthOf } from '../../ir/program.ts';
import type { Unknown } from '../../packet/place.ts';
import { everything, intersect, isEmpty, type Ranges } from '../../packet/ranges.ts';
import type { Variable } from './term.ts';

export const inputVariable = (slot: Slot, ranges: Ranges): Variable => ({
  name: `input ${slot}`,
  width: widthOf(slot),
  ranges,
  role: { kind: 'input', slot },
});

export const unknownVariable = (unknown: Unknown): Variable => ({
  name: `unknown ${unknown.id}`,
  width: 1,
  ranges: BOOLEAN,
  role: { kind: 'unknown', unknown },
});

/**
 * What a `forget` puts into its slot. The same id with other ranges is another variable: that allows more, never less.
 * @throws Error if there is nothing to choose from
 */
export function forgottenVariable(slot: Slot, ranges: Ranges, unknown: Unknown): Variable {
  const possible = intersect(ranges, everything(fieldOf(slot)));
  if (isEmpty(possible)) throw new Error(`the unknown ${unknown.id} has no possible value`);
  const width = widthOf(slot);
  return {
    name: `unknown ${unknown.id} ${width} ${possible.join(';')}`,
    width,
    ranges: possible,
    role: { kind: 'unknown', unknown },
  };
}

export const neverSetVariable = (slot: Slot): Variable => ({
  name: `never set ${slot}`,
  width: widthOf(slot),
  ranges: everything(fieldOf(slot)),
  role: { kind: 'never set', slot },
});

/** What the inputs may be so that every Program that has them takes them. */
export function inputsOf(programs: readonly Program[]): ReadonlyMap<Slot, Ranges> {
  const inputs = new Map<Slot, Ranges>();
  for (const program of programs)
    for (const [slot, ranges] of program.inputs)
      inputs.set(slot, intersect(inputs.get(slot) ?? everything(fieldOf(slot)), ranges));
  return inputs;
}
