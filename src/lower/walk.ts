import { assign, type Bounds, forget, nameOf } from '../ir/bounds.ts';
import { assume, simplify } from '../ir/decide.ts';
import { not, unknownBit } from '../ir/predicate.ts';
import type { Arm, Predicate, Slot, Step, Steps, Value } from '../ir/program.ts';
import type { Network, Node } from '../network/network.ts';
import type { Leg, Probe } from '../packet/exchange.ts';
import type { Disposition, DropReason, Fate } from '../packet/fate.ts';
import type { Field } from '../packet/field.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import type { Ranges } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import type { Track } from './conntrack.ts';
import type { Station } from './segment.ts';
import type { Recorder } from './settings.ts';
import type { Entry } from './tuple.ts';

/** How a Program is made: `slice: false` keeps every rule and every part of a predicate (the slow twin, for tests). */
export interface Options {
  readonly slice: boolean;
}

/** What is the same for the whole Program. */
export interface Lowering extends Recorder {
  readonly network: Network;
  readonly probe: Probe;
  readonly options: Options;
  /** How often a packet, or a copy of it, has come in from a wire, on all ways together. */
  readonly arrivals: { count: number };
}

/** What is known at one point of the path, apart from where it is. */
export interface Walk {
  readonly at: Lowering;
  readonly bounds: Bounds;
  readonly leg: Leg;
  /** The fate of the request, from the answer on. */
  readonly request?: Fate;
  /** What a packet of this leg meets when a stack takes it. */
  readonly deliver: (walk: Walk, node: Node, device: string) => Steps;
  /** Flows that some node has in its conntrack table, in the order in which they began. */
  readonly entries: readonly Entry[];
  /** What ARP has taught in this exchange, by node, device and address. Nobody knows anybody at its beginning. */
  readonly neighbours: ReadonlyMap<string, Station>;
  /** What conntrack has attached to the packet on the node where it is. */
  readonly track: Track;
  /** Where the packet has been on this leg, what it was then, and how often it had been forwarded. */
  readonly trail: ReadonlyMap<string, number>;
  readonly forwarded: number;
  /** Which copies it is, of broadcasts: part of the names of unknowns. */
  readonly copy: string;
  /** Hooks passed on this leg: the other part. */
  readonly visits: number;
  /** Whose stacks can do anything with the packet at all: the others need not be looked into. Absent: every one. */
  readonly only?: (node: Node, device: string) => boolean;
}

/** Whether the packets are of IPv6. */
export const isSix = ({ at }: Walk): boolean => at.network.family === 6;

export type Then = (walk: Walk) => Steps;

/** The same walk with more known. */
export const within = (walk: Walk, bounds: Bounds): Walk => ({ ...walk, bounds });

const isField = (slot: string): slot is Field => !slot.includes('@');

export const copyOf = (slot: Slot): Value => ({ kind: 'bits', terms: [{ slot }], xor: 0 });
export const constant = (value: Scalar): Value => ({ kind: 'constant', value });

/** Values for slots: numbers are constants, names are copies. */
export type Assignments = Readonly<Record<string, Scalar | Slot | Value>>;

const valueFor = (value: Scalar | Slot | Value): Value =>
  typeof value === 'number' || typeof value === 'bigint'
    ? constant(value)
    : typeof value === 'string'
      ? copyOf(value)
      : value;

/** A `set` step, without what is so already, and then what follows. */
export function set(walk: Walk, assignments: Assignments, then: Then, origin?: Origin): Steps {
  const [steps, next] = setting(walk, assignments, origin);
  return [...steps, ...then(next)];
}

/** A `set` step and the walk after it. */
export function setting(walk: Walk, assignments: Assignments, origin?: Origin): readonly [Steps, Walk] {
  const all = (Object.entries(assignments) as [Slot, Scalar | Slot | Value][]).map(([slot, value]) => ({
    slot,
    value: valueFor(value),
  }));
  const bounds = assign(walk.bounds, all);
  const slots = all.filter(({ slot }) => !isField(slot) || nameOf(bounds, slot) !== nameOf(walk.bounds, slot));
  if (slots.length === 0) return [[], walk];
  const step: Step = { kind: 'set', slots, ...(origin === undefined ? {} : { origin }) };
  return [[step], within(walk, bounds)];
}

