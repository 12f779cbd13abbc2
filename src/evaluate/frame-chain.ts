import type { FrameAction, FrameChain, FrameRule, FrameVerdict } from '../network/frame-rules.ts';
import type { Node } from '../network/network.ts';
import type { FrameTable, Hop } from '../network/trace.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import type { Frame } from './frame.ts';
import { changeFrame } from './frame-change.ts';
import { isLegacy } from './frame-kind.ts';
import { type Devices, type Sought, testFrame } from './frame-tests.ts';
import { at } from './skb.ts';
import { hasOneOf } from './stranger.ts';
import { count, holds, type World } from './world.ts';

/** What a table says of a frame; `by` is the rule or policy that said it. */
export type FrameOutcome =
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly origin: Origin }
  | { readonly kind: 'unknown'; readonly unknown: Unknown };

export const PASSED: FrameOutcome = { kind: 'accept' };

/** The built-in chains of ebtables and arptables. */
export type FrameHook = 'BROUTING' | 'PREROUTING' | 'INPUT' | 'FORWARD' | 'OUTPUT' | 'POSTROUTING';

/** Where a table is asked, and who is told. */
export interface Asking {
  readonly node: Node;
  readonly table: FrameTable;
  readonly hook: FrameHook;
  readonly devices: Devices;
  /** Told of every rule that matched, once it has changed the frame. */
  readonly note: (hop: Omit<Hop, 'packet' | 'hook'>) => void;
  /** Told of every ARP request that a rule answers. */
  readonly answer?: (mac: number) => void;
}

interface Run {
  readonly world: World;
  readonly frame: Frame;
  readonly asking: Asking;
  readonly chains: ReadonlyMap<string, FrameChain>;
  readonly stack: { readonly chain: FrameChain; next: number }[];
}

/** Walks a frame through the chain on a hook (`ebt_do_table`, net/bridge/netfilter/ebtables.c; `arpt_do_table`). */
export function runFrameTable(
  world: World,
  frame: Frame,
  asking: Asking,
  chains: ReadonlyMap<string, FrameChain> | undefined,
): FrameOutcome {
  const base = chains?.get(asking.hook);
  if (chains === undefined || base === undefined) return PASSED;
  const run: Run = { world, frame, asking, chains, stack: [{ chain: base, next: 0 }] };
  for (;;) {
    const here = run.stack.at(-1);
    if (here === undefined) return end(run, base, base.policy);
    const rule = here.chain.rules[here.next++];
    const outcome = rule === undefined ? endOf(run, here.chain) : step(run, here.chain, rule);
    if (outcome !== undefined) return outcome;
  }
}

/** An own chain has a policy of its own, RETURN unless it was made with another one. */
function endOf(run: Run, chain: FrameChain): FrameOutcome | undefined {
  if (!chain.builtIn && (chain.policy === 'ACCEPT' || chain.policy === 'DROP')) return end(run, chain, chain.policy);
  run.stack.pop();
  return undefined;
}

function end({ asking }: Run, chain: FrameChain, policy: FrameVerdict): FrameOutcome {
  const verdict = policy === 'DROP' ? 'DROP' : 'ACCEPT';
  const { node, table, note } = asking;
  const text = `:${chain.name} ${verdict}`;
  if (chain.rules.length > 0 || verdict === 'DROP')
    note({ node: node.name, table, chain: chain.name, text, ...at(chain.place), verdict });
  return verdict === 'ACCEPT' ? PASSED : { kind: 'drop', origin: { node: node.name, text, place: chain.place } };
}

function step(run: Run, chain: FrameChain, rule: FrameRule): FrameOutcome | undefined {
  return matches(run, chain, rule) ? perform(run, chain, rule) : undefined;
}

