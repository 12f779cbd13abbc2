import { explore } from '../../src/evaluate/explore.ts';
import type { Network, Node } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { gathersFragments } from '../../src/network/tracking.ts';
import type { Fate } from '../../src/packet/fate.ts';
import { probeOf, type Question } from '../agreement/generate/probe.ts';
import { ofExchange } from '../agreement/judge.ts';

const rulesOf = ({ ruleset }: Node): number =>
  ruleset.kind === 'unknown'
    ? 0
    : [...ruleset.value.tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules))
        .length;

/** Whether a node treats both fragments as it does the whole: it puts them together, or has no rule that could tell. */
function isBlind(node: Node | undefined): boolean {
  if (node === undefined || node.ruleset.kind === 'unknown') return false;
  const gathers = gathersFragments(node, node.ruleset.value);
  return rulesOf(node) === 0 || (gathers.kind === 'known' && gathers.value);
}

/** The only exchange there is, with a request that goes one way; `undefined`: something is open, or it is flooded. */
function single(network: Network, question: Question, n: number): Exchange | undefined {
  const { probe, start } = probeOf(question, n);
  const [exchange, ...others] = explore(network, { ...probe, back: false }, start);
  return others.length > 0 || exchange?.walks[0]?.copies.length !== 0 ? undefined : exchange;
}

const fateOf = (exchange: Exchange): Fate => exchange.disposition.request;

/**
 * Where a datagram is delivered that is sent in two fragments, as the walks of the whole and of its later fragment tell
 * it: where the later one waits, both are put together, and go on as fragments again. `undefined`: they do not tell.
 */
export function deliveredInTwo(network: Network, question: Question, n: number): readonly string[] | undefined {
  const whole = single(network, question, n);
  const later = single(network, { ...question, odd: { ...question.odd, fragment: 1 } }, n);
  if (whole === undefined || later === undefined) return undefined;
  const [end, part] = [fateOf(whole), fateOf(later)];
  if (end.kind === 'unknown' || part.kind === 'unknown') return undefined;
  if (end.kind !== 'delivered' || part.kind !== 'dropped' || part.reason !== 'fragment') return [];
  const nodes = whole.walks[0]?.hops.map(({ node }) => node) ?? [];
  const after = nodes.slice(nodes.lastIndexOf(part.node) + 1);
  return after.every((node) => isBlind(network.nodes.get(node)))
    ? ofExchange(question.from, whole).delivered
    : undefined;
}

/** Policy rules see the ports of whole datagrams only: not even those of a first fragment. */
export const routesByPorts = ({ nodes }: Network): boolean =>
  [...nodes.values()].some(({ rules }) => rules.some(({ sport, dport }) => (sport ?? dport) !== undefined));
