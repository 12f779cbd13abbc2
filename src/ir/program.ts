import type { Disposition } from '../packet/fate.ts';
import { type Family, type Field, widthIn } from '../packet/field.ts';
import type { Assumption, Origin, Unknown } from '../packet/place.ts';
import type { Ranges } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';

/** A variable of a Program: a field of the packet in hand, or a field that was put aside under a name (`src@controller-1/0`). */
export type Slot = Field | `${Field}@${string}`;

/** The field whose width and meaning a slot has. */
export const fieldOf = (slot: Slot): Field => (slot.includes('@') ? slot.slice(0, slot.indexOf('@')) : slot) as Field;
export const widthOf = (slot: Slot, family: Family = 4): number => widthIn(fieldOf(slot), family);

/** A set of states. Built with the functions of `predicate.ts`, which fold constants and never nest needlessly. */
export type Predicate =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  /** The slot's value, masked first where a mask is given, lies in these ranges. */
  | { readonly kind: 'in'; readonly slot: Slot; readonly mask?: Scalar; readonly ranges: Ranges<Scalar> }
  /** Two slots of one width hold the same value. */
  | { readonly kind: 'same'; readonly a: Slot; readonly b: Slot }
  /** One free Boolean, the same wherever the same `id` occurs. */
  | { readonly kind: 'unknown'; readonly unknown: Unknown }
  | { readonly kind: 'not'; readonly of: Predicate }
  | { readonly kind: 'all'; readonly of: readonly Predicate[] }
  | { readonly kind: 'any'; readonly of: readonly Predicate[] }
  /** The first case that applies decides: a chain of rules. Engines build it as a balanced tree. */
  | { readonly kind: 'first'; readonly cases: readonly Case[]; readonly otherwise: Predicate };

export interface Case {
  readonly when: Predicate;
  readonly then: Predicate;
}

/** What a slot is set to. All arithmetic is modulo 2^width of the slot that is set. */
export type Value =
  | { readonly kind: 'constant'; readonly value: Scalar }
  /** The exclusive or of masked slots and a constant: copies, marks, netmap. A mask is as wide as its slot. */
  | {
      readonly kind: 'bits';
      readonly terms: readonly { readonly slot: Slot; readonly mask?: Scalar }[];
      readonly xor: Scalar;
    }
  | { readonly kind: 'plus'; readonly slot: Slot; readonly by: number };

export type Step =
  /** Packets outside `when` stop here with the disposition. */
  | { readonly kind: 'filter'; readonly when: Predicate; readonly otherwise: Disposition; readonly origin?: Origin }
  /** All values are read before any slot is written. */
  | {
      readonly kind: 'set';
      readonly slots: readonly { readonly slot: Slot; readonly value: Value }[];
      readonly origin?: Origin;
    }
  /** The slot gets a value that nobody knows, somewhere in the ranges (an address that the kernel picks by hash). */
  | { readonly kind: 'forget'; readonly slot: Slot; readonly ranges: Ranges<Scalar>; readonly unknown: Unknown }
  /** The first arm whose predicate holds, else `otherwise`; what does not stop in its arm goes on after the branch. */
  | { readonly kind: 'branch'; readonly arms: readonly Arm[]; readonly otherwise: Steps; readonly origin?: Origin }
  /** Every copy goes its own way, and none goes on after this step: a flooded frame. */
  | { readonly kind: 'copies'; readonly of: readonly Steps[] }
  | { readonly kind: 'stop'; readonly disposition: Disposition };

export type Steps = readonly Step[];

export interface Arm {
  readonly when: Predicate;
  readonly then: Steps;
}

/**
 * What happens to every packet of a class, as plain data. A packet that is copied ends in several dispositions; every
 * other packet, for every value of the unknowns, in exactly one.
 */
export interface Program {
  /** Of the packets; absent: 4. */
  readonly family?: Family;
  /** The slots that a packet brings along, with the values that it may have; every other `Field` starts as 0. */
  readonly inputs: ReadonlyMap<Slot, Ranges<Scalar>>;
  readonly steps: Steps;
  readonly assumptions: readonly Assumption[];
}
