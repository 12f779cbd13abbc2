import type { Predicate, Program, Step, Steps } from '../ir/program.ts';

export interface Visitor {
  readonly step?: (step: Step) => void;
  readonly predicate?: (predicate: Predicate) => void;
}

/** Shows every step and every predicate of a Program to the visitor, each once: branches share what follows them. */
export function visit(program: Program, visitor: Visitor): void {
  const seen = new Set<object>();
  const fresh = <T extends object>(one: T): boolean => !seen.has(one) && seen.add(one) !== undefined;
  const todo: Step[] = [...program.steps];
  for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
    if (!fresh(step)) continue;
    visitor.step?.(step);
    const predicates = [...asked(step)];
    for (let one = predicates.pop(); one !== undefined; one = predicates.pop()) {
      if (!fresh(one)) continue;
      visitor.predicate?.(one);
      for (const part of partsOf(one)) predicates.push(part);
    }
    for (const steps of below(step)) for (const next of steps) todo.push(next);
  }
}

function asked(step: Step): readonly Predicate[] {
  if (step.kind === 'filter') return [step.when];
  return step.kind === 'branch' ? step.arms.map(({ when }) => when) : [];
}

function below(step: Step): readonly Steps[] {
  if (step.kind === 'branch') return [...step.arms.map(({ then }) => then), step.otherwise];
  return step.kind === 'copies' ? step.of : [];
}

function partsOf(predicate: Predicate): readonly Predicate[] {
  switch (predicate.kind) {
    case 'true':
    case 'false':
    case 'in':
    case 'same':
    case 'unknown':
      return [];
    case 'not':
      return [predicate.of];
    case 'all':
    case 'any':
      return predicate.of;
    case 'first':
      return [...predicate.cases.flatMap(({ when, then }) => [when, then]), predicate.otherwise];
  }
}
