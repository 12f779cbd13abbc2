import type { Arm, Program, Slot, Step, Steps } from '../../ir/program.ts';
import type { Disposition } from '../../packet/fate.ts';
import type { Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import { variable } from './bits.ts';
import { balanced, firstFormula } from './first.ts';
import { and, constant, iff, or } from './formula.ts';
import { merge, type State, start, valueOf } from './state.ts';
import type { Formula, Store } from './term.ts';
import { forgottenVariable } from './variables.ts';
import { type Built, whether } from './whether.ts';

/** Whether a disposition is looked for. */
export type Where = (disposition: Disposition) => boolean;

/**
 * What steps do to the packets that come to them. `stops` says for each question whether a packet that does *not* go on
 * ends where the question asks (for one that goes on it says nothing). The question after the last is our own: whether a
 * copy comes to the end of a Program without a stop.
 */
interface Outcome {
  readonly goesOn: Formula;
  readonly stops: readonly Formula[];
}

type Walked = Outcome & { readonly state: State };

interface Walk extends Built {
  readonly questions: readonly Where[];
}

export interface Encoded {
  /** For each question: some copy of the packet ends there. */
  readonly ends: readonly Formula[];
  /** Some copy comes to the end of the Program: it is no Program. */
  readonly runsOut: Formula;
}

/** Interprets the Program for all packets at once. `inputs` says what each input may be (no more than the Program allows). */
export function encode(
  store: Store,
  program: Program,
  inputs: ReadonlyMap<Slot, Ranges<Scalar>>,
  questions: readonly Where[],
): Encoded {
  const walk: Walk = { store, questions: [...questions, () => false], known: new Map() };
  const { goesOn, stops } = steps(walk, program.steps, start(store, inputs, program.inputs.keys()));
  const answers = stops.map((stop, i) => iff(store, goesOn, constant(store, i === questions.length), stop));
  return { ends: answers.slice(0, questions.length), runsOut: answers.at(-1) as Formula };
}

function steps(walk: Walk, list: Steps, before: State): Walked {
  const { store } = walk;
  const outcomes: Outcome[] = [];
  let state = before;
  for (const of of list) {
    const walked = step(walk, of, state);
    outcomes.push(walked);
    state = walked.state;
    if (walked.goesOn === store.false) break;
  }
  if (outcomes.length === 0) return { goesOn: store.true, stops: walk.questions.map(() => store.false), state };
  return { ...balanced(outcomes, (a, b) => then(store, a, b)), state };
}

const then = (store: Store, a: Outcome, b: Outcome): Outcome => ({
  goesOn: and(store, [a.goesOn, b.goesOn]),
  stops: a.stops.map((stop, i) => iff(store, a.goesOn, b.stops[i] as Formula, stop)),
});

function step(walk: Walk, of: Step, state: State): Walked {
  const { store } = walk;
  switch (of.kind) {
    case 'filter':
      return { goesOn: whether(walk, of.when, state), stops: stopped(walk, of.otherwise), state };
    case 'set':
      return passed(
        walk,
        new Map([...state, ...of.slots.map(({ slot, value }) => [slot, valueOf(store, state, slot, value)] as const)]),
      );
    case 'forget':
      return passed(
        walk,
        new Map([...state, [of.slot, variable(store, forgottenVariable(of.slot, of.ranges, of.unknown))]]),
      );
    case 'branch':
      return branch(walk, of.arms, of.otherwise, state);
    case 'copies':
      return copies(
        walk,
        of.of.map((copy) => steps(walk, copy, state)),
        state,
      );
    case 'stop':
      return { goesOn: store.false, stops: stopped(walk, of.disposition), state };
  }
}

const stopped = ({ store, questions }: Walk, disposition: Disposition): readonly Formula[] =>
  questions.map((where) => constant(store, where(disposition)));

const passed = ({ store, questions }: Walk, state: State): Walked => ({
  goesOn: store.true,
  stops: questions.map(() => store.false),
  state,
});

/** Ends where a copy ends; runs out where a copy does. */
function copies({ store, questions }: Walk, of: readonly Outcome[], state: State): Walked {
  const last = questions.length - 1;
  const stops = questions.map((_, i) =>
    or(
      store,
      of.map(({ goesOn, stops }) => iff(store, goesOn, constant(store, i === last), stops[i] as Formula)),
    ),
  );
  return { goesOn: store.false, stops, state };
}

function branch(walk: Walk, ofArms: readonly Arm[], ofOtherwise: Steps, state: State): Walked {
  const { store } = walk;
  const { arms, otherwise: rest } = flat(ofArms, ofOtherwise);
  const taken = arms.map(({ when, then }) => ({ when: whether(walk, when, state), value: steps(walk, then, state) }));
  const otherwise = steps(walk, rest, state);
  const decide = (pick: (of: Outcome) => Formula) =>
    firstFormula(
      store,
      taken.map(({ when, value }) => ({ when, value: pick(value) })),
      pick(otherwise),
    );
  // what an arm that goes on nowhere leaves behind can be read by nobody
  const on = taken
    .filter(({ value }) => value.goesOn !== store.false)
    .map(({ when, value }) => ({ when, value: value.state }));
  const last = otherwise.goesOn === store.false ? (on.at(-1)?.value ?? state) : otherwise.state;
  return {
    goesOn: decide(({ goesOn }) => goesOn),
    stops: walk.questions.map((_, i) => decide(({ stops }) => stops[i] as Formula)),
    state: merge(store, state, on, last),
  };
}

/** A branch of which another branch is all that is left is one branch. */
function flat(arms: readonly Arm[], otherwise: Steps): { readonly arms: readonly Arm[]; readonly otherwise: Steps } {
  const all = [...arms];
  let rest = otherwise;
  for (let inner = rest[0]; rest.length === 1 && inner?.kind === 'branch'; inner = rest[0]) {
    all.push(...inner.arms);
    rest = inner.otherwise;
  }
  return { arms: all, otherwise: rest };
}
