import { shifted } from '../../ir/bounds.ts';
import { asWide, bitAnd, bitXor } from '../../packet/bits.ts';
import {
  each,
  intersect,
  isEmpty,
  only,
  type Range,
  type Ranges,
  ranges,
  same as sameRanges,
  size,
} from '../../packet/ranges.ts';
import { minus, next, plus, previous, type Scalar, top } from '../../packet/scalar.ts';
import type { Bits, Formula, Store } from './term.ts';

/** A conjunction inside a conjunction is taken apart if it has at most this many parts. */
const FEW_PARTS = 16;
/** A question about a choice is asked of each alternative if there are at most this many. */
const FEW_LEAVES = 16;
/** Values of at most this many are computed one by one. */
const FEW_VALUES = 256;

type Kind<K extends Formula['kind']> = Extract<Formula, { kind: K }>;

export const constant = (store: Store, value: boolean): Formula => (value ? store.true : store.false);

export function not(store: Store, of: Formula): Formula {
  if (of.kind === 'constant') return constant(store, !of.value);
  if (of.kind === 'not') return of.of;
  if (of.kind === 'in') return inRanges(store, of.of, outside(of.of.values, of.ranges));
  return store.intern<Kind<'not'>>(`!${of.id}`, () => ({ kind: 'not', of }));
}

/** What is in the first set and not in the second. */
function outside(all: Ranges<Scalar>, but: Ranges<Scalar>): Ranges<Scalar> {
  const gaps: Range<Scalar>[] = [];
  const highest = all.at(-1)?.[1] ?? 0;
  let from = all[0]?.[0] ?? 0;
  for (const [low, high] of but) {
    if (low > from) gaps.push([from, previous(low)]);
    if (high >= from) from = next(high);
  }
  return intersect(all, from > highest ? gaps : [...gaps, [from, highest]]);
}

export function and(store: Store, of: readonly Formula[]): Formula {
  const kept = conjuncts(store, of);
  if (kept === undefined) return store.false;
  if (kept.length < 2) return kept[0] ?? store.true;
  return store.intern<Kind<'and'>>(`&${kept.map(({ id }) => id).join()}`, () => ({ kind: 'and', of: kept }));
}

export const or = (store: Store, of: readonly Formula[]): Formula =>
  not(
    store,
    and(
      store,
      of.map((part) => not(store, part)),
    ),
  );

/** The parts, each once, those about one number put together; nothing if they can't all hold. */
function conjuncts(store: Store, of: readonly Formula[]): Formula[] | undefined {
  const about = new Map<Bits, Ranges<Scalar>>();
  const others = new Set<Formula>();
  for (const part of of.flatMap((part) => (part.kind === 'and' && part.of.length <= FEW_PARTS ? part.of : [part]))) {
    if (part === store.false) return undefined;
    if (part.kind === 'in') about.set(part.of, intersect(about.get(part.of) ?? part.of.values, part.ranges));
    else if (part !== store.true) others.add(part);
  }
  for (const part of others) if (part.kind === 'not' && others.has(part.of)) return undefined;
  const parts = [...[...about].map(([bits, ranges]) => inRanges(store, bits, ranges)), ...others];
  return parts.includes(store.false)
    ? undefined
    : parts.filter((part) => part !== store.true).sort((a, b) => a.id - b.id);
}

export function iff(store: Store, when: Formula, then: Formula, otherwise: Formula): Formula {
  if (when.kind === 'constant') return when.value ? then : otherwise;
  if (then === otherwise) return then;
  if (when.kind === 'not') return iff(store, when.of, otherwise, then);
  if (then.kind === 'constant')
    return then.value ? or(store, [when, otherwise]) : and(store, [not(store, when), otherwise]);
  if (otherwise.kind === 'constant')
    return otherwise.value ? or(store, [not(store, when), then]) : and(store, [when, then]);
  return store.intern<Kind<'if'>>(`?${when.id},${then.id},${otherwise.id}`, () => ({
    kind: 'if',
    when,
    then,
    otherwise,
  }));
}

export const exclusiveOr = (store: Store, a: Formula, b: Formula): Formula => iff(store, a, not(store, b), b);

