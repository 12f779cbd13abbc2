import { everything, intersect, only, type Range, type Ranges, ranges, single, size, union } from '../packet/ranges.ts';
import { bitAnd, bitXor, wrap } from './bits.ts';
import { fieldOf, type Slot, type Value, widthOf } from './program.ts';

/**
 * One value that a packet brings along or gets on its way, whatever it is: slots that hold the same quantity hold the
 * same value. `ranges` is what is known of it.
 */
export interface Quantity {
  readonly id: number;
  readonly ranges: Ranges;
}

/** Where each slot stands in the list of quantities, and how many quantities were made: shared, and only added to. */
interface Ledger {
  readonly places: Map<Slot, number>;
  made: number;
}

/**
 * The abstract domain with which lowering prunes: at one point of the path, what every slot can hold, and which slots
 * hold the same. It never excludes a value that a packet can have there.
 */
export interface Bounds {
  readonly ledger: Ledger;
  readonly quantities: readonly (Quantity | undefined)[];
  /** Unknown Booleans that this branch has decided, by their id. */
  readonly bits: ReadonlyMap<string, boolean>;
}

/** What a slot holds that nobody has set: every field starts as 0. */
const ZERO: Quantity = { id: 0, ranges: only(0) };

/** Up to so many values are looked at one by one. */
export const FEW = 256;

/** The bounds of packets with these inputs; every other field is 0. */
export function start(inputs: ReadonlyMap<Slot, Ranges>): Bounds {
  const ledger: Ledger = { places: new Map(), made: 0 };
  const quantities = [...inputs].map(([slot, possible]) => {
    placeOf(ledger, slot);
    return made(ledger, possible);
  });
  return { ledger, quantities, bits: new Map() };
}

function placeOf(ledger: Ledger, slot: Slot): number {
  const known = ledger.places.get(slot);
  if (known !== undefined) return known;
  ledger.places.set(slot, ledger.places.size);
  return ledger.places.size - 1;
}

const made = (ledger: Ledger, of: Ranges): Quantity => ({ id: ++ledger.made, ranges: of });

/** The quantity that a slot holds. */
export function quantityOf({ ledger, quantities }: Bounds, slot: Slot): Quantity {
  const place = ledger.places.get(slot);
  return (place === undefined ? undefined : quantities[place]) ?? ZERO;
}

/** What a slot can hold. */
export const valuesOf = (bounds: Bounds, slot: Slot): Ranges => quantityOf(bounds, slot).ranges;

/** A name for what is known of a slot's value: two slots of one name hold the same. */
export function nameOf(bounds: Bounds, slot: Slot): string {
  const { id, ranges: of } = quantityOf(bounds, slot);
  const value = single(of);
  return value === undefined ? `#${id}` : String(value);
}

/** Whether two slots hold the same value; `undefined` if that depends on the packet. */
export function sameValue(bounds: Bounds, a: Slot, b: Slot): boolean | undefined {
  const one = quantityOf(bounds, a);
  const other = quantityOf(bounds, b);
  if (one.id === other.id) return true;
  if (intersect(one.ranges, other.ranges).length === 0) return false;
  return single(one.ranges) !== undefined && single(other.ranges) !== undefined ? true : undefined;
}

/** After a `set` step: all values are read before any slot is written. */
export function assign(bounds: Bounds, slots: readonly { readonly slot: Slot; readonly value: Value }[]): Bounds {
  const quantities = [...bounds.quantities];
  for (const { slot, value } of slots) quantities[placeOf(bounds.ledger, slot)] = quantityFor(bounds, slot, value);
  return { ...bounds, quantities };
}

/** After a `forget` step. */
export function forget(bounds: Bounds, slot: Slot, possible: Ranges): Bounds {
  const quantities = [...bounds.quantities];
  quantities[placeOf(bounds.ledger, slot)] = made(bounds.ledger, possible);
  return { ...bounds, quantities };
}

function quantityFor(bounds: Bounds, slot: Slot, value: Value): Quantity {
  switch (value.kind) {
    case 'constant':
      return made(bounds.ledger, only(wrap(value.value, widthOf(slot))));
    case 'plus':
      return made(bounds.ledger, shifted(valuesOf(bounds, value.slot), value.by, slot));
    case 'bits':
      return copied(bounds, slot, value) ?? made(bounds.ledger, mixed(bounds, slot, value));
  }
}

