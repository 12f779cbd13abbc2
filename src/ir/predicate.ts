import type { Unknown } from '../packet/place.ts';
import { everything, familyOf, intersect, isEmpty, only, type Ranges, same } from '../packet/ranges.ts';
import { type Scalar, top } from '../packet/scalar.ts';
import type { Case, Predicate, Slot } from './program.ts';
import { fieldOf, widthOf } from './program.ts';

export const TRUE: Predicate = { kind: 'true' };
export const FALSE: Predicate = { kind: 'false' };

/** The slot's value lies in the ranges (cut to what the slot can hold). */
export function inRanges(slot: Slot, ranges: Ranges<Scalar>): Predicate {
  const full: Ranges<Scalar> = everything(fieldOf(slot), familyOf(ranges));
  const possible = intersect(ranges, full);
  if (isEmpty(possible)) return FALSE;
  return same(possible, full) ? TRUE : { kind: 'in', slot, ranges: possible };
}

export const equals = (slot: Slot, value: Scalar): Predicate => inRanges(slot, only(value));

/** The slot's value under the mask lies in the ranges. */
export function masked(slot: Slot, mask: Scalar, ranges: Ranges<Scalar>): Predicate {
  if (mask === top(widthOf(slot, typeof mask === 'bigint' ? 6 : 4))) return inRanges(slot, ranges);
  if (!mask) return intersect(ranges, only(mask)).length > 0 ? TRUE : FALSE;
  return isEmpty(ranges) ? FALSE : { kind: 'in', slot, mask, ranges };
}

export const sameSlots = (a: Slot, b: Slot): Predicate => (a === b ? TRUE : { kind: 'same', a, b });
export const unknownBit = (unknown: Unknown): Predicate => ({ kind: 'unknown', unknown });

export function not(of: Predicate): Predicate {
  if (of.kind === 'true') return FALSE;
  if (of.kind === 'false') return TRUE;
  return of.kind === 'not' ? of.of : { kind: 'not', of };
}

export function all(...of: readonly Predicate[]): Predicate {
  const parts = of.flatMap((part) => (part.kind === 'all' ? part.of : part.kind === 'true' ? [] : [part]));
  if (parts.some((part) => part.kind === 'false')) return FALSE;
  return parts.length === 0 ? TRUE : parts.length === 1 ? (parts[0] as Predicate) : { kind: 'all', of: parts };
}

export function any(...of: readonly Predicate[]): Predicate {
  const parts = of.flatMap((part) => (part.kind === 'any' ? part.of : part.kind === 'false' ? [] : [part]));
  if (parts.some((part) => part.kind === 'true')) return TRUE;
  return parts.length === 0 ? FALSE : parts.length === 1 ? (parts[0] as Predicate) : { kind: 'any', of: parts };
}

/** The first case that applies decides. Cases that can't apply, and all behind one that always does, are left out. */
export function first(cases: readonly Case[], otherwise: Predicate): Predicate {
  const possible = cases.filter(({ when }) => when.kind !== 'false');
  const certain = possible.findIndex(({ when }) => when.kind === 'true');
  const kept = certain < 0 ? possible : possible.slice(0, certain);
  const rest = certain < 0 ? otherwise : (possible[certain] as Case).then;
  return kept.every(({ then }) => then === rest) ? rest : { kind: 'first', cases: kept, otherwise: rest };
}
