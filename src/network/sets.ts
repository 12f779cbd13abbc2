import type { Node } from './network.ts';
import type { IpSet, Rule, Ruleset } from './ruleset.ts';

const changed = new WeakMap<Ruleset, ReadonlySet<string>>();

/** A set of a node as its capture shows it; nothing if rules (`-j SET`) change what it holds while packets pass. */
export function lastingSet(node: Node, name: string): IpSet | undefined {
  if (node.ruleset.kind === 'unknown') return node.sets.get(name);
  const of = node.ruleset.value;
  const names = changed.get(of) ?? new Set(rulesOf(of).flatMap(setsChangedBy));
  changed.set(of, names);
  return names.has(name) ? undefined : node.sets.get(name);
}

const rulesOf = ({ tables }: Ruleset): readonly Rule[] =>
  [...tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules));

/** The sets that a rule adds to or takes from, as the options of its target print them. */
const setsChangedBy = ({ action }: Rule): readonly string[] =>
  action.kind === 'target' && action.name === 'SET'
    ? [...action.text.matchAll(/--(?:add|del)-set (\S+)/g)].map(([, name = '']) => name)
    : [];