/** A `forget` step and the walk after it. */
export function forgetting(walk: Walk, slot: Slot, ranges: Ranges<Scalar>, unknown: Unknown): readonly [Steps, Walk] {
  return [[{ kind: 'forget', slot, ranges, unknown }], within(walk, forget(walk.bounds, slot, ranges))];
}

export interface Way {
  readonly when: Predicate;
  readonly then: Then;
}

/** As {@link simplify}, unless slicing is off. */
export const known = (walk: Walk, of: Predicate): Predicate => simplify(walk.bounds, of);

/** Goes the first way whose predicate holds, else the last; ways that no packet can go are left out. */
export function split(walk: Walk, ways: readonly Way[], otherwise: Then, origin?: Origin): Steps {
  const arms: Arm[] = [];
  let rest = walk;
  for (const { when, then } of ways) {
    const open = known(rest, when);
    const inside = assume(rest.bounds, open);
    if (inside === undefined) continue;
    if (open.kind === 'true') return branch(arms, then(rest), origin);
    const outside = assume(rest.bounds, not(open));
    if (outside === undefined) return branch(arms, then(within(rest, inside)), origin);
    arms.push({ when: open, then: then(within(rest, inside)) });
    rest = within(rest, outside);
  }
  return branch(arms, otherwise(rest), origin);
}

const branch = (arms: readonly Arm[], otherwise: Steps, origin?: Origin): Steps =>
  arms.length === 0 ? otherwise : [{ kind: 'branch', arms, otherwise, ...(origin === undefined ? {} : { origin }) }];

/** Goes on where the predicate holds; elsewhere the packet ends so. */
export function filter(walk: Walk, when: Predicate, otherwise: Fate, then: Then, origin?: Origin): Steps {
  const open = known(walk, when);
  if (open.kind === 'true') return then(walk);
  const inside = assume(walk.bounds, open);
  if (inside === undefined) return end(walk, otherwise);
  const step: Step = { kind: 'filter', when: open, otherwise: disposition(walk, otherwise) };
  return [origin === undefined ? step : { ...step, origin }, ...then(within(walk, inside))];
}

/** How the exchange has ended if the packet in hand ends so. */
export function disposition({ leg, request }: Walk, fate: Fate): Disposition {
  if (leg === 'request') return { request: fate, reply: { kind: 'none', reason: 'the request did not arrive' } };
  if (request === undefined) throw new Error('an answer without a request');
  return { request, reply: fate };
}

export const end = (walk: Walk, fate: Fate): Steps => [{ kind: 'stop', disposition: disposition(walk, fate) }];

export const dropped = (node: Node, reason: DropReason, origin?: Origin): Fate => ({
  kind: 'dropped',
  node: node.name,
  reason,
  ...(origin === undefined ? {} : { origin }),
});

export const drop = (walk: Walk, node: Node, reason: DropReason, origin?: Origin): Steps =>
  end(walk, dropped(node, reason, origin));

/** What can't be followed any further, with the reason. */
export const lost = (walk: Walk, node: Node, id: string, reason: string, origin?: Origin): Steps =>
  end(walk, {
    kind: 'unknown',
    node: node.name,
    unknown: { id, reason, ...(origin === undefined ? {} : { origin }) },
  });

/** The same, for something that has a name already. */
export const lostTo = (walk: Walk, node: Node, { id, reason, origin }: Unknown): Steps =>
  lost(walk, node, id, reason, origin);

/** Copies of the packet, each with its own name. */
export function copies(walk: Walk, ways: readonly Then[]): Steps {
  const [single] = ways;
  if (single === undefined) throw new Error('no copies');
  if (ways.length === 1) return single(walk);
  return [{ kind: 'copies', of: ways.map((then, i) => then({ ...walk, copy: `${walk.copy}.${i + 1}` })) }];
}

/** One of several things, and nobody knows which: the last one if no unknown before it holds. */
export function choose<T>(
  walk: Walk,
  of: readonly T[],
  unknownFor: (one: T) => Unknown,
  then: (walk: Walk, one: T) => Steps,
): Steps {
  const last = of.at(-1);
  if (last === undefined) throw new Error('nothing to choose from');
  const ways = of.slice(0, -1).map((one) => ({ when: unknownBit(unknownFor(one)), then: (on: Walk) => then(on, one) }));
  return split(walk, ways, (on) => then(on, last));
}
