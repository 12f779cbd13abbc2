import { fieldOf, type Program, type Slot } from '../ir/program.ts';
import { type Field, maximum } from '../packet/field.ts';
import { familyOf, type Ranges } from '../packet/ranges.ts';
import { compare, next, previous, type Scalar } from '../packet/scalar.ts';
import { visit } from './visit.ts';

/** For each field the values on both sides of every comparison that the Program makes with it, in ascending order. */
export function boundariesOf(program: Program): ReadonlyMap<Field, readonly Scalar[]> {
  const found = new Map<Field, Set<Scalar>>();
  const note = (slot: Slot, ranges: Ranges<Scalar>): void => {
    const field = fieldOf(slot);
    const values = found.get(field) ?? new Set();
    found.set(field, values);
    for (const [low, high] of ranges)
      for (const value of [previous(low), low, high, next(high)])
        if (value >= 0 && value <= maximum(field, familyOf(ranges))) values.add(value);
  };
  visit(program, {
    predicate: (one) => one.kind === 'in' && note(one.slot, one.ranges),
    step: (one) => {
      if (one.kind === 'forget') note(one.slot, one.ranges);
      // what nat writes may be compared with what the packet held
      else if (one.kind === 'set')
        for (const { slot, value } of one.slots)
          if (value.kind === 'constant') note(slot, [[value.value, value.value]]);
    },
  });
  return new Map([...found].map(([field, values]) => [field, [...values].sort(compare)]));
}
