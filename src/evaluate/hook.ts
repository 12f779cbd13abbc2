import { EMPTY_RULESET, type Hook, type Ruleset, type TableName } from '../network/ruleset.ts';
import { gathersFragments, natRules, trackingUnknown } from '../network/tracking.ts';
import { type Address, printAddress } from '../packet/address.ts';
import { CT_STATE } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import type { Unknown } from '../packet/place.ts';
import { ACCEPT, runTable, type Verdict } from './chain.ts';
import { confirm, describe, isTaken, track } from './conntrack.ts';
import type { Position } from './context.ts';
import { bind, hasMovedOn, MANIP, mustAsk, translate } from './nat.ts';
import { BOOLEAN } from './oracle.ts';
import { note, type Skb } from './skb.ts';
import { unmodelled } from './undecided.ts';
import { assume, holds, settle, type World } from './world.ts';

type Stage = TableName | 'conntrack' | 'confirm';

/** What is on each hook, by priority (`enum nf_ip_hook_priorities`). */
const STAGES: Readonly<Record<Hook, readonly Stage[]>> = {
  PREROUTING: ['raw', 'conntrack', 'mangle', 'nat'],
  INPUT: ['mangle', 'filter', 'security', 'nat', 'confirm'],
  FORWARD: ['mangle', 'filter', 'security'],
  OUTPUT: ['raw', 'conntrack', 'mangle', 'nat', 'filter', 'security'],
  POSTROUTING: ['mangle', 'nat', 'confirm'],
};

/** Asked after a table of OUTPUT that may have changed where the packet goes; a verdict ends the hook. */
export type Reroute = (before: Packet, table: TableName) => Verdict;
const STAYS: Reroute = () => ACCEPT;

/** Takes the packet through one hook of its node. The packet is changed as the rules say. */
export function runHook(world: World, skb: Skb, position: Position, reroute: Reroute = STAYS): Verdict {
  const ruleset = rulesOf(world, position);
  if ('reason' in ruleset) return { kind: 'unknown', unknown: ruleset };
  const gathered = gather(world, skb, position, ruleset);
  if (gathered.kind !== 'accept') return gathered;
  for (const stage of STAGES[position.hook]) {
    const before = skb.packet;
    const verdict = runStage(world, skb, position, stage, ruleset);
    if (verdict.kind !== 'accept') return verdict;
    if (stage === 'mangle' || stage === 'nat') {
      const routed = reroute(before, stage);
      if (routed.kind !== 'accept') return routed;
    }
  }
  return ACCEPT;
}

/** `ipv4_conntrack_defrag`, before raw: a later fragment alone waits there for the rest, and is thrown away in the end. */
function gather(world: World, skb: Skb, { node, hook }: Position, ruleset: Ruleset): Verdict {
  if (skb.packet.fragment === 0 || (hook !== 'PREROUTING' && hook !== 'OUTPUT')) return ACCEPT;
  const known = gathersFragments(node, ruleset);
  if (!settle(world, known, trackingUnknown(node).id, BOOLEAN, (value) => value !== 0)) return ACCEPT;
  const text = 'fragments are put together where connections are tracked';
  note(skb, { node: node.name, hook, text, verdict: 'DROP (fragment)' });
  return { kind: 'drop', waits: true, origin: { node: node.name, text } };
}

function rulesOf(world: World, { node }: Position): Ruleset | Unknown {
  const other = unmodelled(node, 'ip');
  if (other !== undefined) return other;
  if (node.ruleset.kind === 'unknown') return { id: `${node.name} rules`, reason: node.ruleset.reason };
  assume(world, node.ruleset.assumption);
  return node.ruleset.value ?? EMPTY_RULESET;
}

function runStage(world: World, skb: Skb, position: Position, stage: Stage, ruleset: Ruleset): Verdict {
  if (stage === 'conntrack') track(world, skb, position);
  else if (stage === 'confirm') return confirmed(world, skb, position);
  else if (stage === 'nat') return natStage(world, skb, position, ruleset);
  else {
    const table = ruleset.tables.get(stage);
    if (table !== undefined) return runTable(world, skb, position, table);
  }
  return ACCEPT;
}

/**
 * What many get is confirmed before a bridge passes it up, so that nat of INPUT changes nothing of it (`br_nf_local_in`,
 * net/bridge/br_netfilter_hooks.c: packets share one entry there).
 */