/** All tests in the order of the rule; the first that fails ends it. */
function matches({ world, frame, asking }: Run, chain: FrameChain, rule: FrameRule): boolean {
  let unknowns: ((reason: string) => Unknown) | undefined;
  return rule.tests.every((test) => {
    const found = testFrame(test, frame, asking.devices);
    if (typeof found === 'boolean') return found;
    if (found === 'legacy only') return isLegacy(world, asking.node);
    if ('macs' in found) return isSought(world, frame, asking, rule, found);
    unknowns ??= unknownsOf(world, asking, chain, rule);
    return holds(world, unknowns(found.reason));
  });
}

function isSought(world: World, { stranger }: Frame, { node }: Asking, rule: FrameRule, { macs, inverted }: Sought) {
  const origin = { node: node.name, text: rule.text, place: rule.place };
  return hasOneOf(world, stranger ?? `somebody out of sight of ${node.name}`, macs, origin) !== inverted;
}

/** Unknowns of one visit of a rule. */
function unknownsOf(world: World, { node, table, hook }: Asking, chain: FrameChain, rule: FrameRule) {
  const name = `${node.name} ${table} ${chain.name} ${rule.number}`;
  const visit = count(world, `${name} ${world.leg} ${hook}`);
  let occurrence = 0;
  return (reason: string): Unknown => ({
    id: `${name} #${++occurrence} ${world.leg} ${hook}/${visit}`,
    reason,
    origin: { node: node.name, text: rule.text, place: rule.place },
  });
}

function perform(run: Run, chain: FrameChain, rule: FrameRule): FrameOutcome | undefined {
  const { action } = rule;
  switch (action.kind) {
    case 'verdict':
      return decide(run, chain, rule, action.verdict, action.verdict);
    case 'jump':
      hop(run, chain, rule, `jump ${action.chain}`);
      enter(run, action.chain);
      return undefined;
    case 'unknown':
      hop(run, chain, rule, 'unknown');
      return { kind: 'unknown', unknown: unknownsOf(run.world, run.asking, chain, rule)(action.reason) };
    case 'mark':
    case 'dnat':
    case 'snat':
    case 'redirect':
    case 'arpreply':
    case 'mangle':
      return change(run, chain, rule, action);
  }
}

function change(
  run: Run,
  chain: FrameChain,
  rule: FrameRule,
  action: Exclude<FrameAction, { kind: 'verdict' | 'jump' | 'unknown' }>,
): FrameOutcome | undefined {
  const { done, text } = changeFrame(run.frame, action, run.asking);
  // what does not concern a frame lets it pass to the next rule (EBT_CONTINUE)
  return decide(run, chain, rule, done ? action.then : 'CONTINUE', text);
}

function decide(run: Run, chain: FrameChain, rule: FrameRule, verdict: FrameVerdict, text: string) {
  hop(run, chain, rule, verdict === 'CONTINUE' && text === 'CONTINUE' ? 'continue' : said(text, verdict));
  switch (verdict) {
    case 'ACCEPT':
      return PASSED;
    case 'DROP':
      return drop(run, rule);
    case 'CONTINUE':
      return undefined;
    case 'RETURN':
      run.stack.pop();
      return undefined;
  }
}

/** `DROP`; of a target that changes a frame: `dnat to 02:…, ACCEPT`. */
const said = (text: string, verdict: FrameVerdict): string => (text === verdict ? verdict : `${text}, ${verdict}`);

const drop = ({ asking }: Run, { text, place }: FrameRule): FrameOutcome => ({
  kind: 'drop',
  origin: { node: asking.node.name, text, place },
});

function enter({ chains, stack, asking }: Run, name: string): void {
  const chain = chains.get(name);
  if (chain === undefined) throw new Error(`no chain ${name} in ${asking.table}`);
  if (stack.length > chains.size) throw new Error(`chain ${name} of ${asking.table} calls itself`);
  stack.push({ chain, next: 0 });
}

const hop = ({ asking }: Run, chain: FrameChain, { number, text, place }: FrameRule, verdict: string): void =>
  asking.note({
    node: asking.node.name,
    table: asking.table,
    chain: chain.name,
    rule: number,
    text,
    ...at(place),
    verdict,
  });
