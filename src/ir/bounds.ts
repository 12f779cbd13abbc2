import { asWide, bitAnd, bitXor, wrap } from '../packet/bits.ts';
import { type Family, isAddressField } from '../packet/field.ts';
import {
  each,
  everything,
  intersect,
  only,
  type Range,
  type Ranges,
  ranges,
  single,
  size,
  union,
} from '../packet/ranges.ts';
import { minus, plus, type Scalar, scalar, top } from '../packet/scalar.ts';
import { fieldOf, type Slot, type Value, widthOf } from './program.ts';

/**
 * One value that a packet brings along or gets on its way, whatever it is: slots that hold the same quantity hold the
 * same value. `ranges` is what is known of it.
 */
export interface Quantity {
  readonly id: number;
  readonly ranges: Ranges<Scalar>;
}

/** Where each slot stands in the list of quantities, and how many quantities were made: shared, and only added to. */
interface Ledger {
  readonly family: Family;
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
const WIDE_ZERO: Quantity = { id: 0, ranges: only(0n) };

const zeroOf = ({ family }: Ledger, slot: Slot): Quantity =>
  family === 6 && isAddressField(fieldOf(slot)) ? WIDE_ZERO : ZERO;

/** Up to so many values are looked at one by one. */
export const FEW = 256;

/** The bounds of packets with these inputs; every other field is 0. */
export function start(inputs: ReadonlyMap<Slot, Ranges<Scalar>>, family: Family = 4): Bounds {
  const ledger: Ledger = { family, places: new Map(), made: 0 };
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

const made = (ledger: Ledger, of: Ranges<Scalar>): Quantity => ({ id: ++ledger.made, ranges: of });

/** The quantity that a slot holds. */
export function quantityOf({ ledger, quantities }: Bounds, slot: Slot): Quantity {
  const place = ledger.places.get(slot);
  return (place === undefined ? undefined : quantities[place]) ?? zeroOf(ledger, slot);
}

/** What a slot can hold. */
export const valuesOf = (bounds: Bounds, slot: Slot): Ranges<Scalar> => quantityOf(bounds, slot).ranges;

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
export function forget(bounds: Bounds, slot: Slot, possible: Ranges<Scalar>): Bounds {
  const quantities = [...bounds.quantities];
  quantities[placeOf(bounds.ledger, slot)] = made(bounds.ledger, possible);
  return { ...bounds, quantities };
}

function quantityFor(bounds: Bounds, slot: Slot, value: Value): Quantity {
  switch (value.kind) {
    case 'constant':
      return made(bounds.ledger, only(asWide(value.value, widthIn(bounds, slot))));
    case 'plus':
      return made(bounds.ledger, shifted(valuesOf(bounds, value.slot), value.by, widthIn(bounds, slot)));
    case 'bits':
      return copied(bounds, slot, value) ?? made(bounds.ledger, mixed(bounds, widthIn(bounds, slot), value));
  }
}

type Bits = Extract<Value, { kind: 'bits' }>;

/** A plain copy holds the very same value. */
function copied(bounds: Bounds, slot: Slot, { terms, xor }: Bits): Quantity | undefined {
  const [only] = terms;
  if (only === undefined || terms.length > 1 || Number(xor) !== 0) return undefined;
  const whole = only.mask === undefined || only.mask === top(widthIn(bounds, only.slot));
  return whole && widthIn(bounds, only.slot) <= widthIn(bounds, slot) ? quantityOf(bounds, only.slot) : undefined;
}

function mixed(bounds: Bounds, width: number, { terms, xor }: Bits): Ranges<Scalar> {
  const parts = terms.map(({ slot: from, mask }) => ({
    values: valuesOf(bounds, from),
    mask: mask ?? top(widthIn(bounds, from)),
  }));
  const cut = (value: Scalar): Scalar => asWide(value, width);
  const open = parts.filter(({ values }) => single(values) === undefined);
  const base = parts.reduce<Scalar>((sum, { values, mask }) => {
    const value = single(values);
    return value === undefined ? sum : bitXor(sum, cut(bitAnd(value, mask)));
  }, cut(xor));
  const [first, second] = open;
  if (first === undefined) return only(base);
  if (second === undefined && size(first.values) <= FEW)
    return ranges([...each(first.values)].map((value) => point(bitXor(cut(bitAnd(value, first.mask)), base))));
  return hull(
    open.map(({ mask }) => cut(mask)),
    base,
    width,
  );
}

const point = (value: Scalar): Range<Scalar> => [value, value];

/** Everything between the least and the greatest value that free bits under the masks can make of the base. */
function hull(masks: readonly Scalar[], base: Scalar, width: number): Ranges<Scalar> {
  const free = masks.reduce((sum, mask) => bitXor(bitXor(sum, mask), bitAnd(sum, mask)));
  const low = bitAnd(base, bitXor(top(width), free));
  return [[low, plus(low, free)]];
}

/** Every value plus `by`, modulo 2^width; the values may be wider. */
export function shifted(values: Ranges<Scalar>, by: Scalar, width: number): Ranges<Scalar> {
  const last = top(width);
  const step = asWide(by, width);
  return ranges(
    values.flatMap(([low, high]): Range<Scalar>[] => {
      if (minus(high, low) >= last) return [[scalar(0, width), last]];
      const from = wrap(plus(low, step), width);
      const to = plus(from, minus(high, low));
      return to <= last
        ? [[from, to]]
        : [
            [from, last],
            [scalar(0, width), wrap(to, width)],
          ];
    }),
  );
}

/** What is known where several branches come together: what at least one of them leaves possible. */
export function join(of: readonly [Bounds, ...Bounds[]]): Bounds {
  const [head] = of;
  if (of.every((one) => one === head)) return head;
  const together = new Map<string, Quantity>();
  const quantities: (Quantity | undefined)[] = [];
  for (const [slot, place] of head.ledger.places)
    quantities.push(
      joined(
        head.ledger,
        of.map((one) => one.quantities[place] ?? zeroOf(head.ledger, slot)),
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
  const quantities = bounds.quantities.map((one) => (ids.includes(one?.id ?? ZERO.id) ? by : one));
  return { ...bounds, quantities };
}

/** Everything that the slot's field can hold. */
export const full = (slot: Slot, family: Family = 4): Ranges<Scalar> => everything(fieldOf(slot), family);

const widthIn = ({ ledger }: Bounds, slot: Slot): number => widthOf(slot, ledger.family);
