import { each, size } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import { judge, type Values } from './assign.ts';
import type { Formula, Variable } from './term.ts';
import { variablesOf } from './term.ts';

/** So many combinations of values are tried one by one: faster than to set up a solver (2.5 ms). */
const FEW_COMBINATIONS = 64;

/** Values for which the formula holds, or `none`; `undefined` where that takes a solver. */
export const easily = (formula: Formula): Values | 'none' | undefined => independent(formula) ?? tried(formula);

/** Demands on one variable each: `and` has put those about the same one together, and none is empty. */
function independent(formula: Formula): Values | undefined {
  const values = new Map<string, Scalar>();
  for (const part of formula.kind === 'and' ? formula.of : [formula]) {
    if (part.kind !== 'in' || part.of.kind !== 'variable' || values.has(part.of.variable.name)) return undefined;
    values.set(part.of.variable.name, part.ranges[0]?.[0] as Scalar);
  }
  return values;
}

function tried(formula: Formula): Values | 'none' | undefined {
  const variables = variablesOf([formula]);
  if (variables.reduce((product, { ranges }) => product * size(ranges), 1) > FEW_COMBINATIONS) return undefined;
  const holds = judge(formula);
  for (const values of combinations(variables)) if (holds(values)) return values;
  return 'none';
}

function combinations(variables: readonly Variable[]): readonly Values[] {
  return variables.reduce<readonly Values[]>(
    (all, { name, ranges }) =>
      all.flatMap((values) => [...each(ranges)].map((value) => new Map([...values, [name, value]]))),
    [new Map()],
  );
}
