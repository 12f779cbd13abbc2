import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { assign, type Bounds, forget, join, nameOf, sameValue, start, valuesOf } from '../../src/ir/bounds.ts';
import { assume, simplify } from '../../src/ir/decide.ts';
import { interpret } from '../../src/ir/interpret.ts';
import { all, any, equals, first, inRanges, masked, not, sameSlots, unknownBit } from '../../src/ir/predicate.ts';
import { type Predicate, type Slot, type Value, widthOf } from '../../src/ir/program.ts';
import { bitAnd, bitXor, wrap } from '../../src/packet/bits.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import { contains, only, type Ranges, ranges } from '../../src/packet/ranges.ts';

const SLOTS = [
  'proto',
  'tos',
  'ttl',
  'mark',
  'src',
  'fragment',
  'tos@kept',
  'mark@kept',
] as const satisfies readonly Slot[];
type State = ReadonlyMap<Slot, number>;

const WIDE: ReadonlySet<Slot> = new Set(['mark', 'src', 'mark@kept']);
const slot = fc.constantFrom(...SLOTS);
const number = (of: Slot): fc.Arbitrary<number> => {
  const top = 2 ** widthOf(of) - 1;
  return fc.oneof(
    fc.constantFrom(0, 1, top),
    fc.integer({ min: 0, max: Math.min(top, 20) }),
    fc.integer({ min: 0, max: top }),
  );
};
const set = (of: Slot): fc.Arbitrary<Ranges> =>
  fc
    .array(fc.tuple(number(of), number(of)), { minLength: 1, maxLength: 3 })
    .map((list) => ranges(list.map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)));
const mask = (of: Slot): fc.Arbitrary<number> =>
  WIDE.has(of) ? fc.constantFrom(0xff, 0xffff0000, 0xffffffff, 1) : number(of);

const BITS = ['limit', 'recent'] as const;
const leaf: fc.Arbitrary<Predicate> = fc.oneof(
  slot.chain((of) => set(of).map((wanted) => inRanges(of, wanted))),
  slot.chain((of) => fc.tuple(mask(of), set(of)).map(([bits, wanted]) => masked(of, bits, wanted))),
  fc.constantFrom(
    sameSlots('tos', 'ttl'),
    sameSlots('mark', 'src'),
    sameSlots('tos', 'tos@kept'),
    sameSlots('mark', 'mark@kept'),
  ),
  fc.constantFrom(...BITS).map((id) => unknownBit({ id, reason: id })),
);
const { predicate } = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { depthSize: 'small' },
    leaf,
    tie('predicate').map(not),
    fc.array(tie('predicate'), { maxLength: 3 }).map((parts) => all(...parts)),
    fc.array(tie('predicate'), { maxLength: 3 }).map((parts) => any(...parts)),
    fc
      .tuple(
        fc.array(fc.record({ when: tie('predicate'), then: tie('predicate') }), { maxLength: 3 }),
        tie('predicate'),
      )
      .map(([cases, otherwise]) => first(cases, otherwise)),
  ),
}));

const sibling = (of: Slot): fc.Arbitrary<Slot> =>
  fc.constantFrom(...SLOTS.filter((one) => WIDE.has(one) === WIDE.has(of)));
const value = (of: Slot): fc.Arbitrary<Value> =>
  fc.oneof(
    number(of).map((constant): Value => ({ kind: 'constant', value: constant })),
    sibling(of).map((from): Value => ({ kind: 'bits', terms: [{ slot: from }], xor: 0 })),
    fc
      .tuple(sibling(of), mask(of), number(of))
      .map(([from, bits, xor]): Value => ({ kind: 'bits', terms: [{ slot: from, mask: bits }], xor })),
    fc
      .tuple(sibling(of), mask(of), sibling(of), number(of))
      .map(([a, bits, b, xor]): Value => ({ kind: 'bits', terms: [{ slot: a, mask: bits }, { slot: b }], xor })),
    fc
      .tuple(sibling(of), fc.constantFrom(-1, 1, -300, 7))
      .map(([from, by]): Value => ({ kind: 'plus', slot: from, by })),
  );

fc.configureGlobal({ numRuns: 500 });

type Op =
  | { readonly kind: 'assume'; readonly predicate: Predicate }
  | { readonly kind: 'set'; readonly slots: readonly { readonly slot: Slot; readonly value: Value }[] };
const op: fc.Arbitrary<Op> = fc.oneof(
  predicate.map((of): Op => ({ kind: 'assume', predicate: of })),
  fc
    .uniqueArray(slot, { minLength: 1, maxLength: 3 })
    .chain((slots) =>
      fc
        .tuple(...slots.map(value))
        .map(
          (values): Op => ({ kind: 'set', slots: slots.map((one, i) => ({ slot: one, value: values[i] as Value })) }),
        ),
    ),
);

const END: Disposition = { request: { kind: 'none', reason: 'yes' }, reply: { kind: 'none', reason: '' } };
const NO: Disposition = { request: { kind: 'none', reason: 'no' }, reply: { kind: 'none', reason: '' } };

/** The reference interpreter's answer. */
function holds(of: Predicate, state: State, bits: ReadonlyMap<string, boolean>): boolean {
  const inputs = new Map([...state].map(([one, held]) => [one, only(held)] as const));
  const steps = [
    { kind: 'filter', when: of, otherwise: NO },
    { kind: 'stop', disposition: END },
  ] as const;
  const [end] = interpret({ inputs, steps, assumptions: [] }, state, ({ id }) => (bits.get(id) === true ? 1 : 0));
  return end === END;
}

