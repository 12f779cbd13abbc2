import { choose } from './bits.ts';
import { iff, or } from './formula.ts';
import type { Bits, Formula, Store } from './term.ts';

export interface Choice<T> {
  readonly when: Formula;
  readonly value: T;
}

/** A run of choices: whether one applies, and what the first of those says if so. */
interface Run<T> {
  readonly any: Formula;
  readonly value: T;
}

type Pick<T> = (store: Store, when: Formula, then: T, otherwise: T) => T;

/** The first choice that applies decides; a balanced tree, as nesting from the bottom makes comparisons ten times slower. */
function first<T>(store: Store, choices: readonly Choice<T>[], otherwise: T, pick: Pick<T>): T {
  const runs = grouped(store, choices, otherwise);
  if (runs.length === 0) return otherwise;
  const { any, value } = balanced(runs, (a, b) => ({
    any: or(store, [a.any, b.any]),
    value: pick(store, a.any, a.value, b.value),
  }));
  return pick(store, any, value, otherwise);
}

export const firstFormula = (store: Store, choices: readonly Choice<Formula>[], otherwise: Formula): Formula =>
  first(store, choices, otherwise, iff);
export const firstBits = (store: Store, choices: readonly Choice<Bits>[], otherwise: Bits): Bits =>
  first(store, choices, otherwise, choose);

/** Neighbours that say the same become one; what can't apply, comes after what always does, or says `otherwise` at the end, goes. */
function grouped<T>(store: Store, choices: readonly Choice<T>[], otherwise: T): Run<T>[] {
  const certain = choices.findIndex(({ when }) => when === store.true);
  const groups: { whens: Formula[]; value: T }[] = [];
  for (const { when, value } of certain < 0 ? choices : choices.slice(0, certain + 1)) {
    if (when === store.false) continue;
    if (groups.at(-1)?.value === value) groups.at(-1)?.whens.push(when);
    else groups.push({ whens: [when], value });
  }
  if (certain < 0 && groups.at(-1)?.value === otherwise) groups.pop();
  return groups.map(({ whens, value }) => ({ any: or(store, whens), value }));
}

/** Puts neighbours together, pair by pair. The list must not be empty. */
export function balanced<T>(list: readonly T[], join: (a: T, b: T) => T): T {
  let level = list;
  while (level.length > 1)
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, i) => {
      const [a, b] = [level[2 * i] as T, level[2 * i + 1]];
      return b === undefined ? a : join(a, b);
    });
  return level[0] as T;
}
