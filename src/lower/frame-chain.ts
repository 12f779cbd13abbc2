import { simplify } from '../ir/decide.ts';
import { all, any, equals, FALSE, first, not, TRUE } from '../ir/predicate.ts';
import type { Case, Predicate, Slot } from '../ir/program.ts';
import type { FrameChain, FrameRule, FrameVerdict } from '../network/frame-rules.ts';
import type { Origin } from '../packet/place.ts';
import { frameChange } from './frame-change.ts';
import { ipContents } from './frame-contents.ts';
import { type Contents, type FramePlace, type Namer, ruleMatches } from './frame-test.ts';
import { merge, type Pass, type Passage, sequence, stay, write } from './merge.ts';
import { isSix, known, lostTo, type Walk } from './walk.ts';

/** One visit of one chain of ebtables and of those that it calls. */
interface Scope {
  readonly place: FramePlace;
  readonly chains: ReadonlyMap<string, FrameChain>;
  readonly contents: Contents;
  readonly name: Namer;
}

/** How far a frame is with a chain that changes frames: {@link GOING}, one of the verdicts, or {@link leaving} a chain. */
const VERDICT: Slot = 'mark@frame';
const GOING = 0;
const SAID = { ACCEPT: 1, DROP: 2 } as const;
const leaving = (depth: number): number => 3 + depth;

const going = equals(VERDICT, GOING);
const say = (verdict: number): Pass => write({ [VERDICT]: verdict });

/** Steps through a built-in chain; `accepted` holds behind them for the frames that it accepts. */
export interface Judged extends Passage {
  readonly accepted: Predicate;
}

/** A frame passes a built-in chain (ebt_do_table). */
export function frameChain(
  walk: Walk,
  place: FramePlace,
  chain: FrameChain,
  chains: ReadonlyMap<string, FrameChain>,
): Judged {
  const scope: Scope = { place, chains, contents: ipContents(place, isSix(walk) ? 6 : 4), name: namer(walk, place) };
  const so = summarise(scope, walk, chain);
  if (so !== 'effects') return { steps: [], walk, accepted: baseVerdict(chain, so) };
  const policy: Pass = (on) => merge(on, [{ when: not(judged), then: say(SAID[endOf(chain)]) }]);
  const passage = sequence(walk, say(GOING), (on) => run(scope, on, chain, 0), policy);
  return { ...passage, accepted: equals(VERDICT, SAID.ACCEPT) };
}

const judged = any(equals(VERDICT, SAID.ACCEPT), equals(VERDICT, SAID.DROP));

/** A built-in chain's policy; what RETURN in it comes to, too. */
const endOf = ({ policy }: FrameChain): 'ACCEPT' | 'DROP' => (policy === 'DROP' ? 'DROP' : 'ACCEPT');

/** Unknowns have the visit, the rule and a count in their names: another frame that meets the rule has another value. */
export function namer(walk: Walk, place: FramePlace): Namer {
  const visit = `${walk.leg}${walk.copy} ${walk.visits}: ${printPlace(place)}`;
  return counted(visit, place);
}

export const printPlace = ({ node, table, chain, in: from = '', out = '' }: FramePlace): string =>
  `${node.name} ${table} ${chain} ${from}>${out}`;

/** Each unknown of a visit with a name of its own. */
export function counted(visit: string, { node }: FramePlace): Namer {
  const counts = new Map<string, number>();
  return (rule, reason) => {
    const key = `${visit} ${rule.text} (${reason})`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return { id: count === 1 ? key : `${key} #${count}`, reason, origin: originOf(node.name, rule) };
  };
}

export const originOf = (node: string, { text, place }: FrameRule): Origin => ({ node, text, place });

/** A chain that changes nothing: the frames that it accepts, and those that it drops; others go on behind the jump. */
interface Summary {
  readonly accepted: Predicate;
  readonly dropped: Predicate;
}

const NEITHER: Summary = { accepted: FALSE, dropped: FALSE };
const SUMMARY: Readonly<Record<Exclude<FrameVerdict, 'CONTINUE'>, Summary>> = {
  ACCEPT: { accepted: TRUE, dropped: FALSE },
  DROP: { accepted: FALSE, dropped: TRUE },
  RETURN: NEITHER,
};

const baseVerdict = (chain: FrameChain, { accepted, dropped }: Summary): Predicate =>
  endOf(chain) === 'DROP' ? accepted : not(dropped);

