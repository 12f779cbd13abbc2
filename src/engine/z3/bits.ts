import { shifted } from '../../ir/bounds.ts';
import { asWide, bitAnd, bitXor, wrap } from '../../packet/bits.ts';
import { each, type Range, type Ranges, ranges, single, size, union } from '../../packet/ranges.ts';
import { type Scalar, scalar, plus as sum, top } from '../../packet/scalar.ts';
import type { Bits, Formula, Store, Variable } from './term.ts';

/** Value sets with more ranges than this are rounded up to their hull. */
const MANY_RANGES = 64;
/** Value sets of at most this size are computed value by value. */
const FEW_VALUES = 256;

type Leaf<K extends Bits['kind']> = Extract<Bits, { kind: K }>;

const full = (width: number): Ranges<Scalar> => [[scalar(0, width), top(width)]];
const last = (set: Ranges<Scalar>): Range<Scalar> => set.at(-1) as Range<Scalar>;
const rounded = (set: Ranges<Scalar>): Ranges<Scalar> =>
  set.length <= MANY_RANGES ? set : [[(set[0] as Range<Scalar>)[0], last(set)[1]]];

export function number(store: Store, value: Scalar, width: number): Bits {
  return store.intern<Leaf<'number'>>(`n${width}:${value}`, () => ({
    kind: 'number',
    value,
    width,
    values: [[value, value]],
    leaves: 1,
  }));
}

export function variable(store: Store, of: Variable): Bits {
  const value = single(of.ranges);
  if (value !== undefined) return number(store, value, of.width);
  return store.intern<Leaf<'variable'>>(`v${of.name}`, () => ({
    kind: 'variable',
    variable: of,
    width: of.width,
    values: of.ranges,
    leaves: 1,
  }));
}

export function choose(store: Store, when: Formula, then: Bits, otherwise: Bits): Bits {
  if (when.kind === 'constant') return when.value ? then : otherwise;
  if (then === otherwise) return then;
  if (when.kind === 'not') return choose(store, when.of, otherwise, then);
  return store.intern<Leaf<'choose'>>(`c${when.id},${then.id},${otherwise.id}`, () => ({
    kind: 'choose',
    when,
    then,
    otherwise,
    width: then.width,
    values: rounded(union(then.values, otherwise.values)),
    leaves: then.leaves + otherwise.leaves,
  }));
}

export function mask(store: Store, of: Bits, bits: Scalar): Bits {
  const kept = asWide(bits, of.width);
  if (kept === top(of.width)) return of;
  if (!kept) return number(store, kept, of.width);
  const to = (value: Scalar) => bitAnd(value, kept);
  return (
    mapped(store, of, to) ??
    store.intern<Leaf<'mask'>>(`m${of.id},${kept}`, () => ({
      kind: 'mask',
      of,
      mask: kept,
      width: of.width,
      values: image(of, to) ?? [[scalar(0, of.width), kept]],
      leaves: of.leaves,
    }))
  );
}

export function xor(store: Store, a: Bits, b: Bits): Bits {
  if (a === b) return number(store, scalar(0, a.width), a.width);
  if (a.kind === 'number')
    return b.kind === 'number' ? number(store, bitXor(a.value, b.value), a.width) : xor(store, b, a);
  if (b.kind !== 'number')
    return exclusive(store, ...(a.id < b.id ? ([a, b] as const) : ([b, a] as const)), full(a.width));
  if (!b.value) return a;
  const to = (value: Scalar) => bitXor(value, b.value);
  return mapped(store, a, to) ?? exclusive(store, a, b, image(a, to) ?? full(a.width));
}

const exclusive = (store: Store, a: Bits, b: Bits, values: Ranges<Scalar>): Bits =>
  store.intern<Leaf<'xor'>>(`x${a.id},${b.id}`, () => ({
    kind: 'xor',
    a,
    b,
    width: a.width,
    values,
    leaves: a.leaves + b.leaves,
  }));

export function plus(store: Store, of: Bits, by: Scalar): Bits {
  const step = asWide(by, of.width);
  if (!step) return of;
  if (of.kind === 'plus') return plus(store, of.of, sum(of.by, step));
  return (
    mapped(store, of, (value) => wrap(sum(value, step), of.width)) ??
    store.intern<Leaf<'plus'>>(`p${of.id},${step}`, () => ({
      kind: 'plus',
      of,
      by: step,
      width: of.width,
      values: rounded(shifted(of.values, step, of.width)),
      leaves: of.leaves,
    }))
  );
}

export function resize(store: Store, of: Bits, width: number): Bits {
  if (of.width === width) return of;
  const to = (value: Scalar) => asWide(value, width);
  const fits = last(of.values)[1] <= top(width);
  return (
    mapped(store, of, to, width) ??
    store.intern<Leaf<'resize'>>(`r${of.id},${width}`, () => ({
      kind: 'resize',
      of,
      width,
      values: fits ? of.values.map(([low, high]) => [to(low), to(high)] as const) : (image(of, to) ?? full(width)),
      leaves: of.leaves,
    }))
  );
}

/** The function of a number is a number, and that of a choice between numbers a choice. */
function mapped(store: Store, of: Bits, to: (value: Scalar) => Scalar, width = of.width): Bits | undefined {
  if (of.kind === 'number') return number(store, to(of.value), width);
  if (of.kind !== 'choose' || of.then.kind !== 'number' || of.otherwise.kind !== 'number') return undefined;
  return choose(store, of.when, number(store, to(of.then.value), width), number(store, to(of.otherwise.value), width));
}

function image(of: Bits, to: (value: Scalar) => Scalar): Ranges<Scalar> | undefined {
  return size(of.values) > FEW_VALUES
    ? undefined
    : ranges([...each(of.values)].map(to).map((value): Range<Scalar> => [value, value]));
}
