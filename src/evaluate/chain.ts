import type { Change, Effect, NatRange } from '../extension/definition.ts';
import { applyTarget, matchPacket } from '../extension/registry.ts';
import type { Action, Chain, Rule, Table, TableName } from '../network/ruleset.ts';
import type { Hop } from '../network/trace.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { describe } from './conntrack.ts';
import { type Position, ruleContext } from './context.ts';
import { matchHeader } from './header.ts';
import { at, note, type Skb, write } from './skb.ts';
import { choose, holds, type World } from './world.ts';

/** What a table says of a packet. The hop of a nat rule is for the caller to note, once the packet is translated. */
export type Verdict =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly origin: Origin; readonly reject?: string; readonly waits?: true }
  | {
      readonly kind: 'nat';
      readonly range: NatRange;
      readonly origin: Origin;
      readonly hop: Omit<Hop, 'packet' | 'verdict'>;
    }
  | { readonly kind: 'unknown'; readonly unknown: Unknown };

/** One asking of one table: the packet, where, and the return positions of the chains it is in. */
interface Run {
  readonly world: World;
  readonly skb: Skb;
  readonly position: Position;
  readonly table: Table;
  readonly stack: { readonly chain: Chain; next: number }[];
}

export const ACCEPT: Verdict = { kind: 'accept' };

/** Walks the packet through the table's chain on the hook, as `ipt_do_table` does (net/ipv4/netfilter/ip_tables.c). */
export function runTable(world: World, skb: Skb, position: Position, table: Table): Verdict {
  const base = table.chains.get(position.hook);
  if (base === undefined) return ACCEPT;
  const run: Run = { world, skb, position, table, stack: [{ chain: base, next: 0 }] };
  for (;;) {
    const frame = run.stack.at(-1);
    if (frame === undefined) return policy(run, base);
    const rule = frame.chain.rules[frame.next++];
    // the end of a chain returns
    if (rule === undefined) run.stack.pop();
    else if (matches(run, frame.chain, rule)) {
      const verdict = perform(run, frame.chain, rule);
      if (verdict !== undefined) return verdict;
    }
  }
}

function policy({ skb, position, table }: Run, base: Chain): Verdict {
  const verdict = base.policy ?? 'ACCEPT';
  const { node, hook } = position;
  const text = `:${base.name} ${verdict}`;
  if (base.rules.length > 0 || verdict === 'DROP')
    note(skb, { node: node.name, hook, table: table.name, chain: base.name, text, ...at(base.place), verdict });
  return verdict === 'ACCEPT' ? ACCEPT : { kind: 'drop', origin: { node: node.name, text, place: base.place } };
}

/** Whether header and matches hold, in the order of the rule: the first that fails ends it. */
function matches({ world, skb, position, table }: Run, chain: Chain, rule: Rule): boolean {
  if (!matchHeader(rule.header, skb.packet, position)) return false;
  // a header asks nothing of conntrack, and most rules of a long chain end with it
  describe(skb);
  if (rule.matches.length === 0) return true;
  const context = ruleContext(world, skb, position, table.name, chain.name, rule);
  return rule.matches.every((use) => {
    const matched = matchPacket(use, skb.packet, context);
    return typeof matched === 'boolean' ? matched : holds(world, matched);
  });
}

/** Carries the rule's action out; a verdict ends the table. */
function perform(run: Run, chain: Chain, rule: Rule): Verdict | undefined {
  const { action } = rule;
  switch (action.kind) {
    case 'none':
      hop(run, chain, rule, 'continue');
      return undefined;
    case 'jump':
    case 'goto':
      hop(run, chain, rule, `${action.kind} ${action.chain}`);
      // a goto gives its own return position up
      if (action.kind === 'goto') run.stack.pop();
      enter(run, action.chain);
      return undefined;
    case 'target':
      return target(run, chain, rule, action);
  }
}

function enter({ table, stack }: Run, name: string): void {
  const chain = table.chains.get(name);
  if (chain === undefined) throw new Error(`no chain ${name} in table ${table.name}`);
  if (stack.length > table.chains.size) throw new Error(`chain ${name} of table ${table.name} calls itself`);
  stack.push({ chain, next: 0 });
}

function target(run: Run, chain: Chain, rule: Rule, action: Extract<Action, { kind: 'target' }>): Verdict | undefined {
  const { world, skb, position, table } = run;
  const context = ruleContext(world, skb, position, table.name, chain.name, rule);
  return effect(run, chain, rule, action.name, applyTarget(action, skb.packet, context));
}

function effect(run: Run, chain: Chain, rule: Rule, name: string, of: Effect<number>): Verdict | undefined {
  const { skb, position } = run;
  const origin: Origin = { node: position.node.name, text: rule.text, place: rule.place };
  switch (of.kind) {
    case 'accept':
      hop(run, chain, rule, 'ACCEPT');
      return ACCEPT;
    case 'drop':
      hop(run, chain, rule, 'DROP');
      return { kind: 'drop', origin };
    case 'reject':
      hop(run, chain, rule, `REJECT ${of.with}`);
      return { kind: 'drop', origin, reject: of.with };
    case 'nat':
      return { kind: 'nat', range: of.range, origin, hop: place(run, chain, rule) };
    case 'return':
      hop(run, chain, rule, 'RETURN');
      run.stack.pop();
      return undefined;
    case 'continue':
      change(run, of);
      hop(run, chain, rule, name);
      return undefined;
    case 'notrack':
    case 'zone':
      attach(skb, of);
      hop(run, chain, rule, of.kind === 'notrack' ? 'notrack' : `zone ${of.zone}`);
      return undefined;
    case 'unknown':
      return unknownEffect(run, chain, rule, name, of.unknown);
    case 'lost':
      hop(run, chain, rule, name);
      return { kind: 'unknown', unknown: of.unknown };
  }
}

/** A packet that has its flow, a template, or is UNTRACKED keeps that (`xt_ct_target`: `skb->_nfct != 0`). */
function attach(skb: Skb, of: Extract<Effect<number>, { kind: 'notrack' | 'zone' }>): void {
  if (skb.track !== undefined || skb.zone !== undefined || skb.untracked) return;
  if (of.kind === 'zone') skb.zone = of.zone;
  else skb.untracked = true;
}

/** A target that nobody can tell about may drop, accept, or pass on to the next rule. */
function unknownEffect(run: Run, chain: Chain, rule: Rule, name: string, unknown: Unknown): Verdict | undefined {
  const of = (['drop', 'accept', 'continue'] as const)[choose(run.world, unknown, [[0, 2]])] ?? 'continue';
  return effect(run, chain, rule, name, { kind: of });
}

function change({ world, skb }: Run, { fields = [], forgotten = [] }: Change<number>): void {
  write(skb, Object.fromEntries(fields.map(({ field, value }) => [field, value])));
  for (const { field, ranges, unknown } of forgotten) write(skb, { [field]: choose(world, unknown, ranges) });
  // connmark is the flow's, not the packet's
  if (skb.track !== undefined) skb.track.flow.mark = skb.packet.ctMark;
}

const place = ({ position, table }: Run, chain: Chain, rule: Rule): Omit<Hop, 'packet' | 'verdict'> => ({
  node: position.node.name,
  hook: position.hook,
  table: table.name satisfies TableName,
  chain: chain.name,
  rule: rule.number,
  text: rule.text,
  ...at(rule.place),
});

const hop = (run: Run, chain: Chain, rule: Rule, verdict: string): void =>
  note(run.skb, { ...place(run, chain, rule), verdict });
