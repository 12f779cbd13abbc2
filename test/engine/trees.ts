import fc from 'fast-check';
import { choose, mask, number, plus, resize, variable, xor } from '../../src/engine/z3/bits.ts';
import { firstBits, firstFormula } from '../../src/engine/z3/first.ts';
import { and, iff, inRanges, not, or, same } from '../../src/engine/z3/formula.ts';
import type { Bits, Formula, Store, Variable } from '../../src/engine/z3/term.ts';
import { contains, type Range, type Ranges, ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { combinations } from '../ir/generator.ts';

/** Formulas and numbers as plain trees of BigInts: what terms must mean. */
export type Tree =
  | { op: 'number'; width: number; value: number }
  | { op: 'variable'; width: number; of: Variable }
  | { op: 'choose'; width: number; when: Test; a: Tree; b: Tree }
  | { op: 'mask' | 'plus'; width: number; a: Tree; by: number }
  | { op: 'xor'; width: number; a: Tree; b: Tree }
  | { op: 'resize'; width: number; a: Tree }
  | { op: 'first'; width: number; cases: readonly { when: Test; value: Tree }[]; b: Tree };
export type Test =
  | { op: 'in'; a: Tree; ranges: Ranges }
  | { op: 'same'; a: Tree; b: Tree }
  | { op: 'not'; of: Test }
  | { op: 'and' | 'or'; all: readonly Test[] }
  | { op: 'if'; when: Test; then: Test; otherwise: Test }
  | { op: 'cases'; cases: readonly { when: Test; value: Test }[]; otherwise: Test };

export const WIDTHS = [1, 3, 8, 16, 32, 48];
export const cornersOf = (width: number) =>
  [0, 1, 2, 3, 7, 80, 0xf0, 0xff00, 0x0a000001, 0xfffff000, 0x800000000001]
    .filter((value) => value < 2 ** width)
    .concat([2 ** width - 1]);
const value = (width: number) => fc.constantFrom(...cornersOf(width));
export const someRanges = (width: number) =>
  fc
    .array(
      fc.tuple(value(width), value(width)).map(([a, b]): Range => [Math.min(a, b), Math.max(a, b)]),
      { maxLength: 3 },
    )
    .map(ranges);

const variables: readonly Variable[] = WIDTHS.flatMap((width, i): Variable[] => {
  const possible = [
    [0, Math.min(2, 2 ** width - 1)],
    [2 ** width - 2, 2 ** width - 1],
  ] as Range[];
  const of = (name: string, set: Ranges): Variable => ({
    name: `input ${name}`,
    width,
    ranges: set,
    role: { kind: 'twin' },
  });
  return [of(`narrow ${i}`, ranges(possible.slice(0, 1))), of(`wide ${i}`, ranges(possible))];
});

const wider = (width: number) => fc.constantFrom(...WIDTHS.filter((other) => other !== width));

function tree(width: number, depth: number): fc.Arbitrary<Tree> {
  const leaf = fc.oneof(
    value(width).map((value): Tree => ({ op: 'number', width, value })),
    fc.constantFrom(...variables.filter((of) => of.width === width)).map((of): Tree => ({ op: 'variable', width, of })),
  );
  if (depth === 0) return leaf;
  const inner = tree(width, depth - 1);
  return fc.oneof(
    leaf,
    fc.record({
      op: fc.constant('choose' as const),
      width: fc.constant(width),
      when: test(depth - 1),
      a: inner,
      b: inner,
    }),
    fc.record({
      op: fc.constantFrom('mask' as const, 'plus' as const),
      width: fc.constant(width),
      a: inner,
      by: value(width),
    }),
    fc.record({ op: fc.constant('xor' as const), width: fc.constant(width), a: inner, b: inner }),
    wider(width).chain((other) =>
      fc.record({ op: fc.constant('resize' as const), width: fc.constant(width), a: tree(other, depth - 1) }),
    ),
    fc.record({
      op: fc.constant('first' as const),
      width: fc.constant(width),
      cases: fc.array(fc.record({ when: test(depth - 1), value: inner }), { maxLength: 4 }),
      b: inner,
    }),
  );
}

export function test(depth: number): fc.Arbitrary<Test> {
  const leaf = fc
    .constantFrom(...WIDTHS)
    .chain((width) =>
      fc.oneof(
        fc.record({ op: fc.constant('in' as const), a: tree(width, depth), ranges: someRanges(width) }),
        fc.record({ op: fc.constant('same' as const), a: tree(width, depth), b: tree(width, depth) }),
      ),
    );
  if (depth === 0) return leaf;
  const inner = test(depth - 1);
  return fc.oneof(
    leaf,
    inner.map((of): Test => ({ op: 'not', of })),
    fc.record({ op: fc.constantFrom('and' as const, 'or' as const), all: fc.array(inner, { maxLength: 3 }) }),
    fc.record({ op: fc.constant('if' as const), when: inner, then: inner, otherwise: inner }),
    fc.record({
      op: fc.constant('cases' as const),
      cases: fc.array(fc.record({ when: inner, value: inner }), { maxLength: 4 }),
      otherwise: inner,
    }),
  );
}

/** One tree of each kind over `x`. */
export function operations(width: number, x: Tree): readonly Tree[] {
  const top: Test = { op: 'in', a: x, ranges: [[2 ** width - 1, 2 ** width - 1]] };
  const turned: Tree = { op: 'xor', width, a: x, b: { op: 'mask', width, a: x, by: 5 } };
  return [
    ...WIDTHS.filter((other) => other !== width).map((other): Tree => ({ op: 'resize', width: other, a: x })),
    turned,
    { op: 'mask', width, a: x, by: 0x5555_5555_5555 % 2 ** width },
    { op: 'plus', width, a: x, by: 3 % 2 ** width },
    { op: 'choose', width, when: top, a: turned, b: { op: 'plus', width, a: x, by: 1 } },
  ];
}

type Values = ReadonlyMap<string, Scalar>;

export function numberOf(tree: Tree, values: Values): bigint {
  const of = (part: Tree) => numberOf(part, values);
  const cut = (result: bigint) => BigInt.asUintN(tree.width, result);
  switch (tree.op) {
    case 'number':
      return BigInt(tree.value);
    case 'variable':
      return BigInt(values.get(tree.of.name) as number);
    case 'choose':
      return truthOf(tree.when, values) ? of(tree.a) : of(tree.b);
    case 'mask':
      return of(tree.a) & BigInt(tree.by);
    case 'plus':
      return cut(of(tree.a) + BigInt(tree.by));
    case 'xor':
      return of(tree.a) ^ of(tree.b);
    case 'resize':
      return cut(of(tree.a));
    case 'first':
      return of(tree.cases.find(({ when }) => truthOf(when, values))?.value ?? tree.b);
  }
}

export function truthOf(test: Test, values: Values): boolean {
  const of = (part: Test) => truthOf(part, values);
  switch (test.op) {
    case 'in':
      return contains(test.ranges, Number(numberOf(test.a, values)));
    case 'same':
      return numberOf(test.a, values) === numberOf(test.b, values);
    case 'not':
      return !of(test.of);
    case 'and':
      return test.all.every(of);
    case 'or':
      return test.all.some(of);
    case 'if':
      return of(test.when) ? of(test.then) : of(test.otherwise);
    case 'cases':
      return of(test.cases.find(({ when }) => of(when))?.value ?? test.otherwise);
  }
}

export function bits(store: Store, tree: Tree): Bits {
  const of = (part: Tree) => bits(store, part);
  switch (tree.op) {
    case 'number':
      return number(store, tree.value, tree.width);
    case 'variable':
      return variable(store, tree.of);
    case 'choose':
      return choose(store, formula(store, tree.when), of(tree.a), of(tree.b));
    case 'mask':
      return mask(store, of(tree.a), tree.by);
    case 'plus':
      return plus(store, of(tree.a), tree.by);
    case 'xor':
      return xor(store, of(tree.a), of(tree.b));
    case 'resize':
      return resize(store, of(tree.a), tree.width);
    case 'first':
      return firstBits(
        store,
        tree.cases.map(({ when, value }) => ({ when: formula(store, when), value: of(value) })),
        of(tree.b),
      );
  }
}

export function formula(store: Store, test: Test): Formula {
  const of = (part: Test) => formula(store, part);
  switch (test.op) {
    case 'in':
      return inRanges(store, bits(store, test.a), test.ranges);
    case 'same':
      return same(store, bits(store, test.a), bits(store, test.b));
    case 'not':
      return not(store, of(test.of));
    case 'and':
      return and(store, test.all.map(of));
    case 'or':
      return or(store, test.all.map(of));
    case 'if':
      return iff(store, of(test.when), of(test.then), of(test.otherwise));
    case 'cases':
      return firstFormula(
        store,
        test.cases.map(({ when, value }) => ({ when: of(when), value: of(value) })),
        of(test.otherwise),
      );
  }
}

/** All values of the variables that occur, or too many to try. */
export function assignments(test: Test): readonly Values[] {
  const found = new Map<string, Ranges<Scalar>>();
  JSON.stringify(test, (_, part: unknown) => {
    const { name, ranges } = (part ?? {}) as Partial<Variable>;
    if (name !== undefined && ranges !== undefined) found.set(name, ranges);
    return part;
  });
  fc.pre([...found.values()].reduce((product, set) => product * (set.length === 1 ? 3 : 5), 1) <= 250);
  return combinations(found);
}