/** The value lies in the ranges. Asked of what the value is made from where that can be said with ranges. */
export function inRanges(store: Store, of: Bits, wanted: Ranges<Scalar>): Formula {
  const possible = intersect(of.values, wanted);
  if (isEmpty(possible)) return store.false;
  if (sameRanges(possible, of.values)) return store.true;
  return (
    ofParts(store, of, possible) ??
    store.intern<Kind<'in'>>(`i${of.id}:${possible.join(';')}`, () => ({ kind: 'in', of, ranges: possible }))
  );
}

function ofParts(store: Store, of: Bits, wanted: Ranges<Scalar>): Formula | undefined {
  switch (of.kind) {
    case 'number':
    case 'variable':
      return undefined;
    case 'choose':
      return of.leaves > FEW_LEAVES
        ? undefined
        : iff(store, of.when, inRanges(store, of.then, wanted), inRanges(store, of.otherwise, wanted));
    case 'plus':
      return inRanges(store, of.of, shifted(wanted, minus(minus(of.by, of.by), of.by), of.width));
    case 'mask': {
      const free = minus(top(of.width), of.mask);
      if (isPower(next(free))) return inRanges(store, of.of, ranges(wanted.flatMap((range) => aligned(range, free))));
      return preimage(store, of.of, (value) => bitAnd(value, of.mask), wanted);
    }
    case 'xor':
      if (of.b.kind !== 'number') return undefined;
      return overSingles(store, of.a, of.b.value, wanted) ?? preimage(store, of.a, xorWith(of.b.value), wanted);
    case 'resize':
      if (of.of.width < of.width || (of.of.values.at(-1) as Range<Scalar>)[1] <= top(of.width))
        return inRanges(store, of.of, within(wanted, of.of.width));
      return preimage(store, of.of, (value) => asWide(value, of.width), wanted);
  }
}

/** Of a wider number's values those that a narrower one can have, in its kind. */
const within = (wanted: Ranges<Scalar>, width: number): Ranges<Scalar> =>
  wanted
    .filter(([low]) => low <= top(width))
    .map(([low, high]) => [asWide(low, width), high > top(width) ? top(width) : asWide(high, width)]);

const xorWith = (constant: Scalar) => (value: Scalar) => bitXor(value, constant);
const isPower = (value: Scalar): boolean => /^10*$/.test(value.toString(2));

/** The numbers whose upper bits, the `free` lower ones cut off, lie in the range. */
function aligned([low, high]: Range<Scalar>, free: Scalar): readonly Range<Scalar>[] {
  const lower = (value: Scalar) => minus(value, bitAnd(value, free));
  const [from, to] = [lower(plus(low, free)), lower(high)];
  return from > to ? [] : [[from, plus(to, free)]];
}

/** For sets of a few single values: those values with the constant's bits turned. */
function overSingles(store: Store, of: Bits, turned: Scalar, wanted: Ranges<Scalar>): Formula | undefined {
  if (size(wanted) > FEW_VALUES) return undefined;
  return inRanges(
    store,
    of,
    ranges([...each(wanted)].map(xorWith(turned)).map((value): Range<Scalar> => [value, value])),
  );
}

function preimage(store: Store, of: Bits, to: (value: Scalar) => Scalar, wanted: Ranges<Scalar>): Formula | undefined {
  if (size(of.values) > FEW_VALUES) return undefined;
  const found = [...each(of.values)].filter((value) => intersect(only(to(value)), wanted).length > 0);
  return inRanges(store, of, ranges(found.map((value): Range<Scalar> => [value, value])));
}

/** Two numbers of one width are the same. @throws Error if their widths differ */
export function same(store: Store, a: Bits, b: Bits): Formula {
  if (a.width !== b.width) throw new Error(`numbers of ${a.width} and ${b.width} bits are compared`);
  if (a === b) return store.true;
  if (a.kind === 'number') return inRanges(store, b, only(a.value));
  if (b.kind === 'number') return inRanges(store, a, only(b.value));
  if (isEmpty(intersect(a.values, b.values))) return store.false;
  if (a.kind === 'choose' && a.leaves * b.leaves <= FEW_LEAVES)
    return iff(store, a.when, same(store, a.then, b), same(store, a.otherwise, b));
  if (b.kind === 'choose' && a.leaves * b.leaves <= FEW_LEAVES)
    return iff(store, b.when, same(store, a, b.then), same(store, a, b.otherwise));
  const [first, second] = a.id < b.id ? [a, b] : [b, a];
  return store.intern<Kind<'same'>>(`=${first.id},${second.id}`, () => ({ kind: 'same', a: first, b: second }));
}
