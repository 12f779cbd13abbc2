import type { Change, Effect } from '../extension/definition.ts';
import { all, equals, FALSE, not, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot, Value } from '../ir/program.ts';
import type { Chain, Rule } from '../network/ruleset.ts';
import { CT_STATE } from '../packet/field.ts';
import type { Origin } from '../packet/place.ts';
import { candidates, chainOf, effectOf, halvesOf, matching, type Scope, summarise } from './chain.ts';
import { merge, type Pass, type Passage, sequence, stay, write } from './merge.ts';
import { translate } from './nat.ts';
import { ZONE } from './tuple.ts';
import { type Assignments, disposition, dropped, forgetting, known, lostTo, type Walk } from './walk.ts';

/** How far a packet is with a table that has side effects: {@link GOING}, {@link ACCEPTED}, or {@link leaving} a chain. */
const VERDICT: Slot = 'mark@verdict';
const GOING = 0;
const ACCEPTED = 1;
const leaving = (depth: number): number => 2 + depth;

const going = equals(VERDICT, GOING);

const say = (verdict: number): Pass => write({ [VERDICT]: verdict });

/** A base chain whose rules do more than to decide: its rules one after the other, and then the policy. */
export function base(scope: Scope, walk: Walk, chain: Chain): Passage {
  const policy: Pass = (on) => {
    const accepted = equals(VERDICT, ACCEPTED);
    return chain.policy === 'DROP' ? merge(on, [{ when: not(accepted), then: ruled(scope) }]) : stay(on);
  };
  return sequence(walk, say(GOING), (on) => run(scope, on, chain, 0), policy);
}

const ruled =
  ({ place }: Scope): Pass =>
  (walk) => ({ steps: [{ kind: 'stop', disposition: disposition(walk, dropped(place.node, 'rule')) }] });

/** Part of one `branch` step: a rule, as its first arm that applies. */
interface Arm {
  readonly when: Predicate;
  readonly then: Pass;
}

/** Rules up to one after which the packet may have changed, and those behind it. */
interface Group {
  readonly arms: readonly Arm[];
  readonly next: number;
}

/** Runs the rules of a chain, at a depth of calls; then forgets that the packet has left it. */
function run(scope: Scope, walk: Walk, chain: Chain, depth: number): Passage {
  const parts: Passage[] = [];
  let here: Walk | undefined = walk;
  let at = 0;
  while (here !== undefined && at < chain.rules.length && known(here, going).kind !== 'false') {
    const { arms, next }: Group = group(scope, here, chain, at, depth);
    const passage: Passage = arms.length === 0 ? stay(here) : guarded(here, arms);
    parts.push(passage);
    here = passage.walk;
    at = next;
  }
  const back: Pass = (on) => merge(on, [{ when: equals(VERDICT, leaving(depth)), then: say(GOING) }]);
  const end = here === undefined || depth === 0 ? undefined : back(here);
  const after = end === undefined ? here : end.walk;
  const steps = [...parts.flatMap((part) => part.steps), ...(end?.steps ?? [])];
  return { steps, ...(after === undefined ? {} : { walk: after }) };
}

const guarded = (walk: Walk, arms: readonly Arm[]): Passage => merge(walk, [{ when: not(going), then: stay }, ...arms]);

function group(scope: Scope, walk: Walk, chain: Chain, from: number, depth: number): Group {
  const arms: Arm[] = [];
  // what was summarised before holds for packets as they were before
  scope.summaries.clear();
  for (const [at, rule] of candidates(scope, walk.bounds, chain, from)) {
    const when = matching(scope, walk.bounds, rule);
    if (when.kind === 'false') continue;
    const { ways, changes } = waysOf(scope, walk, rule, depth);
    for (const way of ways) arms.push({ when: all(when, way.when), then: way.then });
    if (changes || arms.at(-1)?.when.kind === 'true') return { arms, next: at + 1 };
  }
  return { arms, next: chain.rules.length };
}

/** What becomes of the packets that a rule matches; those of no way go on to the next rule, unchanged. */
interface Ways {
  readonly ways: readonly Arm[];
  /** Whether packets go on to the next rule changed. */
  readonly changes: boolean;
}

const always = (then: Pass): readonly Arm[] => [{ when: not(FALSE), then }];

function waysOf(scope: Scope, walk: Walk, rule: Rule, depth: number): Ways {
  const { action } = rule;
  if (action.kind === 'jump' || action.kind === 'goto') return called(scope, walk, action, depth);
  const origin: Origin = { node: scope.place.node.name, text: rule.text, place: rule.place };
  return waysBy(scope, effectOf(scope, rule), depth, origin);
}

