import { BOOLEAN } from '../../ir/interpret.ts';
import type { Program, Slot } from '../../ir/program.ts';
import { fieldOf, widthOf } from '../../ir/program.ts';
import type { Family } from '../../packet/field.ts';
import type { Unknown } from '../../packet/place.ts';
import { everything, familyOf, intersect, isEmpty, type Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import type { Variable } from './term.ts';

export const inputVariable = (slot: Slot, ranges: Ranges<Scalar>): Variable => ({
  name: `input ${slot}`,
  width: widthOf(slot, familyOf(ranges)),
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
export function forgottenVariable(slot: Slot, ranges: Ranges<Scalar>, unknown: Unknown): Variable {
  const family = familyOf(ranges);
  const possible = intersect(ranges, everything(fieldOf(slot), family));
  if (isEmpty(possible)) throw new Error(`the unknown ${unknown.id} has no possible value`);
  const width = widthOf(slot, family);
  return {
    name: `unknown ${unknown.id} ${width} ${possible.join(';')}`,
    width,
    ranges: possible,
    role: { kind: 'unknown', unknown },
  };
}

export const neverSetVariable = (slot: Slot, family: Family): Variable => ({
  name: `never set ${slot}`,
  width: widthOf(slot, family),
  ranges: everything(fieldOf(slot), family),
  role: { kind: 'never set', slot },
});

/** What the inputs may be so that every Program that has them takes them. */
export function inputsOf(programs: readonly Program[]): ReadonlyMap<Slot, Ranges<Scalar>> {
  const inputs = new Map<Slot, Ranges<Scalar>>();
  for (const program of programs)
    for (const [slot, ranges] of program.inputs) inputs.set(slot, intersect(inputs.get(slot) ?? ranges, ranges));
  return inputs;
}
