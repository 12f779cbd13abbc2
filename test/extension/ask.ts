import type { ClassContext, ContextSet, Matched, PacketContext, RuleContext } from '../../src/extension/definition.ts';
import { lowerMatch, matchPacket } from '../../src/extension/registry.ts';
import type { Rule } from '../../src/network/ruleset.ts';
import type { Family } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { parseIpsetSave } from '../../src/parse/ipset.ts';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';
import { holds } from '../contract/holds.ts';
import { classLeadsBack, packetLeadsBack } from '../contract/way-back.ts';

/** One rule of a chain that takes it. */
export function ruleOf(text: string, table = 'filter', chain = 'FORWARD', family: Family = 4): Rule {
  const { value, located } = parseIptablesSave(`*${table}\n-A ${chain} ${text}\nCOMMIT\n`, 'rules', family);
  const rule = value?.tables.get(table as 'filter')?.chains.get(chain)?.rules[0];
  if (rule === undefined) throw new Error(located.map(({ message }) => message).join('; '));
  return rule;
}

/** A rule at `TABLE CHAIN` as it is saved. */
export function savedAt(place: string, rule: string, family?: Family): string {
  const [table, chain] = place.split(' ');
  return ruleOf(rule, table, chain, family).text.replace(/^-A \S+ ?/, '');
}

/** Why a rule at `TABLE CHAIN` is refused, and the text that the message points at. */
export function refusedAt(place: string, rule: string, family?: Family): readonly [at: string, message: string][] {
  const [table, chain] = place.split(' ');
  const { located } = parseIptablesSave(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, 'rules', family);
  return located.map(({ message, line, length, place: { column } }) => [
    line.slice(column - 1).slice(0, length),
    message,
  ]);
}

const NO_SETS: ReadonlyMap<string, ContextSet> = new Map();
export const setsOf = (text: string): ReadonlyMap<string, ContextSet> => parseIpsetSave(text, 'sets').value ?? NO_SETS;

export const contextOf = (given: Partial<RuleContext> = {}, sets = NO_SETS): RuleContext => ({
  node: 'host',
  hook: 'FORWARD',
  table: 'filter',
  in: 'eth0',
  out: 'eth1',
  bridged: false,
  addressTypes: () => new Map(),
  set: (name) => sets.get(name),
  addressesOf: () => [],
  groupOf: () => 0,
  unknown: (reason) => ({ id: reason, reason }),
  ...given,
});

/** What both meanings of the rule's last match say of a packet: one answer, or `unknown`. */
export function asked(text: string, fields: Partial<Packet>, given: RuleContext = contextOf()): boolean | 'unknown' {
  const context: PacketContext = { ...given, leadsBack: packetLeadsBack(given.in) };
  const lowering: ClassContext = { ...given, leadsBack: classLeadsBack(given.in) };
  const use = ruleOf(text, given.table, given.hook, given.family).matches.at(-1);
  if (use === undefined) throw new Error(`no match in ${text}`);
  const one = packet(fields);
  const matched: Matched = matchPacket(use, one, context);
  const lowered = [true, false].map((value) => holds(lowerMatch(use, lowering), one, () => value));
  const wanted = typeof matched === 'boolean' ? [matched, matched] : [true, false];
  if (String(lowered) !== String(wanted)) throw new Error(`the meanings of ${use.text} differ`);
  return typeof matched === 'boolean' ? matched : 'unknown';
}
