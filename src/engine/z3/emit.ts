import type { Range, Ranges } from '../../packet/ranges.ts';
import { isWide, larger, next, previous, type Scalar, scalar, smaller, top } from '../../packet/scalar.ts';
import type { Context } from './context.ts';
import type { Handle } from './module.ts';
import { type Bits, type Formula, parts, type Term, type Variable } from './term.ts';

/** What was built in Z3: each variable's constant, to ask the model for. */
export interface Emitted {
  readonly assertions: readonly Handle[];
  readonly variables: ReadonlyMap<Variable, Handle>;
}

/** Builds the formulas, each part once, and what every variable in them may be. */
export function emit(context: Context, formulas: readonly Formula[]): Emitted {
  const build = new Build(context);
  const built = new Map<Term, Handle>();
  const variables = new Map<Variable, Handle>();
  const limits: Handle[] = [];
  for (const term of parts(formulas)) {
    const handle = build.term(term, (part) => built.get(part) as Handle);
    built.set(term, handle);
    if (term.kind !== 'variable') continue;
    variables.set(term.variable, handle);
    // the formulas were folded with this taken for granted
    limits.push(build.within(handle, term.width, [[scalar(0, term.width), top(term.width)]], term.variable.ranges));
  }
  return { assertions: [...limits, ...formulas.map((formula) => built.get(formula) as Handle)], variables };
}

class Build {
  readonly #context: Context;
  readonly #sorts = new Map<number, Handle>();
  #variables = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  term(term: Term, of: (part: Term) => Handle): Handle {
    const context = this.#context;
    switch (term.kind) {
      case 'constant':
        return context.call(term.value ? 'mk_true' : 'mk_false');
      case 'in':
        return this.within(of(term.of), term.of.width, term.of.values, term.ranges);
      case 'same':
        return context.call('mk_eq', of(term.a), of(term.b));
      case 'not':
        return context.call('mk_not', of(term.of));
      case 'and':
        return context.callList('mk_and', term.of.map(of));
      case 'if':
      case 'choose':
        return context.call('mk_ite', of(term.when), of(term.then), of(term.otherwise));
      case 'number':
        return this.#number(term.value, term.width);
      case 'variable':
        return context.call('mk_const', context.call('mk_int_symbol', this.#variables++), this.#sort(term.width));
      case 'mask':
        return context.call('mk_bvand', of(term.of), this.#number(term.mask, term.width));
      case 'xor':
        return context.call('mk_bvxor', of(term.a), of(term.b));
      case 'plus':
        return context.call('mk_bvadd', of(term.of), this.#number(term.by, term.width));
      case 'resize':
        return this.#resize(term.of, of(term.of), term.width);
    }
  }

  #resize(from: Bits, handle: Handle, width: number): Handle {
    if (width > from.width) return this.#context.call('mk_zero_ext', width - from.width, handle);
    return this.#context.call('mk_extract', width - 1, 0, handle);
  }

  /** That a number which is one of `possible` is one of `wanted`: comparisons only where the two part. */
  within(number: Handle, width: number, possible: Ranges<Scalar>, wanted: Ranges<Scalar>): Handle {
    const runs = runsOf(possible, wanted);
    const any = runs.map((run) => this.#withinRun(number, width, run));
    return any.length === 1 ? (any[0] as Handle) : this.#context.callList('mk_or', any);
  }

  #withinRun(number: Handle, width: number, { low, high }: Run): Handle {
    const context = this.#context;
    if (low !== undefined && low === high) return context.call('mk_eq', number, this.#number(low, width));
    const all: Handle[] = [];
    if (low !== undefined) all.push(context.call('mk_bvuge', number, this.#number(low, width)));
    if (high !== undefined) all.push(context.call('mk_bvule', number, this.#number(high, width)));
    return all.length === 0
      ? context.call('mk_true')
      : all.length === 1
        ? (all[0] as Handle)
        : context.callList('mk_and', all);
  }

  #number(value: Scalar, width: number): Handle {
    if (isWide(width)) return this.#context.callText('mk_numeral', String(value), this.#sort(width));
    return this.#context.call('mk_unsigned_int64', BigInt(value), this.#sort(width));
  }

  #sort(width: number): Handle {
    const sort = this.#sorts.get(width) ?? this.#context.call('mk_bv_sort', width);
    this.#sorts.set(width, sort);
    return sort;
  }
}

/** Neighbouring values that are all wanted; a side is absent where no possible value lies beyond it. */
interface Run {
  readonly low?: Scalar;
  readonly high?: Scalar;
}

/** The possible values as alternating runs of wanted and unwanted ones; of these the wanted. */
export function runsOf(possible: Ranges<Scalar>, wanted: Ranges<Scalar>): readonly Run[] {
  const pieces = cut(possible, wanted);
  const first = pieces[0]?.range[0];
  const last = pieces.at(-1)?.range[1];
  const runs: { range: [Scalar, Scalar]; wanted: boolean }[] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    if (run !== undefined && run.wanted === piece.wanted) run.range[1] = piece.range[1];
    else runs.push({ range: [...piece.range], wanted: piece.wanted });
  }
  return runs
    .filter((run) => run.wanted)
    .map(({ range: [low, high] }) => ({
      ...(low === first && low !== high ? {} : { low }),
      ...(high === last && low !== high ? {} : { high }),
    }));
}

/** The possible values cut at the ends of the wanted ranges, in order. */
function cut(possible: Ranges<Scalar>, wanted: Ranges<Scalar>): readonly { range: Range<Scalar>; wanted: boolean }[] {
  const pieces: { range: Range<Scalar>; wanted: boolean }[] = [];
  let i = 0;
  for (const [low, high] of possible) {
    let at = low;
    while (i < wanted.length && (wanted[i] as Range<Scalar>)[1] < low) i++;
    for (let j = i; at <= high; j++) {
      const [from, to] = wanted[j] ?? [next(high), next(high)];
      if (from > at) pieces.push({ range: [at, smaller(previous(from), high)], wanted: false });
      if (from <= high) pieces.push({ range: [larger(from, at), smaller(to, high)], wanted: true });
      at = larger(at, next(smaller(to, high)));
      if (from > high) break;
    }
  }
  return pieces;
}
