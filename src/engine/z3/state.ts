import type { Slot, Value } from '../../ir/program.ts';
import { widthOf } from '../../ir/program.ts';
import { asWide } from '../../packet/bits.ts';
import type { Ranges } from '../../packet/ranges.ts';
import { type Scalar, scalar } from '../../packet/scalar.ts';
import { mask, number, plus, resize, variable, xor } from './bits.ts';
import { balanced, type Choice, firstBits } from './first.ts';
import type { Bits, Store } from './term.ts';
import { inputVariable, neverSetVariable } from './variables.ts';

/** What the slots hold, as terms. Never changed: what is set makes a new one. A slot that is not in it was not written yet. */
export type State = ReadonlyMap<Slot, Bits>;

export const start = (store: Store, inputs: ReadonlyMap<Slot, Ranges<Scalar>>, own: Iterable<Slot>): State =>
  new Map([...own].map((slot) => [slot, variable(store, inputVariable(slot, inputs.get(slot) as Ranges))]));

const zero = (store: Store, slot: Slot): Bits => {
  const width = widthOf(slot, store.family);
  return number(store, scalar(0, width), width);
};

/** A field that nobody set is 0; a name that nobody set is a mistake, if it is found to matter. */
export function read(store: Store, state: State, slot: Slot): Bits {
  return (
    state.get(slot) ?? (slot.includes('@') ? variable(store, neverSetVariable(slot, store.family)) : zero(store, slot))
  );
}

export function valueOf(store: Store, state: State, slot: Slot, value: Value): Bits {
  const width = widthOf(slot, store.family);
  const from = (slot: Slot) => read(store, state, slot);
  switch (value.kind) {
    case 'constant':
      return number(store, asWide(value.value, width), width);
    case 'bits': {
      const terms = value.terms.map(({ slot, mask: bits }) =>
        resize(store, bits === undefined ? from(slot) : mask(store, from(slot), bits), width),
      );
      return balanced([...terms, number(store, asWide(value.xor, width), width)], (a, b) => xor(store, a, b));
    }
    case 'plus':
      return plus(store, resize(store, from(value.slot), width), value.by);
  }
}

/** What the slots hold after the first choice that applies, or `otherwise`. */
export function merge(store: Store, before: State, choices: readonly Choice<State>[], otherwise: State): State {
  const changed = new Set<Slot>();
  for (const state of new Set([...choices.map(({ value }) => value), otherwise]))
    if (state !== before) for (const [slot, bits] of state) if (before.get(slot) !== bits) changed.add(slot);
  if (changed.size === 0) return before;
  const merged = new Map(before);
  for (const slot of changed) {
    const values = choices.map(({ when, value }) => ({ when, value: read(store, value, slot) }));
    merged.set(slot, firstBits(store, values, read(store, otherwise, slot)));
  }
  return merged;
}
