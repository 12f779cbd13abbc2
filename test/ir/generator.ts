import fc from 'fast-check';
import type { Predicate, Program, Slot, Step, Steps, Value } from '../../src/ir/program.ts';
import { fieldOf, widthOf } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import { type Field, maximum } from '../../src/packet/field.ts';
import { each, everything, intersect, type Range, type Ranges, ranges, size } from '../../src/packet/ranges.ts';
import type { Scalar } from '../../src/packet/scalar.ts';

/**
 * Random Programs over few slots of all widths, whose inputs and forgotten slots have few values each, so that all packets
 * and all values of the unknowns can be tried one by one. Every kind of predicate, value and step occurs.
 */
export const SLOTS = [
  'fragment',
  'ctState',
  'ttl',
  'sport',
  'dport',
  'src',
  'dst',
  'macSrc',
  'dport@a/0',
  'src@a',
  'macSrc@b/1',
] as const satisfies readonly Slot[];

const ENDS = ['a', 'b', 'c', 'd'] as const;
const end = (reason: string): Disposition => ({
  request: { kind: 'none', reason },
  reply: { kind: 'none', reason: '' },
});
const DISPOSITIONS = ENDS.map(end);

/** The letter of a disposition that these Programs end with. */
export const letter = ({ request }: Disposition): string => (request.kind === 'none' ? request.reason : '?');

/** Corners of every width, and a few values that several slots have in common. */
const corners = (field: Field): readonly number[] =>
  [0, 1, 2, 5, 63, 64, 80, 0x0a000001, 0x0a0000ff, 0xfedcba987654, maximum(field) - 1, maximum(field)].filter(
    (value) => value <= maximum(field),
  );

const slot = fc.constantFrom(...SLOTS);
const valueIn = (of: Slot): fc.Arbitrary<number> => fc.constantFrom(...corners(fieldOf(of)));
const rangeIn = (of: Slot): fc.Arbitrary<Range> =>
  fc.tuple(valueIn(of), valueIn(of)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const rangesIn = (of: Slot): fc.Arbitrary<Ranges> => fc.array(rangeIn(of), { maxLength: 3 }).map(ranges);

/** Up to three values, some of them neighbours. */
const fewValues = (of: Slot): fc.Arbitrary<Ranges> =>
  fc.oneof(
    fc
      .uniqueArray(valueIn(of), { minLength: 1, maxLength: 3 })
      .map((values) => ranges(values.map((value): Range => [value, value]))),
    valueIn(of).map((low) => intersect([[low, low + 2]], everything(fieldOf(of)))),
  );

const unknown = fc.constantFrom('limit', 'recent').map((id) => ({ id, reason: 'for the test' }));

const predicates = fc.letrec<{ predicate: Predicate }>((tie) => ({
  predicate: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'predicate' },
    slot.chain((slot) => rangesIn(slot).map((ranges): Predicate => ({ kind: 'in', slot, ranges }))),
    slot.chain((slot) =>
      fc.tuple(valueIn(slot), rangesIn(slot)).map(([mask, ranges]): Predicate => ({ kind: 'in', slot, mask, ranges })),
    ),
    fc
      .tuple(slot, slot)
      .map(
        ([a, b]): Predicate =>
          widthOf(a) === widthOf(b) ? { kind: 'same', a, b } : { kind: 'same', a: 'sport', b: 'dport' },
      ),
    unknown.map((unknown): Predicate => ({ kind: 'unknown', unknown })),
    fc.constantFrom<Predicate>({ kind: 'true' }, { kind: 'false' }),
    tie('predicate').map((of): Predicate => ({ kind: 'not', of })),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of): Predicate => ({ kind: 'all', of })),
    fc.array(tie('predicate'), { maxLength: 3 }).map((of): Predicate => ({ kind: 'any', of })),
    fc.record({
      kind: fc.constant('first' as const),
      cases: fc.array(fc.record({ when: tie('predicate'), then: tie('predicate') }), { maxLength: 3 }),
      otherwise: tie('predicate'),
    }),
  ),
}));

/** Any predicate; it may look at slots that a Program has not set ({@link program} mends that). */
export const predicate: fc.Arbitrary<Predicate> = predicates.predicate;

const term = slot.chain((slot) =>
  widthOf(slot) > 32
    ? fc.constant({ slot })
    : fc.oneof(
        fc.constant({ slot }),
        valueIn(slot).map((mask) => ({ slot, mask })),
      ),
);
/** Any value, like {@link predicate}. */
export const value: fc.Arbitrary<Value> = fc.oneof(
  slot.chain(valueIn).map((value): Value => ({ kind: 'constant', value })),
  fc
    .tuple(fc.array(term, { maxLength: 3 }), slot.chain(valueIn))
    .map(([terms, xor]): Value => ({ kind: 'bits', terms, xor })),
  fc
    .tuple(slot, fc.constantFrom(-1, 1, 2, -64, 0x0a000000, 0xfedcba987654))
    .map(([slot, by]): Value => ({ kind: 'plus', slot, by })),
);

type Forgotten = { readonly slot: Slot; readonly ranges: Ranges };
const forgotten: fc.Arbitrary<Forgotten> = slot.chain((slot) => fewValues(slot).map((ranges) => ({ slot, ranges })));