type Bits = Extract<Value, { kind: 'bits' }>;

/** A plain copy holds the very same value. */
function copied(bounds: Bounds, slot: Slot, { terms, xor }: Bits): Quantity | undefined {
  const [only] = terms;
  if (only === undefined || terms.length > 1 || xor !== 0) return undefined;
  const whole = only.mask === undefined || only.mask === 2 ** widthOf(only.slot) - 1;
  return whole && widthOf(only.slot) <= widthOf(slot) ? quantityOf(bounds, only.slot) : undefined;
}

function mixed(bounds: Bounds, slot: Slot, { terms, xor }: Bits): Ranges {
  const parts = terms.map(({ slot: from, mask }) => ({
    values: valuesOf(bounds, from),
    mask: mask ?? 2 ** widthOf(from) - 1,
  }));
  const open = parts.filter(({ values }) => single(values) === undefined);
  const fixed = parts.filter(({ values }) => single(values) !== undefined);
  const base = fixed.reduce((sum, { values, mask }) => bitXor(sum, bitAnd(single(values) as number, mask)), xor);
  const [first, second] = open;
  if (first === undefined) return only(wrap(base, widthOf(slot)));
  if (second === undefined && size(first.values) <= FEW)
    return ranges(
      [...each(first.values)].map((value) => point(wrap(bitXor(bitAnd(value, first.mask), base), widthOf(slot)))),
    );
  return hull(
    open.map(({ mask }) => mask),
    base,
    slot,
  );
}

const point = (value: number): Range => [value, value];

/** Everything between the least and the greatest value that free bits under the masks can make of the base. */
function hull(masks: readonly number[], base: number, slot: Slot): Ranges {
  const full = 2 ** widthOf(slot) - 1;
  const free = bitAnd(
    masks.reduce((sum, mask) => bitXor(bitXor(sum, mask), bitAnd(sum, mask)), 0),
    full,
  );
  const low = bitAnd(bitAnd(base, full), bitXor(full, free));
  return [[low, low + free]];
}

function shifted(values: Ranges, by: number, slot: Slot): Ranges {
  const limit = 2 ** widthOf(slot);
  return ranges(
    values.flatMap(([low, high]): Range[] => {
      if (high - low + 1 >= limit) return [[0, limit - 1]];
      const from = wrap(low + by, widthOf(slot));
      const to = from + (high - low);
      return to < limit
        ? [[from, to]]
        : [
            [from, limit - 1],
            [0, to - limit],
          ];
    }),
  );
}

/** The values of a set, in ascending order. */
export function* each(set: Ranges): Iterable<number> {
  for (const [low, high] of set) for (let value = low; value <= high; value++) yield value;
}

/** What is known where several branches come together: what at least one of them leaves possible. */
export function join(of: readonly [Bounds, ...Bounds[]]): Bounds {
  const [head] = of;
  if (of.every((one) => one === head)) return head;
  const together = new Map<string, Quantity>();
  const quantities: (Quantity | undefined)[] = [];
  for (let place = 0; place < head.ledger.places.size; place++)
    quantities.push(
      joined(
        head.ledger,
        of.map((one) => one.quantities[place] ?? ZERO),
        together,
      ),
    );
  const bits = new Map([...head.bits].filter(([id, value]) => of.every((one) => one.bits.get(id) === value)));
  return { ledger: head.ledger, quantities, bits };
}

function joined(ledger: Ledger, parts: readonly Quantity[], together: Map<string, Quantity>): Quantity {
  const [head = ZERO] = parts;
  if (parts.every((part) => part === head)) return head;
  const ids = parts.every(({ id }) => id === head.id) ? String(head.id) : parts.map(({ id }) => id).join();
  const known = together.get(ids);
  if (known !== undefined) return known;
  const all = parts.map((part) => part.ranges).reduce(union);
  const quantity = ids.includes(',') ? made(ledger, all) : { id: head.id, ranges: all };
  together.set(ids, quantity);
  return quantity;
}

/** Replaces quantities wherever they are held, by their ids. */
export function replace(bounds: Bounds, ids: readonly number[], by: Quantity): Bounds {
  const quantities = bounds.quantities.map((one) => (ids.includes((one ?? ZERO).id) ? by : one));
  return { ...bounds, quantities };
}

/** Everything that the slot's field can hold. */
export const full = (slot: Slot): Ranges => everything(fieldOf(slot));
