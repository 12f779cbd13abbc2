import type { Exchange, Hop, Walk } from '../network/trace.ts';
import type { RuleHop, Visit } from './visit.ts';

/** A visit as the model tells of it, with the hops that it was made of. */
export type Expected = Omit<Visit, 'packet' | 'order'> & { readonly told: readonly Hop[] };

/** Every copy of the request. */
export const requestsOf = ({ walks }: Exchange): readonly Walk[] =>
  walks.filter(({ leg }) => leg === 'request').flatMap((walk) => [walk, ...walk.copies]);

/** The request's hops on all its ways, each once: copies share those before they parted. */
export const hopsOf = (exchange: Exchange): readonly Hop[] => [
  ...new Set(requestsOf(exchange).flatMap(({ hops }) => hops)),
];

/** Rules for frames are no rules of iptables: `nft monitor trace` tells nothing of them in family ip. */
const isOfFrames = ({ hook }: Hop): boolean => hook === 'bridge' || hook === 'neighbour';

/** The visits that the model expects, in its order. Translations by a flow's entry are no rules, and are left out. */
export function expectedVisits(hops: readonly Hop[]): readonly Expected[] {
  const visits: (Expected & { readonly hops: RuleHop[]; readonly told: Hop[] })[] = [];
  let before: Hop | undefined;
  for (const hop of hops) {
    const { node, table, chain, rule } = hop;
    if (table !== undefined && chain !== undefined && !isOfFrames(hop)) {
      const together = before?.node === node && before.hook === hop.hook && before.table === table;
      if (!together || isOver(before)) visits.push({ node, table, chain: hop.hook, hops: [], told: [] });
      const visit = visits.at(-1);
      visit?.hops.push({ chain, ...(rule === undefined ? {} : { rule }), verdict: verdictOf(hop) });
      visit?.told.push(hop);
    }
    before = hop;
  }
  return visits;
}

/** A policy is the last word of a table, and so is a verdict. */
const isOver = (hop: Hop | undefined): boolean =>
  hop !== undefined && (hop.rule === undefined || ['accept', 'drop'].includes(verdictOf(hop)));

/** The evaluator's words as nft's. */
const WORDS: readonly (readonly [pattern: RegExp, verdict: string])[] = [
  [/^(ACCEPT|DNAT |SNAT |nothing to translate)/, 'accept'],
  [/^(DROP|REJECT )/, 'drop'],
  [/^RETURN$/, 'return'],
];

export function verdictOf({ verdict }: Pick<Hop, 'verdict'>): string {
  if (/^(jump|goto) /.test(verdict)) return verdict;
  return WORDS.find(([pattern]) => pattern.test(verdict))?.[1] ?? 'continue';
}
