import type { Predicate } from '../../ir/program.ts';
import { only } from '../../packet/ranges.ts';
import { mask, variable } from './bits.ts';
import { firstFormula } from './first.ts';
import { and, inRanges, not, or, same } from './formula.ts';
import { chainOf, landings, shapeOf } from './slots.ts';
import { read, type State } from './state.ts';
import type { Formula, Store } from './term.ts';
import { unknownVariable } from './variables.ts';

/** The formulas of one query so far, by predicate and by what the slots held. */
export interface Built {
  readonly store: Store;
  readonly known: Map<Predicate, Map<string, Formula>>;
}

/** The predicate about what the slots hold now, however deep it nests. */
export function whether(walk: Built, of: Predicate, state: State): Formula {
  for (const part of landings(of)) formula(walk, part, state);
  return formula(walk, of, state);
}

function formula(walk: Built, of: Predicate, state: State): Formula {
  const { store } = walk;
  switch (of.kind) {
    case 'true':
      return store.true;
    case 'false':
      return store.false;
    case 'in': {
      const value = read(store, state, of.slot);
      return inRanges(store, of.mask === undefined ? value : mask(store, value, of.mask), of.ranges);
    }
    case 'same':
      return same(store, read(store, state, of.a), read(store, state, of.b));
    case 'unknown':
      return inRanges(store, variable(store, unknownVariable(of.unknown)), only(1));
    case 'not':
    case 'all':
    case 'any':
    case 'first':
      return shared(walk, of, state, () => composed(walk, of, state));
  }
}

type Composed = Extract<Predicate, { kind: 'not' | 'all' | 'any' | 'first' }>;

/** A predicate that is used in many places is built once for each content of the slots that it looks at. */
function shared({ store, known }: Built, of: Composed, state: State, make: () => Formula): Formula {
  const contents = shapeOf(of)
    .slots.map((slot) => read(store, state, slot).id)
    .join();
  const formulas = known.get(of) ?? new Map<string, Formula>();
  known.set(of, formulas);
  const formula = formulas.get(contents) ?? make();
  formulas.set(contents, formula);
  return formula;
}

function composed(walk: Built, of: Composed, state: State): Formula {
  const { store } = walk;
  switch (of.kind) {
    case 'not':
      return not(store, formula(walk, of.of, state));
    case 'all':
      return and(
        store,
        of.of.map((part) => formula(walk, part, state)),
      );
    case 'any':
      return or(
        store,
        of.of.map((part) => formula(walk, part, state)),
      );
    case 'first': {
      const { cases, otherwise } = chainOf(of);
      const choices = cases.map(({ when, then }) => ({
        when: formula(walk, when, state),
        value: formula(walk, then, state),
      }));
      return firstFormula(store, choices, formula(walk, otherwise, state));
    }
  }
}
