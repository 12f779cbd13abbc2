import { replace } from './assign.ts';
import { variable } from './bits.ts';
import { exclusiveOr } from './formula.ts';
import { ask, type Search, unknownsOf } from './refine.ts';
import type { Formula, Variable } from './term.ts';

/** The unknowns whose value can change the formula's, whatever the others are; one that the budget leaves open counts. */
export async function mattering(search: Search, formula: Formula): Promise<readonly Variable[]> {
  const matter: Variable[] = [];
  for (const unknown of unknownsOf(formula)) if (await matters(search, formula, unknown)) matter.push(unknown);
  return matter;
}

async function matters(search: Search, formula: Formula, unknown: Variable): Promise<boolean> {
  const { store } = search;
  const twin = variable(store, { ...unknown, name: `twin of ${unknown.name}`, role: { kind: 'twin' } });
  const other = replace(store, formula, (of) => (of.name === unknown.name ? twin : undefined));
  const verdict = await ask(search, [exclusiveOr(store, formula, other)]);
  return verdict.kind !== 'none';
}
