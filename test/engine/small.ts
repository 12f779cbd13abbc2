import type { Answer, Goal, Query } from '../../src/engine/engine.ts';
import type { Predicate, Program, Slot, Step, Steps, Value } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import { maximum } from '../../src/packet/field.ts';
import type { Ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';

/** Small Programs over free fields, whose dispositions are words. */
export const end = (reason: string): Disposition => ({
  request: { kind: 'none', reason },
  reply: { kind: 'none', reason: '' },
});
export const stop = (reason: string): Step => ({ kind: 'stop', disposition: end(reason) });
export const filter = (when: Predicate, reason = 'no'): Step => ({ kind: 'filter', when, otherwise: end(reason) });
export const become = (slot: Slot, value: Value): Step => ({ kind: 'set', slots: [{ slot, value }] });
export const unknown = (id: string) => ({ id, reason: 'for the test' });

const FREE: readonly (readonly [Slot, Ranges])[] = (['src', 'dst', 'dport', 'ttl', 'macSrc', 'tcpFlags'] as const).map(
  (field) => [field, [[0, maximum(field)]]],
);

export const program = (steps: Steps, inputs: readonly (readonly [Slot, Ranges])[] = FREE): Program => ({
  inputs: new Map(inputs),
  steps,
  assumptions: [],
});

export const ends = (reason: string, of = 0): Goal => ({
  kind: 'ends',
  program: of,
  where: ({ request }) => request.kind === 'none' && request.reason === reason,
});

export const query = (steps: Steps, goal: Goal = ends('yes')): Query => ({ programs: [program(steps)], goal });

/** The packet of an answer, by slot. */
export const packet = (answer: Answer): Record<string, Scalar> =>
  'inputs' in answer ? Object.fromEntries(answer.inputs) : {};
