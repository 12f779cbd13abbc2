import type { Slot } from '../../ir/program.ts';
import { fieldOf } from '../../ir/program.ts';
import { type Field } from '../../packet/field.ts';
import { contains, type Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import { judge, type Values } from './assign.ts';
import { and } from './formula.ts';
import { type Formula, parts, type Store } from './term.ts';
import { inputVariable } from './variables.ts';

/** What a packet has if nothing else is asked for: what a host's own ping or connection would carry. */
const NATURAL: Partial<Record<Field, number>> = {
  ttl: 64,
  length: 84,
  sport: 40000,
  icmpType: 8,
  tcpFlags: 2,
  macSrc: 0x020000000001,
};

/** More work than this (formula's size times number of inputs) is not worth a nicer packet. */
const MUCH_WORK = 3_000_000;

/** The plainest value among the possible ones. */
export const natural = (slot: Slot, possible: Ranges<Scalar>): Scalar => {
  const value = NATURAL[fieldOf(slot)];
  return value !== undefined && contains(possible, value) ? value : (possible[0]?.[0] ?? 0);
};

/** Replaces the inputs' values, one after the other, by plainer ones with which the formulas still hold. */
export function plain(
  store: Store,
  inputs: ReadonlyMap<Slot, Ranges<Scalar>>,
  formulas: readonly Formula[],
  values: Values,
): Values {
  const whole = and(store, formulas);
  const holds = judge(whole);
  const best = new Map(values);
  const worth = parts([whole]).length * inputs.size <= MUCH_WORK;
  for (const [slot, possible] of inputs) {
    const { name } = inputVariable(slot, possible);
    const before = best.get(name);
    best.set(name, natural(slot, possible));
    if (before !== undefined && (!worth || !holds(best))) best.set(name, before);
  }
  return best;
}