const disposition = fc.constantFrom(...DISPOSITIONS);
const stepsOf = (pool: readonly Forgotten[]) =>
  fc.letrec<{ step: Step; steps: Steps }>((tie) => ({
    step: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'step' },
      fc.record({ kind: fc.constant('filter' as const), when: predicate, otherwise: disposition }),
      fc.record({
        kind: fc.constant('set' as const),
        slots: fc.array(fc.record({ slot, value }), { minLength: 1, maxLength: 3 }),
      }),
      fc.constantFrom(...pool).map(
        ({ slot, ranges }): Step => ({
          kind: 'forget',
          slot,
          ranges,
          unknown: { id: `${slot} of ${ranges.join(';')}`, reason: 'for the test' },
        }),
      ),
      fc.record({ kind: fc.constant('stop' as const), disposition }),
      fc.record({
        kind: fc.constant('branch' as const),
        arms: fc.array(fc.record({ when: predicate, then: tie('steps') }), { maxLength: 3 }),
        otherwise: tie('steps'),
      }),
      fc.record({ kind: fc.constant('copies' as const), of: fc.array(tie('steps'), { maxLength: 3 }) }),
    ),
    steps: fc.array(tie('step'), { maxLength: 4, depthIdentifier: 'step' }),
  })).steps;

const inputs = fc
  .uniqueArray(slot, { minLength: 1, maxLength: 4 })
  .chain((slots) => fc.tuple(...slots.map((slot) => fewValues(slot).map((ranges) => [slot, ranges] as const))))
  .map((list) => new Map<Slot, Ranges>(list));

/** A Program that sets what it reads and always stops. */
export const program: fc.Arbitrary<Program> = fc
  .tuple(inputs, fc.array(forgotten, { minLength: 1, maxLength: 2 }))
  .chain(([inputs, pool]) =>
    stepsOf(pool).map(
      (steps): Program => ({ inputs, assumptions: [], steps: mend(steps, new Set(inputs.keys()), true) }),
    ),
  );

/** The steps with fields read in place of names that are not set, and a stop at the end of what would go on where nothing follows. */
function mend(steps: Steps, set: Set<Slot>, last: boolean): Steps {
  const mended: Step[] = [];
  for (const step of steps) {
    mended.push(mendStep(step, set));
    if (step.kind === 'stop' || step.kind === 'copies') return mended;
  }
  return last
    ? [...mended, { kind: 'stop', disposition: DISPOSITIONS[steps.length % ENDS.length] as Disposition }]
    : mended;
}

function mendStep(step: Step, set: Set<Slot>): Step {
  const read = (slot: Slot): Slot => (set.has(slot) ? slot : fieldOf(slot));
  switch (step.kind) {
    case 'stop':
      return step;
    case 'filter':
      return { ...step, when: mendPredicate(step.when, read) };
    case 'set': {
      const slots = step.slots.map(({ slot, value }) => ({ slot, value: mendValue(value, read) }));
      for (const { slot } of slots) set.add(slot);
      return { ...step, slots };
    }
    case 'forget':
      set.add(step.slot);
      return step;
    case 'branch': {
      const lists = [...step.arms.map(({ then }) => then), step.otherwise].map((steps) => {
        const own = new Set(set);
        return { steps: mend(steps, own, false), own };
      });
      const arms = step.arms.map(({ when }, i) => ({
        when: mendPredicate(when, read),
        then: lists[i]?.steps as Steps,
      }));
      for (const slot of SLOTS) if (lists.every(({ own }) => own.has(slot))) set.add(slot);
      return { ...step, arms, otherwise: lists.at(-1)?.steps as Steps };
    }
    case 'copies':
      return { ...step, of: step.of.map((copy) => mend(copy, new Set(set), true)) };
  }
}

function mendValue(value: Value, read: (slot: Slot) => Slot): Value {
  if (value.kind === 'constant') return value;
  if (value.kind === 'plus') return { ...value, slot: read(value.slot) };
  return { ...value, terms: value.terms.map((term) => ({ ...term, slot: read(term.slot) })) };
}

function mendPredicate(of: Predicate, read: (slot: Slot) => Slot): Predicate {
  const mended = (part: Predicate) => mendPredicate(part, read);
  switch (of.kind) {
    case 'true':
    case 'false':
    case 'unknown':
      return of;
    case 'in':
      return { ...of, slot: read(of.slot) };
    case 'same':
      return { ...of, a: read(of.a), b: read(of.b) };
    case 'not':
      return { ...of, of: mended(of.of) };
    case 'all':
    case 'any':
      return { ...of, of: of.of.map(mended) };
    case 'first':
      return {
        ...of,
        cases: of.cases.map(({ when, then }) => ({ when: mended(when), then: mended(then) })),
        otherwise: mended(of.otherwise),
      };
  }
}

/** Every combination of one value each. @throws Error if there are more than `most` */
export function combinations<K>(of: ReadonlyMap<K, Ranges<Scalar>>, most = 10_000): readonly ReadonlyMap<K, Scalar>[] {
  const count = [...of.values()].reduce((product, ranges) => product * size(ranges), 1);
  if (count > most) throw new Error(`${count} combinations`);
  let all: ReadonlyMap<K, Scalar>[] = [new Map()];
  for (const [key, ranges] of of)
    all = all.flatMap((one) => [...each(ranges)].map((value) => new Map([...one, [key, value]])));
  return all;
}

/** The unknowns in Programs by id, with the values that they may have. */
export function unknownsIn(programs: readonly Program[]): ReadonlyMap<string, Ranges> {
  const found = new Map<string, Ranges>();
  JSON.stringify(
    programs.map(({ steps }) => steps),
    (_, part: unknown) => {
      const { kind, unknown, ranges } = (part ?? {}) as { kind?: string; unknown?: { id: string }; ranges?: Ranges };
      if (unknown !== undefined) found.set(unknown.id, kind === 'forget' ? (ranges as Ranges) : [[0, 1]]);
      return part;
    },
  );
  return found;
}