function summarise(scope: Scope, walk: Walk, chain: FrameChain): Summary | 'effects' {
  const cases: { readonly when: Predicate; readonly so: Summary }[] = [];
  for (const rule of chain.rules) {
    const when = matching(scope, walk, rule);
    if (when.kind === 'false') continue;
    const so = ruleSummary(scope, walk, rule);
    if (so === 'effects') return so;
    if (so === undefined) continue;
    cases.push({ when: rule.action.kind === 'jump' ? all(when, any(so.accepted, so.dropped)) : when, so });
    if (cases.at(-1)?.when.kind === 'true') break;
  }
  const end = chain.builtIn ? NEITHER : SUMMARY[chain.policy === 'CONTINUE' ? 'RETURN' : chain.policy];
  const by = (pick: keyof Summary): Predicate =>
    first(
      cases.map(({ when, so }): Case => ({ when, then: so[pick] })),
      end[pick],
    );
  return { accepted: by('accepted'), dropped: by('dropped') };
}

/** `undefined`: the next rule is asked. */
function ruleSummary(scope: Scope, walk: Walk, { action }: FrameRule): Summary | 'effects' | undefined {
  if (action.kind === 'jump') {
    const so = summarise(scope, walk, chainOf(scope, action.chain));
    return so !== 'effects' && so.accepted.kind === 'false' && so.dropped.kind === 'false' ? undefined : so;
  }
  if (action.kind !== 'verdict') return 'effects';
  return action.verdict === 'CONTINUE' ? undefined : SUMMARY[action.verdict];
}

/** @throws Error for a chain that the table does not have: the parser has checked it */
function chainOf({ chains, place }: Scope, name: string): FrameChain {
  const found = chains.get(name);
  if (found === undefined) throw new Error(`no chain ${name} in table ${place.table}`);
  return found;
}

const matching = ({ place, contents, name }: Scope, walk: Walk, rule: FrameRule): Predicate => {
  const so = ruleMatches(rule, place, contents, name);
  return walk.at.options.slice ? simplify(walk.bounds, so) : so;
};

interface Arm {
  readonly when: Predicate;
  readonly then: Pass;
}

/** Runs the rules of a chain at a depth of calls; then forgets that the frame has left it. */
function run(scope: Scope, walk: Walk, chain: FrameChain, depth: number): Passage {
  const rules = chain.rules.map(
    (rule): Pass =>
      (on) =>
        known(on, going).kind === 'false' ? stay(on) : ruled(scope, on, rule, depth),
  );
  const { policy } = chain;
  const end: Pass = depth === 0 || policy === 'RETURN' || policy === 'CONTINUE' ? stay : when(going, say(SAID[policy]));
  return sequence(walk, ...rules, end, when(equals(VERDICT, leaving(depth)), say(GOING)));
}

const when =
  (of: Predicate, then: Pass): Pass =>
  (walk) =>
    merge(walk, [{ when: of, then }]);

function ruled(scope: Scope, walk: Walk, rule: FrameRule, depth: number): Passage {
  const so = matching(scope, walk, rule);
  if (so.kind === 'false') return stay(walk);
  const arms = armsOf(scope, walk, rule, depth).map((arm): Arm => ({ when: all(going, so, arm.when), then: arm.then }));
  return arms.length === 0 ? stay(walk) : merge(walk, arms);
}

const always = (then: Pass): readonly Arm[] => [{ when: TRUE, then }];

function armsOf(scope: Scope, walk: Walk, rule: FrameRule, depth: number): readonly Arm[] {
  const { action } = rule;
  switch (action.kind) {
    case 'verdict':
      return spoken(action.verdict, depth);
    case 'jump':
      return called(scope, walk, chainOf(scope, action.chain), depth);
    case 'unknown': {
      const unknown = scope.name(rule, action.reason);
      return always((on) => ({ steps: lostTo(on, scope.place.node, unknown) }));
    }
    case 'mark':
    case 'dnat':
    case 'snat':
    case 'redirect': {
      const change = write(frameChange(action, scope.place), originOf(scope.place.node.name, rule));
      return always((on) => sequence(on, change, ...spoken(action.then, depth).map(({ then }) => then)));
    }
    case 'arpreply':
    case 'mangle':
      return []; // of ARP alone
  }
}

function spoken(verdict: FrameVerdict, depth: number): readonly Arm[] {
  switch (verdict) {
    case 'ACCEPT':
    case 'DROP':
      return always(say(SAID[verdict]));
    case 'RETURN':
      return always(say(leaving(depth)));
    case 'CONTINUE':
      return [];
  }
}

function called(scope: Scope, walk: Walk, chain: FrameChain, depth: number): readonly Arm[] {
  const so = summarise(scope, walk, chain);
  if (so === 'effects') return always((on) => run(scope, on, chain, depth + 1));
  return [
    { when: so.accepted, then: say(SAID.ACCEPT) },
    { when: so.dropped, then: say(SAID.DROP) },
  ];
}
