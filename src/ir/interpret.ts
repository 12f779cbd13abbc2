import { asWide, bitAnd, bitXor, wrap } from '../packet/bits.ts';
import type { Disposition } from '../packet/fate.ts';
import { type Family, FIELDS, widthIn } from '../packet/field.ts';
import type { Unknown } from '../packet/place.ts';
import { contains, type Ranges } from '../packet/ranges.ts';
import { plus, type Scalar, scalar } from '../packet/scalar.ts';
import type { Predicate, Program, Slot, Step, Steps, Value } from './program.ts';
import { widthOf } from './program.ts';

/** Decides what is not known: a number of the ranges; 0 or 1 for an unknown Boolean. Must answer the same question alike. */
export type Choice = (unknown: Unknown, ranges: Ranges<Scalar>) => Scalar;

/** What an unknown Boolean may be. */
export const BOOLEAN: Ranges = [[0, 1]];

/** What the slots of a packet of a family hold. */
interface State {
  readonly family: Family;
  readonly values: Map<Slot, Scalar>;
}

/** Steps to do, from the one at `at` on, and those to do after them. */
interface Todo {
  readonly steps: Steps;
  readonly at: number;
  readonly next: Todo | undefined;
}

/**
 * The meaning of a Program, for one packet: where it ends (several ends only after `copies`, in the order of the copies).
 * Slots that the Program does not have as inputs are ignored, so that all Programs of a query can be asked with one witness.
 * @throws Error for a Program that is no Program: it reads what nobody set, or ends without a `stop`; and for an input
 * that is missing or not among those of the Program
 */
export function interpret(
  program: Program,
  inputs: ReadonlyMap<Slot, Scalar>,
  unknowns: Choice,
): readonly Disposition[] {
  const ends: Disposition[] = [];
  const copies: { steps: Steps; state: State }[] = [{ steps: program.steps, state: start(program, inputs) }];
  for (let copy = copies.pop(); copy !== undefined; copy = copies.pop()) {
    const { state, steps } = copy;
    const end = run(steps, state, unknowns);
    if (end.kind === 'stop') ends.push(end.disposition);
    else
      for (const of of end.of.toReversed())
        copies.push({ steps: of, state: { ...state, values: new Map(state.values) } }); // the first is popped first
  }
  return ends;
}

type End = Extract<Step, { kind: 'stop' | 'copies' }>;

/** Follows one copy up to where it ends; a list of what is to be done instead of recursion, as branches may nest deeply. */
function run(steps: Steps, state: State, unknowns: Choice): End {
  let todo: Todo | undefined = { steps, at: 0, next: undefined };
  while (todo !== undefined) {
    const step: Step | undefined = todo.steps[todo.at];
    if (step === undefined) {
      todo = todo.next;
      continue;
    }
    const then = perform(step, state, unknowns);
    if ('kind' in then) return then;
    todo = { steps: then, at: 0, next: { steps: todo.steps, at: todo.at + 1, next: todo.next } };
  }
  throw new Error('the program ends without a stop');
}

function start(program: Program, inputs: ReadonlyMap<Slot, Scalar>): State {
  const { family = 4 } = program;
  const values = new Map<Slot, Scalar>(FIELDS.map((field) => [field, scalar(0, widthIn(field, family))]));
  for (const [slot, possible] of program.inputs) {
    const value = inputs.get(slot);
    if (value === undefined || !contains(possible, value)) throw new Error(`the input ${slot} cannot be ${value}`);
    values.set(slot, value);
  }
  return { family, values };
}

/** How this copy ends, or else the steps to do before going on. */
function perform(step: Step, state: State, unknowns: Choice): End | Steps {
  switch (step.kind) {
    case 'filter':
      return holds(step.when, state, unknowns) ? [] : { kind: 'stop', disposition: step.otherwise };
    case 'set':
      for (const [slot, value] of step.slots.map(({ slot, value }) => [slot, valueOf(value, slot, state)] as const))
        state.values.set(slot, value);
      return [];
    case 'forget':
      state.values.set(step.slot, choose(step.unknown, step.ranges, unknowns));
      return [];
    case 'branch':
      return step.arms.find(({ when }) => holds(when, state, unknowns))?.then ?? step.otherwise;
    case 'copies':
    case 'stop':
      return step;
  }
}

function choose(unknown: Unknown, ranges: Ranges<Scalar>, unknowns: Choice): Scalar {
  const value = unknowns(unknown, ranges);
  if (!contains(ranges, value)) throw new Error(`the unknown ${unknown.id} cannot be ${value}`);
  return value;
}

function read(slot: Slot, { values }: State): Scalar {
  const value = values.get(slot);
  if (value === undefined) throw new Error(`nobody set ${slot}`);
  return value;
}

function valueOf(value: Value, slot: Slot, state: State): Scalar {
  const width = widthOf(slot, state.family);
  switch (value.kind) {
    case 'constant':
      return asWide(value.value, width);
    case 'bits':
      return value.terms.reduce<Scalar>(
        (sum, term) => bitXor(sum, asWide(under(term.mask, read(term.slot, state)), width)),
        asWide(value.xor, width),
      );
    case 'plus':
      return wrap(plus(asWide(read(value.slot, state), width), scalar(value.by, width)), width);
  }
}

const under = (mask: Scalar | undefined, value: Scalar): Scalar => (mask === undefined ? value : bitAnd(value, mask));

/** Whether the state belongs to the set. */
function holds(of: Predicate, state: State, unknowns: Choice): boolean {
  switch (of.kind) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'in':
      return contains(of.ranges, under(of.mask, read(of.slot, state)));
    case 'same':
      return read(of.a, state) === read(of.b, state);
    case 'unknown':
      return choose(of.unknown, BOOLEAN, unknowns) === 1;
    case 'not':
      return !holds(of.of, state, unknowns);
    case 'all':
      return of.of.every((part) => holds(part, state, unknowns));
    case 'any':
      return of.of.some((part) => holds(part, state, unknowns));
    case 'first':
      return holds(decided(of, state, unknowns), state, unknowns);
  }
}

/** What decides in the end; a loop, as the rest of a chain may be a chain again, 20,000 times. */
function decided(of: Predicate, state: State, unknowns: Choice): Predicate {
  let rest = of;
  while (rest.kind === 'first')
    rest = rest.cases.find(({ when }) => holds(when, state, unknowns))?.then ?? rest.otherwise;
  return rest;
}
