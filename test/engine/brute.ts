import type { Goal, Query } from '../../src/engine/engine.ts';
import { inputsOf } from '../../src/engine/z3/variables.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Slot } from '../../src/ir/program.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { combinations, unknownsIn } from '../ir/generator.ts';

export type Packet = ReadonlyMap<Slot, Scalar>;
export type Chosen = ReadonlyMap<string, Scalar>;

/** Whether a packet meets the query's goal, for these values of the unknowns, by the reference interpreter. */
export function meets({ programs, goal }: Query, packet: Packet, chosen: Chosen): boolean {
  const ends = programs.map((program) => interpret(program, packet, ({ id }) => chosen.get(id) as Scalar));
  const holds = (of: Goal): boolean => {
    switch (of.kind) {
      case 'ends':
        return ends[of.program]?.some(of.where) === true;
      case 'not':
        return !holds(of.of);
      case 'all':
        return of.of.every(holds);
      case 'any':
        return of.of.some(holds);
    }
  };
  return holds(goal);
}

/** All packets that may be found, and for each whether it meets the goal, for all values of the unknowns in turn. */
export function tryAll(query: Query): {
  readonly table: ReadonlyMap<Packet, readonly boolean[]>;
  readonly choices: readonly Chosen[];
} {
  const choices = combinations(unknownsIn(query.programs));
  const packets = combinations(inputsOf(query.programs)).filter(
    (packet) => !(query.except ?? []).some((except) => agrees(packet, except)),
  );
  return {
    table: new Map(packets.map((packet) => [packet, choices.map((chosen) => meets(query, packet, chosen))])),
    choices,
  };
}

export const agrees = (packet: Packet, except: Packet): boolean =>
  [...except].every(([slot, value]) => packet.get(slot) === value);

/** The unknowns whose value alone can change a result. */
export function deciding(choices: readonly Chosen[], results: readonly boolean[]): readonly string[] {
  const byRest = (id: string) => {
    const groups = new Map<string, Set<boolean>>();
    choices.forEach((chosen, i) => {
      const rest = JSON.stringify([...chosen].filter(([other]) => other !== id));
      groups.set(rest, (groups.get(rest) ?? new Set()).add(results[i] as boolean));
    });
    return [...groups.values()].some(({ size }) => size === 2);
  };
  return [...(choices[0]?.keys() ?? [])].filter(byRest);
}
