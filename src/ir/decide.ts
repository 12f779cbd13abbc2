import { bitAnd } from '../packet/bits.ts';
import {
  complement,
  contains,
  each,
  intersect,
  isEmpty,
  type Range,
  type Ranges,
  ranges,
  same,
  single,
  size,
} from '../packet/ranges.ts';
import { minus, plus, type Scalar } from '../packet/scalar.ts';
import { type Bounds, FEW, join, quantityOf, replace, sameValue, valuesOf } from './bounds.ts';
import { all, any, FALSE, first, not, TRUE } from './predicate.ts';
import { type Case, fieldOf, type Predicate } from './program.ts';

type In = Extract<Predicate, { kind: 'in' }>;

/** The predicate as far as the bounds leave it open: equal to it for every packet within the bounds. */
export function simplify(bounds: Bounds, of: Predicate): Predicate {
  switch (of.kind) {
    case 'true':
    case 'false':
      return of;
    case 'in':
      return truth(inside(bounds, of), of);
    case 'same':
      return truth(sameValue(bounds, of.a, of.b), of);
    case 'unknown':
      return truth(bounds.bits.get(of.unknown.id), of);
    case 'not':
      return not(simplify(bounds, of.of));
    case 'all':
      return all(...until(bounds, of.of, 'false'));
    case 'any':
      return any(...until(bounds, of.of, 'true'));
    case 'first':
      return simplifyFirst(bounds, of.cases, of.otherwise);
  }
}

const truth = (decided: boolean | undefined, open: Predicate): Predicate =>
  decided === undefined ? open : decided ? TRUE : FALSE;

/** The parts up to the one that decides. */
function until(bounds: Bounds, parts: readonly Predicate[], decisive: 'true' | 'false'): readonly Predicate[] {
  const simpler: Predicate[] = [];
  for (const part of parts) {
    const one = simplify(bounds, part);
    if (one.kind === decisive) return [one];
    simpler.push(one);
  }
  return simpler;
}

function simplifyFirst(bounds: Bounds, cases: readonly Case[], otherwise: Predicate): Predicate {
  const possible: Case[] = [];
  for (const one of cases) {
    const when = simplify(bounds, one.when);
    if (when.kind === 'false') continue;
    const then = simplify(bounds, one.then);
    if (when.kind === 'true') return first(possible, then);
    possible.push({ when, then });
  }
  return first(possible, simplify(bounds, otherwise));
}

function inside(bounds: Bounds, { slot, mask, ranges: wanted }: In): boolean | undefined {
  const values = valuesOf(bounds, slot);
  return relation(mask === undefined ? values : underMask(values, mask), wanted);
}

/** Whether all of these values are wanted, or none. */
function relation(values: Ranges<Scalar>, wanted: Ranges<Scalar>): boolean | undefined {
  const [low, high] = [values[0]?.[0], values.at(-1)?.[1]];
  if (low === undefined || high === undefined) return false;
  const [from, to] = [wanted[0]?.[0], wanted.at(-1)?.[1]];
  if (from === undefined || to === undefined || high < from || to < low) return false;
  const common = intersect(values, wanted);
  return isEmpty(common) ? false : same(common, values) ? true : undefined;
}

/** What values can be under a mask: exactly for a few, else from the bits that all of them share. */
function underMask(values: Ranges<Scalar>, mask: Scalar): Ranges<Scalar> {
  if (size(values) <= FEW) return ranges([...each(values)].map((value) => point(bitAnd(value, mask))));
  const [low, high] = [values[0]?.[0] ?? 0, values.at(-1)?.[1] ?? 0];
  const free = differing(low, high);
  const shared = minus(low, bitAnd(low, free));
  return [[bitAnd(shared, mask), plus(bitAnd(shared, mask), bitAnd(free, mask))]];
}

const point = (value: Scalar): Range<Scalar> => [value, value];

/** All bits from the highest in which the two are not the same. */
function differing(low: Scalar, high: Scalar): Scalar {
  if (typeof low === 'bigint') return (1n << BigInt((low ^ (high as bigint)).toString(2).length)) - 1n;
  let free = 1;
  while (Math.floor(low / free) !== Math.floor((high as number) / free)) free *= 2;
  return free - 1;
}