function valueOf(of: Value, to: Slot, state: State): number {
  const held = (one: Slot): number => state.get(one) ?? Number.NaN;
  switch (of.kind) {
    case 'constant':
      return wrap(Number(of.value), widthOf(to));
    case 'plus':
      return wrap(held(of.slot) + of.by, widthOf(to));
    case 'bits': {
      const parts = of.terms.map((term) => bitAnd(held(term.slot), Number(term.mask ?? 2 ** 48 - 1)));
      return wrap(parts.reduce<number>(bitXor, Number(of.xor)), widthOf(to));
    }
  }
}

/** Walks one packet and the bounds side by side; where an assumption does not hold, its opposite is assumed. */
function walk(
  bounds: Bounds,
  state: State,
  bits: ReadonlyMap<string, boolean>,
  ops: readonly Op[],
): readonly [Bounds, State] {
  let [known, here] = [bounds, state];
  for (const one of ops) {
    if (one.kind === 'set') {
      const values = one.slots.map(({ slot: to, value: of }) => [to, valueOf(of, to, here)] as const);
      known = assign(known, one.slots);
      here = new Map([...here, ...values]);
    } else {
      const so = assume(known, holds(one.predicate, here, bits) ? one.predicate : not(one.predicate));
      if (so === undefined) throw new Error('the bounds exclude what is there');
      known = so;
    }
  }
  return [known, here];
}

function expectWithin(bounds: Bounds, state: State): void {
  for (const one of SLOTS) {
    expect(contains(valuesOf(bounds, one), state.get(one) ?? -1)).toBe(true);
    for (const other of SLOTS) {
      const same = sameValue(bounds, one, other);
      if (same !== undefined) expect(state.get(one) === state.get(other)).toBe(same);
      if (nameOf(bounds, one) === nameOf(bounds, other)) expect(state.get(one) === state.get(other)).toBe(true);
    }
  }
}

const inputs = fc.tuple(...SLOTS.map(set)).chain((sets) =>
  fc.tuple(...sets.map((of) => fc.nat().map((n) => of[n % of.length]?.[n % 2] ?? 0))).map((values) => ({
    bounds: start(new Map(SLOTS.map((one, i) => [one, sets[i] as Ranges]))),
    state: new Map(SLOTS.map((one, i) => [one, values[i] as number])),
  })),
);
const bits = fc.tuple(fc.boolean(), fc.boolean()).map(
  ([a, b]) =>
    new Map([
      [BITS[0], a],
      [BITS[1], b],
    ]),
);
const ops = fc.array(op, { maxLength: 6 });

describe('the bounds of a path', () => {
  test.prop([inputs, bits, ops])('hold every packet that goes it', ({ bounds, state }, unknowns, path) => {
    const [known, here] = walk(bounds, state, unknowns, path);
    expectWithin(known, here);
  });

  test.prop([inputs, bits, ops, predicate])(
    'leave a simplified predicate as it was for them',
    ({ bounds, state }, unknowns, path, of) => {
      const [known, here] = walk(bounds, state, unknowns, path);
      expect(holds(simplify(known, of), here, unknowns)).toBe(holds(of, here, unknowns));
    },
  );

  test.prop([inputs, bits, ops, ops, fc.boolean()])(
    'hold the packets of both ways after these come together',
    ({ bounds, state }, unknowns, one, other, left) => {
      const ways = [walk(bounds, state, unknowns, one), walk(bounds, state, unknowns, other)] as const;
      const together = join([ways[0][0], ways[1][0]]);
      expectWithin(together, ways[left ? 0 : 1][1]);
    },
  );
});

describe('what is known', () => {
  const free = start(
    new Map([
      ['src', [[0, 2 ** 32 - 1]]],
      ['proto', [[0, 255]]],
    ] as const),
  );

  it('a copy holds the same, and what is learnt of one is known of the other', () => {
    const copied = assign(free, [{ slot: 'src@asked', value: { kind: 'bits', terms: [{ slot: 'src' }], xor: 0 } }]);
    expect(sameValue(copied, 'src', 'src@asked')).toBe(true);
    const learnt = assume(copied, equals('src@asked', 7));
    expect(learnt && valuesOf(learnt, 'src')).toEqual(only(7));
  });

  it('two packets of which one was translated are not the same afterwards', () => {
    const translated = assign(free, [{ slot: 'src', value: { kind: 'constant', value: 1 } }]);
    const kept = assign(free, [{ slot: 'src@asked', value: { kind: 'bits', terms: [{ slot: 'src' }], xor: 0 } }]);
    expect(sameValue(join([translated, kept]), 'src', 'src@asked')).toBeUndefined();
  });

  it('what nobody set is 0', () => expect(valuesOf(free, 'ctState')).toEqual(only(0)));

  it('a predicate that no packet meets has no bounds', () => {
    const tcp = assume(free, equals('proto', 6));
    expect(tcp && assume(tcp, equals('proto', 17))).toBeUndefined();
  });

  it('a forgotten slot is a value of its own', () => {
    const copied = assign(free, [{ slot: 'src@asked', value: { kind: 'bits', terms: [{ slot: 'src' }], xor: 0 } }]);
    const forgotten = forget(copied, 'src', [[1, 9]]);
    expect(valuesOf(forgotten, 'src')).toEqual([[1, 9]]);
    expect(sameValue(forgotten, 'src', 'src@asked')).toBeUndefined();
  });

  it('an unknown that a branch has decided stays so', () => {
    const limit = unknownBit({ id: 'limit', reason: 'limit' });
    const met = assume(free, limit);
    expect(met && simplify(met, limit).kind).toBe('true');
    expect(met && simplify(met, not(limit)).kind).toBe('false');
    expect(simplify(free, limit).kind).toBe('unknown');
  });
});
