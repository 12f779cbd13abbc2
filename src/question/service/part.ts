import type { FlowState, Source } from '../../packet/exchange.ts';
import type { PacketClass } from '../../packet/packet.ts';
import type { Assumption, Unknown } from '../../packet/place.ts';
import { familyOf } from '../../packet/ranges.ts';
import type { Question, Reach, Target } from '../question.ts';

/** What a service needs: the questions that must all be answered yes, or why there are none to ask. */
export interface Needs {
  readonly parts: readonly Reach[];
  /** What is not asked, though the captures mention it. */
  readonly assumptions: readonly Assumption[];
  /** Why nothing can be concluded, where `parts` is empty. */
  readonly missing: readonly Unknown[];
}

export type ServiceQuestion = Extract<Question, { kind: 'service' }>;

export const missing = (reason: string, parts: readonly Reach[] = []): Needs => ({
  parts,
  assumptions: [],
  missing: [{ id: reason, reason }],
});
export const needs = (parts: readonly Reach[], assumptions: readonly Assumption[] = []): Needs => ({
  parts,
  assumptions,
  missing: [],
});

/** Every packet of the class is delivered; with `back`, answered too. */
export const always = (
  source: Source,
  target: Target,
  packets: PacketClass,
  state: FlowState,
  back: boolean,
  text: string,
): Reach => ({
  kind: 'reach',
  ...(packets.dst !== undefined && familyOf(packets.dst) === 6 ? { family: 6 } : {}),
  quantifier: 'always',
  source,
  target,
  packets,
  anySource: false,
  state,
  back,
  text,
});

export const socketOn = (node: string): Source => ({ kind: 'socket', node, bound: false });
