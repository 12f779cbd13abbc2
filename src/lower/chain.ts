import type { ClassContext, Effect } from '../extension/definition.ts';
import { lowerMatch, lowerTarget } from '../extension/registry.ts';
import type { Bounds } from '../ir/bounds.ts';
import { simplify } from '../ir/decide.ts';
import { all, FALSE, first, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Case, Predicate, Value } from '../ir/program.ts';
import type { Chain, Rule, Table, TableName } from '../network/ruleset.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { contextOf } from './context.ts';
import { base } from './effect.ts';
import { headerOf, interfacesFit } from './header.ts';
import type { Place } from './hook.ts';
import { type Passage, stay } from './merge.ts';
import { assuming } from './settings.ts';
import { mayMatch, sieveOf, windowOf } from './sieve.ts';
import { disposition, dropped, type Walk, within } from './walk.ts';

/** One visit of one table. */
export interface Scope {
  readonly place: Place;
  readonly table: Table;
  readonly slice: boolean;
  readonly context: (rule: Rule) => ClassContext;
  /** Unknowns made so far: a summary that has made one holds for one call only. */
  readonly made: { count: number };
  readonly summaries: Map<string, Summary>;
}

/** A chain without side effects: which packets it decides, and which of those it accepts. */
export interface Summary {
  readonly decided: Predicate;
  readonly accepted: Predicate;
}

/** A packet passes the chain of a hook in one table. */
export function table(walk: Walk, place: Place, name: TableName): Passage {
  const { ruleset } = place.node;
  if (ruleset.kind === 'unknown') throw new Error('a table of unknown rules');
  assuming(walk.at, ruleset.assumption);
  const of = ruleset.value.tables.get(name);
  const chain = of?.chains.get(place.hook);
  if (of === undefined || chain === undefined) return stay(walk);
  const scope = scopeOf(walk, place, of);
  const verdict = verdictOf(scope, walk.bounds, chain);
  return verdict === 'effects' ? base(scope, walk, chain) : judged(walk, scope, chain, verdict);
}

function scopeOf(walk: Walk, place: Place, of: Table): Scope {
  const made = { count: 0 };
  const { slice } = walk.at.options;
  const context = contextOf(walk, place, of, made);
  return { place, table: of, slice, context, made, summaries: new Map() };
}

/** One `filter` step for a whole chain. */
function judged(walk: Walk, { place, table: { name } }: Scope, chain: Chain, accepted: Predicate): Passage {
  if (accepted.kind === 'true') return { steps: [], walk };
  const fate = disposition(walk, dropped(place.node, 'rule'));
  if (accepted.kind === 'false') return { steps: [{ kind: 'stop', disposition: fate }] };
  const origin: Origin = { node: place.node.name, text: `${name} ${chain.name}`, place: chain.place };
  return { steps: [{ kind: 'filter', when: accepted, otherwise: fate, origin }], walk: within(walk, walk.bounds) };
}

/** The packets that a base chain accepts; `effects` if it does more than to decide. */
function verdictOf(scope: Scope, bounds: Bounds, chain: Chain): Predicate | 'effects' {
  const of = summarise(scope, bounds, chain);
  if (of === 'effects') return of;
  return chain.policy === 'DROP'
    ? all(of.decided, of.accepted)
    : first([{ when: of.decided, then: of.accepted }], TRUE);
}

/** The rules of a chain that may match, with their positions. */
export function* candidates(
  { slice }: Scope,
  bounds: Bounds,
  chain: Chain,
  from = 0,
): Iterable<readonly [number, Rule]> {
  const sieve = sieveOf(chain);
  const window = windowOf(bounds);
  for (let at = from; at < chain.rules.length; at++)
    if (!slice || mayMatch(sieve, at, window)) yield [at, chain.rules[at] as Rule];
}