export function confirmUp(world: World, skb: Skb, at: Pick<Position, 'node'>): Verdict {
  const verdict = confirmed(world, skb, at);
  describe(skb);
  return verdict;
}

/** Where another flow has the tuple of the answers already, one of the two gives way: which, and how, is left open. */
function confirmed(world: World, skb: Skb, { node }: Pick<Position, 'node'>): Verdict {
  const flow = skb.track?.flow;
  if (flow !== undefined && !flow.confirmed && isTaken(world, flow, flow.reply)) {
    const reason = `two flows on ${node.name} have the same answers: which port nat gives to one of them`;
    return { kind: 'unknown', unknown: { id: `${node.name} clash`, reason } };
  }
  confirm(world, skb);
  return ACCEPT;
}

/** `nf_nat_inet_fn`: decides for a flow's first packet, then translates. INVALID and UNTRACKED packets pass as they are. */
function natStage(world: World, skb: Skb, position: Position, ruleset: Ruleset): Verdict {
  const { hook } = position;
  if (skb.track === undefined || hook === 'FORWARD') return ACCEPT;
  const manip = MANIP[hook];
  const table = ruleset.tables.get('nat');
  const asks = table !== undefined && mustAsk(skb.track, manip) && areAsked(world, position, ruleset);
  const asked = asks ? ask(world, skb, position, table) : ACCEPT;
  if (asked.kind === 'drop' || asked.kind === 'unknown') return asked;
  if (asked.kind === 'nat') {
    if (!bind(world, skb.track, asked.range, position)) {
      note(skb, { ...asked.hop, verdict: 'DROP (no address)' });
      return { kind: 'drop', origin: asked.origin };
    }
  } else if (table !== undefined && !skb.track.flow.bound[manip]) bind(world, skb.track, { manip }, position);
  if (hasMovedOn(skb.track, position)) {
    const text = `conntrack entry of the flow: masqueraded by ${skb.track.flow.masquerade}`;
    note(skb, { node: position.node.name, hook, table: 'nat', text, verdict: 'DROP' });
    return { kind: 'drop', origin: { node: position.node.name, text } };
  }
  const before = skb.packet;
  translate(skb, manip);
  describe(skb);
  explain(skb, asked, before, position);
  return ACCEPT;
}

function areAsked(world: World, { node }: Position, ruleset: Ruleset): boolean {
  switch (natRules(ruleset)) {
    case 'asked':
      return true;
    case 'idle':
      return false;
    case 'open':
      return holds(world, trackingUnknown(node));
  }
}

/** The nat rules see the flow's first packet, which is NEW whatever state the question gave this one. */
function ask(
  world: World,
  skb: Skb,
  position: Position,
  table: NonNullable<ReturnType<Ruleset['tables']['get']>>,
): Verdict {
  const held = skb.track;
  if (held === undefined) return ACCEPT;
  if (held.pinned) skb.track = { ...held, state: CT_STATE.NEW };
  const verdict = runTable(world, skb, position, table);
  skb.track = held;
  return verdict;
}

/** A hop for the rule that translated, or for the entry that did. */
function explain(skb: Skb, asked: Verdict, before: Packet, { node, hook }: Position): void {
  const change = changes(before, skb.packet);
  if (asked.kind === 'nat') note(skb, { ...asked.hop, verdict: change === '' ? 'nothing to translate' : change });
  else if (change !== '') {
    const text = `conntrack entry of the flow (${skb.track?.direction} direction)`;
    note(skb, { node: node.name, hook, table: 'nat', text, verdict: change });
  }
}

const endpoint = (address: Address, port: number, ports: boolean): string =>
  `${printAddress(address)}${ports ? `:${port}` : ''}`;

/** What nat did, as the rule would say it: `DNAT 10.0.0.2:80`. */
function changes(a: Packet, b: Packet): string {
  const said: string[] = [];
  if (a.dst !== b.dst || a.dport !== b.dport) said.push(`DNAT ${endpoint(b.dst, b.dport, a.dport !== b.dport)}`);
  if (a.src !== b.src || a.sport !== b.sport) said.push(`SNAT ${endpoint(b.src, b.sport, a.sport !== b.sport)}`);
  return said.join(', ');
}
