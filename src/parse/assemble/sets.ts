import type { Node, SixNode } from '../../network/network.ts';
import type { IpSet, Ruleset } from '../../network/ruleset.ts';
import type { Family } from '../../packet/field.ts';
import type { Place } from '../../packet/place.ts';
import { first } from './facts.ts';
import { assume, type Work } from './work.ts';

/**
 * The sets of a capture; with kernel defaults and none, those that rules name are empty. Else their contents stay open.
 * What a set of the other family holds is left out: no packet is ever in it (ip_set_test).
 */
export function assembleSets(
  work: Work,
  ruleset: Node['ruleset'],
  six: SixNode | undefined,
): ReadonlyMap<string, IpSet> {
  const captured = first(work.readings, 'sets');
  if (captured !== undefined) return setsIn(captured, 4);
  const rulesets = [ruleset, six?.ruleset].flatMap((one) => (one?.kind === 'known' ? [one.value] : []));
  if (!work.kernelDefaults) return new Map();
  const named = new Map(
    rulesets.flatMap(setUses).map(({ name, place }) => [name, { name, type: 'hash:ip', entries: [], place }] as const),
  );
  if (named.size > 0)
    assume(work, `sets ${[...named.keys()].join(', ')} are empty (kernel default: no capture shows them)`);
  return named;
}

/** Types that hold no addresses are of either family (NFPROTO_UNSPEC). */
const EITHER: readonly string[] = ['bitmap:port', 'hash:mac', 'list:set'];

export const setsIn = (captured: ReadonlyMap<string, IpSet>, family: Family): ReadonlyMap<string, IpSet> =>
  new Map(
    [...captured].map(([name, set]) => [
      name,
      EITHER.includes(set.type) || (set.family ?? 4) === family ? set : { ...set, entries: [] },
    ]),
  );

/** Every set that a rule names (`--match-set NAME …`, `--add-set NAME …`). */
function setUses(ruleset: Ruleset): readonly { readonly name: string; readonly place: Place }[] {
  const rules = [...ruleset.tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap((chain) => chain.rules),
  );
  return rules.flatMap(({ text, place }) =>
    text.includes('-set ')
      ? [...text.matchAll(/--(?:match|add|del|map)-set (\S+)/g)].map(([, name = '']) => ({ name, place }))
      : [],
  );
}
