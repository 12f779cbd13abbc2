import { unknownBit } from '../ir/predicate.ts';
import type { Predicate, Value } from '../ir/program.ts';
import type { Packet } from '../packet/packet.ts';
import type { Family } from './codec/codec.ts';
import type { ClassContext, Effect, Matched, PacketContext, RuleContext } from './definition.ts';
import type { Match, Target } from './extension.ts';
import { MATCHES } from './matches.ts';
import { TARGETS } from './targets.ts';

export { MATCHES, TARGETS };

import type { GivenOptions } from './option.ts';
import { PASSIVE_TARGETS } from './passive.ts';
import { SIX_MATCHES, SIX_TARGETS } from './six/registry.ts';
import { UNDECIDABLE_MATCHES, UNDECIDABLE_TARGETS, type Undecidable } from './undecidable.ts';

const matches = new Map(MATCHES.map((match) => [match.name, match]));
const targets = new Map(TARGETS.map((target) => [target.name, target]));

const sixMatches = new Map(SIX_MATCHES.map((match) => [match.name, match]));
const sixTargets = new Map(SIX_TARGETS.map((target) => [target.name, target]));

/** The match of that name, as rules of the family have it. */
export const findMatch = (name: string, family: Family = 4): Match | undefined =>
  (family === 6 ? sixMatches.get(name) : undefined) ?? matches.get(name);

/** The target of that name, as rules of the family have it. */
export const findTarget = (name: string, family: Family = 4): Target | undefined =>
  (family === 6 ? sixTargets.get(name) : undefined) ?? targets.get(name);

/** A match or target as a rule uses it (`MatchUse`, `Action` of network/ruleset.ts fit). */
export interface Use {
  readonly name: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const own = (table: Readonly<Record<string, Undecidable>>, name: string): string =>
  (Object.hasOwn(table, name) ? table[name]?.reason : undefined) ?? 'nobody has modelled it';

/** Why what an extension without options says can't be known. */
const whyMatch = ({ name }: Use): string => `-m ${name}: ${own(UNDECIDABLE_MATCHES, name)}`;
const whyTarget = ({ name }: Use): string => `-j ${name}: ${own(UNDECIDABLE_TARGETS, name)}`;

// only this file's own parser fills in `options`, with the definition of the same name
const given = (options: Readonly<Record<string, unknown>>): GivenOptions => options as GivenOptions;

/** What the kernel answers for a match of a rule and one packet. */
export function matchPacket(use: Use, packet: Packet, context: PacketContext): Matched {
  const match = findMatch(use.name, context.family);
  if (match === undefined || use.options === undefined) return context.unknown(whyMatch(use));
  return match.matches(given(use.options), packet, context);
}

/** The packets that a match of a rule matches. */
export function lowerMatch(use: Use, context: ClassContext): Predicate {
  const match = findMatch(use.name, context.family);
  if (match === undefined || use.options === undefined) return unknownBit(context.unknown(whyMatch(use)));
  return match.lower(given(use.options), context);
}

/** What a target of a rule does with one packet. */
export function applyTarget(action: Use, packet: Packet, context: RuleContext): Effect<number> {
  const target = findTarget(action.name, context.family);
  if (PASSIVE_TARGETS.has(action.name)) return { kind: 'continue' };
  if (target === undefined || action.options === undefined)
    return { kind: 'lost', unknown: context.unknown(whyTarget(action)) };
  return target.apply(given(action.options), packet, context);
}

/** What a target of a rule does with every packet. */
export function lowerTarget(action: Use, context: RuleContext): Effect<Value> {
  const target = findTarget(action.name, context.family);
  if (PASSIVE_TARGETS.has(action.name)) return { kind: 'continue' };
  if (target === undefined || action.options === undefined)
    return { kind: 'lost', unknown: context.unknown(whyTarget(action)) };
  return target.lower(given(action.options), context);
}
