import { asWide, bitAnd, bitXor, wrap } from '../../packet/bits.ts';
import { contains } from '../../packet/ranges.ts';
import { isWide, type Scalar, scalar, plus as sum } from '../../packet/scalar.ts';
import { choose, mask, number, plus, resize, variable, xor } from './bits.ts';
import { and, iff, inRanges, not, same } from './formula.ts';
import { type Bits, type Formula, parts, type Store, type Term, type Variable } from './term.ts';

/** Values by the name of the variable. */
export type Values = ReadonlyMap<string, Scalar>;

/** The formula with other terms in place of variables; what follows from them is folded. */
export function replace(store: Store, formula: Formula, by: (variable: Variable) => Bits | undefined): Formula {
  const done = new Map<Term, Term>();
  for (const term of parts([formula]))
    done.set(
      term,
      rebuilt(store, term, (part) => done.get(part) as never, by),
    );
  return done.get(formula) as Formula;
}

/** The formula with numbers in place of variables. */
export const assign = (store: Store, formula: Formula, values: Values): Formula =>
  replace(store, formula, ({ name, width }) => {
    const value = values.get(name);
    return value === undefined ? undefined : number(store, value, width);
  });

type Of = <T extends Term>(part: T) => T extends Formula ? Formula : Bits;

function rebuilt(store: Store, term: Term, of: Of, by: (variable: Variable) => Bits | undefined): Term {
  switch (term.kind) {
    case 'constant':
    case 'number':
      return term;
    case 'variable':
      return by(term.variable) ?? variable(store, term.variable);
    case 'in':
      return inRanges(store, of(term.of), term.ranges);
    case 'same':
      return same(store, of(term.a), of(term.b));
    case 'not':
      return not(store, of(term.of));
    case 'and':
      return and(
        store,
        term.of.map((part) => of(part)),
      );
    case 'if':
      return iff(store, of(term.when), of(term.then), of(term.otherwise));
    case 'choose':
      return choose(store, of(term.when), of(term.then), of(term.otherwise));
    case 'mask':
      return mask(store, of(term.of), term.mask);
    case 'xor':
      return xor(store, of(term.a), of(term.b));
    case 'plus':
      return plus(store, of(term.of), term.by);
    case 'resize':
      return resize(store, of(term.of), term.width);
  }
}

/** A fast way to ask whether a formula holds for many values one after the other. Variables without a value are 0. */
export function judge(formula: Formula): (values: Values) => boolean {
  const order = parts([formula]);
  const wide = order.some((term) => 'width' in term && isWide(term.width));
  const results: Scalar[] | Float64Array = wide ? [] : new Float64Array(formula.id + 1);
  const of = (part: Term) => results[part.id] as Scalar;
  return (values) => {
    for (const term of order) (results as Scalar[])[term.id] = result(term, of, values);
    return of(formula) === 1;
  };
}

function result(term: Term, of: (part: Term) => Scalar, values: Values): Scalar {
  switch (term.kind) {
    case 'constant':
      return Number(term.value);
    case 'number':
      return term.value;
    case 'variable':
      return values.get(term.variable.name) ?? scalar(0, term.width);
    case 'in':
      return Number(contains(term.ranges, of(term.of)));
    case 'same':
      return Number(of(term.a) === of(term.b));
    case 'not':
      return of(term.of) === 1 ? 0 : 1;
    case 'and':
      return Number(term.of.every((part) => of(part) === 1));
    case 'if':
    case 'choose':
      return of(term.when) === 1 ? of(term.then) : of(term.otherwise);
    case 'mask':
      return bitAnd(of(term.of), term.mask);
    case 'xor':
      return bitXor(of(term.a), of(term.b));
    case 'plus':
      return wrap(sum(of(term.of), term.by), term.width);
    case 'resize':
      return asWide(of(term.of), term.width);
  }
}
