import type { ClassContext } from '../extension/definition.ts';
import { MISSING_WAY } from '../extension/match/rpfilter.ts';
import { lowerMatch, lowerTarget } from '../extension/registry.ts';
import { TRUE, unknownBit } from '../ir/predicate.ts';
import { whyUnknown } from '../lower/routing.ts';
import { inFamily } from '../network/family.ts';
import type { Network, Node } from '../network/network.ts';
import type { Rule, TableName } from '../network/ruleset.ts';
import { lastingSet } from '../network/sets.ts';
import type { Family } from '../packet/field.ts';
import type { OpenRule } from '../report/show.ts';

/** The matches and targets of a network's rules that come out as unknown, each with the rule that it stands in. */
export function openRules(network: Network): OpenRule[] {
  const six = inFamily(network, 6).nodes;
  return [...network.nodes.values()].flatMap((node) => [
    ...openIn(node, 4),
    ...(node.six === undefined ? [] : openIn(six.get(node.name) ?? node, 6)),
    ...openFrames(node),
  ]);
}

function openIn(node: Node, family: Family): OpenRule[] {
  const tables = node.ruleset.kind === 'unknown' ? [] : [...node.ruleset.value.tables.values()];
  return tables.flatMap(({ name, chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.flatMap((rule) => openInRule(rule, name, node, family))),
  );
}

/** The same of the rules of ebtables and arptables. */
function openFrames({ name, frameRules, arpRules }: Node): OpenRule[] {
  const chains = [...(frameRules?.values() ?? []), ...(arpRules === undefined ? [] : [arpRules])];
  const rules = chains.flatMap((table) => [...table.values()].flatMap((chain) => chain.rules));
  return rules.flatMap(({ tests, action, text, place }) =>
    [...tests, action].flatMap((one) =>
      one.kind === 'unknown' ? [{ reason: one.reason, origin: { node: name, text, place } }] : [],
    ),
  );
}

/** Lowers the rule by itself and writes down which unknowns its extensions ask for. */
function openInRule(rule: Rule, table: TableName, node: Node, family: Family): OpenRule[] {
  const reasons = new Set<string>();
  const context = contextOf(rule, table, node, family, reasons);
  for (const use of rule.matches) lowerMatch(use, context);
  if (rule.action.kind === 'target') lowerTarget(rule.action, context);
  return [...reasons].map((reason) => ({ reason, origin: { node: node.name, text: rule.text, place: rule.place } }));
}

function contextOf(rule: Rule, table: TableName, node: Node, family: Family, reasons: Set<string>): ClassContext {
  const unknown = (reason: string) => {
    reasons.add(reason);
    return { id: rule.text, reason };
  };
  const missing = whyUnknown(node);
  return {
    family,
    node: node.name,
    hook: 'FORWARD',
    table,
    bridged: false,
    addressTypes: () => new Map(),
    set: (name) => lastingSet(node, name),
    addressesOf: () => [family === 6 ? 0n : 0],
    groupOf: () => (node.interfaces.every(({ group }) => group !== undefined) ? 0 : undefined),
    assume: () => node.kernelDefaults,
    unknown,
    leadsBack: () => (missing === undefined ? TRUE : unknownBit(unknown(`${MISSING_WAY}: ${missing}`))),
  };
}
