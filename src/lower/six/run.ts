import { assign, type Bounds, forget } from '../../ir/bounds.ts';
import { assume, simplify } from '../../ir/decide.ts';
import { all, any, first, not, TRUE, unknownBit } from '../../ir/predicate.ts';
import type { Predicate, Steps } from '../../ir/program.ts';
import type { Fate } from '../../packet/fate.ts';
import { asText } from '../../packet/scalar.ts';

/** One end of a packet of which everything is known but what no capture shows. */
export interface Ending {
  /** For which values of the unknowns. */
  readonly when: Predicate;
  readonly fate: Fate;
  /** The packet as it is then. */
  readonly bounds: Bounds;
}

interface Todo {
  readonly steps: Steps;
  readonly next: Todo | undefined;
}

interface Run {
  readonly label: string;
  readonly endings: Ending[];
}

/**
 * Every way in which the packets within the bounds can end: a Program run with what is known instead of numbers. What it
 * would take a number for that is not known, is an unknown of this name.
 */
export function endingsOf(steps: Steps, bounds: Bounds, label: string): readonly Ending[] {
  const run: Run = { label, endings: [] };
  go(run, { steps, next: undefined }, bounds, TRUE);
  return run.endings;
}

function go(run: Run, start: Todo | undefined, from: Bounds, when: Predicate): void {
  let todo = start;
  let bounds = from;
  while (todo !== undefined) {
    const [step, ...rest]: Steps = todo.steps;
    const next: Todo | undefined = rest.length === 0 ? todo.next : { steps: rest, next: todo.next };
    todo = next;
    switch (step?.kind) {
      case undefined:
        break;
      case 'set':
        bounds = assign(bounds, step.slots);
        break;
      case 'forget':
        bounds = forget(bounds, step.slot, step.ranges);
        break;
      case 'stop':
        run.endings.push({ when, fate: step.disposition.request, bounds });
        return;
      case 'copies':
        for (const steps of step.of) go(run, { steps, next: undefined }, bounds, when);
        return;
      case 'filter':
        return forks(run, bounds, when, [{ when: step.when, todo: next }], {
          steps: [{ kind: 'stop', disposition: step.otherwise }],
          next: undefined,
        });
      case 'branch':
        return forks(
          run,
          bounds,
          when,
          step.arms.map((arm) => ({ when: arm.when, todo: { steps: arm.then, next } })),
          { steps: step.otherwise, next },
        );
    }
  }
  throw new Error('steps that end without a stop');
}

/** The first way whose predicate holds, else the last; on each of them it is known that those before do not. */
function forks(
  run: Run,
  bounds: Bounds,
  when: Predicate,
  ways: readonly { readonly when: Predicate; readonly todo: Todo | undefined }[],
  otherwise: Todo,
): void {
  let rest: Bounds | undefined = bounds;
  let left = when;
  for (const way of ways) {
    if (rest === undefined) return;
    const open: Predicate = named(run, simplify(rest, way.when));
    const inside = assume(rest, open);
    if (inside !== undefined) go(run, way.todo, inside, all(left, open));
    if (open.kind === 'true') return;
    rest = assume(rest, not(open));
    left = all(left, not(open));
  }
  if (rest !== undefined) go(run, otherwise, rest, left);
}

/** What looks at numbers that are not known, as unknowns. */
function named(run: Run, of: Predicate): Predicate {
  switch (of.kind) {
    case 'true':
    case 'false':
    case 'unknown':
      return of;
    case 'in':
    case 'same':
      return unknownBit({
        id: `${run.label}: ${asText(of)}`,
        reason: `what rules make of neighbour discovery: ${run.label}`,
      });
    case 'not':
      return not(named(run, of.of));
    case 'all':
      return all(...of.of.map((part) => named(run, part)));
    case 'any':
      return any(...of.of.map((part) => named(run, part)));
    case 'first':
      return first(
        of.cases.map((one) => ({ when: named(run, one.when), then: named(run, one.then) })),
        named(run, of.otherwise),
      );
  }
}