function called(
  scope: Scope,
  walk: Walk,
  { kind, chain: name }: { readonly kind: 'jump' | 'goto'; readonly chain: string },
  depth: number,
): Ways {
  const chain = chainOf(scope, name);
  const goes = kind === 'goto';
  const summary = summarise(scope, walk.bounds, chain);
  if (summary !== 'effects') {
    const { decided, accepted } = summary;
    const ways = [
      { when: all(decided, accepted), then: say(ACCEPTED) },
      { when: decided, then: ruled(scope) },
    ];
    return { ways: goes ? [...ways, ...always(say(leaving(depth)))] : ways, changes: false };
  }
  const body: Pass = (on) => run(scope, on, chain, depth + 1);
  const home: Pass = (on) => merge(on, [{ when: going, then: say(leaving(depth)) }]);
  return { ways: always(goes ? (on) => sequence(on, body, home) : body), changes: true };
}

function waysBy(scope: Scope, effect: Effect<Value>, depth: number, origin: Origin): Ways {
  switch (effect.kind) {
    case 'accept':
      return { ways: always(say(ACCEPTED)), changes: false };
    case 'drop':
    case 'reject':
      return { ways: always(ruled(scope)), changes: false };
    case 'return':
      return { ways: always(say(leaving(depth))), changes: false };
    case 'continue':
      return changed(effect, origin);
    case 'unknown': {
      const [drops, accepts] = halvesOf(effect.unknown);
      return {
        ways: [
          { when: drops, then: ruled(scope) },
          { when: accepts, then: say(ACCEPTED) },
        ],
        changes: false,
      };
    }
    case 'lost': {
      const end: Pass = (on) => ({ steps: lostTo(on, scope.place.node, effect.unknown) });
      return { ways: always(end), changes: false };
    }
    case 'nat': {
      const apply: Pass = (on) => translate(on, scope.place, effect.range, origin);
      return { ways: always((on) => sequence(on, apply, say(ACCEPTED))), changes: false };
    }
    case 'notrack':
      return { ways: always((on) => attached(on, { ctState: CT_STATE.UNTRACKED }, origin)), changes: true };
    case 'zone':
      return { ways: always((on) => attached(on, templateOf(effect.zone), origin)), changes: true };
  }
}

const templateOf = (zone: number): Assignments => ({ [ZONE]: zone, ctState: CT_STATE.NEW });

/** A packet that has its flow, a template, or is UNTRACKED keeps that (xt_ct_target: `skb->_nfct != 0`). */
const attached = (walk: Walk, assignments: Assignments, origin: Origin): Passage =>
  walk.track.kind === 'none'
    ? merge(walk, [{ when: equals('ctState', CT_STATE.INVALID), then: write(assignments, origin) }])
    : stay(walk);

/** What a target writes, to all packets or to some. */
function changed({ fields = [], forgotten = [], when = TRUE, otherwise = [] }: Change<Value>, origin: Origin): Ways {
  const change: Pass = (on) => sequence(on, written(fields, origin), ...forgotten.map(lose));
  const some = fields.length + forgotten.length > 0 || otherwise.length > 0;
  const rest = otherwise.length > 0 ? always(written(otherwise, origin)) : [];
  return { ways: some ? [{ when, then: change }, ...rest] : [], changes: some };
}

/** The mark of the flow is the flow's, not the packet's: it is written there, too. */
const flowMark = ({ track, entries }: Walk): Slot | undefined =>
  track.kind === 'flow' ? `ctMark@${entries[track.entry]?.name}` : undefined;

const written =
  (fields: NonNullable<Change<Value>['fields']>, origin: Origin): Pass =>
  (walk) => {
    const values = Object.fromEntries(fields.map(({ field, value }) => [field, value])) as Record<Slot, Value>;
    const flow = flowMark(walk);
    const mark = flow !== undefined && 'ctMark' in values ? { [flow]: values.ctMark } : {};
    return write({ ...values, ...mark }, origin)(walk);
  };

const lose =
  ({ field, ranges, unknown }: NonNullable<Change<Value>['forgotten']>[number]): Pass =>
  (walk) => {
    const [steps, next] = forgetting(walk, field, ranges, unknown);
    const flow = field === 'ctMark' ? flowMark(walk) : undefined;
    return flow === undefined
      ? { steps, walk: next }
      : sequence(walk, () => ({ steps, walk: next }), write({ [flow]: field }));
  };