/** The bounds of the packets for which the predicate holds (perhaps of more); `undefined` if there is none. */
export function assume(bounds: Bounds, of: Predicate): Bounds | undefined {
  switch (of.kind) {
    case 'true':
      return bounds;
    case 'false':
      return undefined;
    case 'in':
      return narrow(bounds, of, of.mask === undefined ? of.ranges : fitting(bounds, of, true));
    case 'same':
      return unify(bounds, of);
    case 'unknown':
      return decideBit(bounds, of.unknown.id, true);
    case 'not':
      return refute(bounds, of.of);
    case 'all':
      return of.of.reduce<Bounds | undefined>((known, part) => known && assume(known, part), bounds);
    case 'any':
      return either(bounds, of.of);
    case 'first':
      return simplify(bounds, of).kind === 'false' ? undefined : bounds;
  }
}

/** The bounds of the packets for which the predicate does not hold (perhaps of more). */
function refute(bounds: Bounds, of: Predicate): Bounds | undefined {
  switch (of.kind) {
    case 'true':
      return undefined;
    case 'false':
      return bounds;
    case 'in':
      return narrow(
        bounds,
        of,
        of.mask === undefined ? complement(of.ranges, fieldOf(of.slot)) : fitting(bounds, of, false),
      );
    case 'same':
      return differ(bounds, of);
    case 'unknown':
      return decideBit(bounds, of.unknown.id, false);
    case 'not':
      return assume(bounds, of.of);
    case 'all':
      return either(bounds, of.of.map(not));
    case 'any':
      return of.of.reduce<Bounds | undefined>((known, part) => known && refute(known, part), bounds);
    case 'first':
      return simplify(bounds, of).kind === 'true' ? undefined : bounds;
  }
}

function narrow(bounds: Bounds, { slot }: In, to: Ranges<Scalar>): Bounds | undefined {
  const { id, ranges: values } = quantityOf(bounds, slot);
  const left = intersect(values, to);
  if (isEmpty(left)) return undefined;
  return same(left, values) ? bounds : replace(bounds, [id], { id, ranges: left });
}

/** The values of a masked test's slot for which it comes out so, where they are few; else all of them. */
function fitting(bounds: Bounds, of: In, wanted: boolean): Ranges<Scalar> {
  const values = valuesOf(bounds, of.slot);
  if (size(values) > FEW) return inside(bounds, of) === !wanted ? [] : values;
  const fits = (value: Scalar): boolean =>
    contains(of.ranges, of.mask === undefined ? value : bitAnd(value, of.mask)) === wanted;
  return ranges([...each(values)].filter(fits).map(point));
}

function unify(bounds: Bounds, { a, b }: { readonly a: In['slot']; readonly b: In['slot'] }): Bounds | undefined {
  const [one, other] = [quantityOf(bounds, a), quantityOf(bounds, b)];
  if (one.id === other.id) return bounds;
  const common = intersect(one.ranges, other.ranges);
  return isEmpty(common)
    ? undefined
    : replace(bounds, [one.id, other.id], { id: Math.max(one.id, other.id), ranges: common });
}

function differ(bounds: Bounds, { a, b }: { readonly a: In['slot']; readonly b: In['slot'] }): Bounds | undefined {
  if (sameValue(bounds, a, b) === true) return undefined;
  const [one, other] = [single(valuesOf(bounds, a)), single(valuesOf(bounds, b))];
  if (one !== undefined) return refute(bounds, { kind: 'in', slot: b, ranges: [[one, one]] });
  return other === undefined ? bounds : refute(bounds, { kind: 'in', slot: a, ranges: [[other, other]] });
}

function decideBit(bounds: Bounds, id: string, value: boolean): Bounds | undefined {
  const known = bounds.bits.get(id);
  if (known !== undefined) return known === value ? bounds : undefined;
  return { ...bounds, bits: new Map([...bounds.bits, [id, value]]) };
}

/** Alternatives are looked into up to this many; more leave the bounds as they are. */
const ALTERNATIVES = 16;

function either(bounds: Bounds, parts: readonly Predicate[]): Bounds | undefined {
  if (parts.length > ALTERNATIVES) return bounds;
  const [head, ...rest] = parts.map((part) => assume(bounds, part)).filter((one) => one !== undefined);
  return head && join([head, ...rest]);
}