/** The rule's packets, as far as the bounds leave them open. */
export function matching(scope: Scope, bounds: Bounds, rule: Rule): Predicate {
  if (!interfacesFit(rule.header, scope.place)) return FALSE;
  const open = (of: Predicate): Predicate => (scope.slice ? simplify(bounds, of) : of);
  let so: Predicate = open(headerOf(rule));
  if (so.kind === 'false' || rule.matches.length === 0) return so;
  const context = scope.context(rule);
  for (const match of rule.matches) {
    so = all(so, open(lowerMatch(match, context)));
    if (so.kind === 'false') return so;
  }
  return so;
}

/** What a rule's target does; jumps apart. */
export const effectOf = (scope: Scope, rule: Rule): Effect<Value> =>
  rule.action.kind === 'target' ? lowerTarget(rule.action, scope.context(rule)) : { kind: 'continue' };

/** The two halves of what can't be known of a target: whether it drops the packet, and else, whether it accepts it. */
export const halvesOf = (unknown: Unknown): readonly [drops: Predicate, accepts: Predicate] => [
  unknownBit({ ...unknown, id: `${unknown.id} drops` }),
  unknownBit({ ...unknown, id: `${unknown.id} accepts` }),
];

/** A chain by its name. @throws Error for one that the table does not have: the parser has checked it */
export function chainOf({ table: { chains, name } }: Scope, chain: string): Chain {
  const found = chains.get(chain);
  if (found === undefined) throw new Error(`no chain ${chain} in table ${name}`);
  return found;
}

/** Summarises a chain and all that it calls, once for each visit. */
export function summarise(scope: Scope, bounds: Bounds, chain: Chain): Summary | 'effects' {
  const known = scope.summaries.get(chain.name);
  if (known !== undefined) return known;
  const before = scope.made.count;
  const cases: { readonly when: Predicate; readonly decided: Predicate; readonly accepted: Predicate }[] = [];
  for (const [, rule] of candidates(scope, bounds, chain)) {
    const when = matching(scope, bounds, rule);
    if (when.kind === 'false') continue;
    const so = ruleSummary(scope, bounds, rule);
    if (so === 'effects') return so;
    for (const one of so) cases.push({ ...one, when: all(when, one.when) });
    if (cases.at(-1)?.when.kind === 'true') break;
  }
  const by = (pick: 'decided' | 'accepted'): Predicate =>
    first(
      cases.map((one): Case => ({ when: one.when, then: one[pick] })),
      FALSE,
    );
  const summary = { decided: by('decided'), accepted: by('accepted') };
  if (scope.made.count === before) scope.summaries.set(chain.name, summary);
  return summary;
}

interface Outcome extends Summary {
  readonly when: Predicate;
}

const ACCEPTED: Outcome = { when: TRUE, decided: TRUE, accepted: TRUE };
const DROPPED: Outcome = { when: TRUE, decided: TRUE, accepted: FALSE };
const RETURNED: Outcome = { when: TRUE, decided: FALSE, accepted: FALSE };

function ruleSummary(scope: Scope, bounds: Bounds, rule: Rule): readonly Outcome[] | 'effects' {
  const { action } = rule;
  if (action.kind === 'jump' || action.kind === 'goto') {
    const of = summarise(scope, bounds, chainOf(scope, action.chain));
    if (of === 'effects') return of;
    if (action.kind === 'goto') return [{ when: TRUE, ...of }];
    return of.decided.kind === 'false' ? [] : [{ when: of.decided, decided: TRUE, accepted: of.accepted }];
  }
  return effectSummary(effectOf(scope, rule));
}

function effectSummary(effect: Effect<Value>): readonly Outcome[] | 'effects' {
  switch (effect.kind) {
    case 'accept':
      return [ACCEPTED];
    case 'drop':
    case 'reject':
      return [DROPPED];
    case 'return':
      return [RETURNED];
    case 'continue':
      return effect.fields?.length || effect.forgotten?.length || effect.otherwise?.length ? 'effects' : [];
    case 'unknown': {
      const [drops, accepts] = halvesOf(effect.unknown);
      return [
        { ...DROPPED, when: drops },
        { ...ACCEPTED, when: accepts },
      ];
    }
    case 'lost':
    case 'nat':
    case 'notrack':
    case 'zone':
      return 'effects';
  }
}
