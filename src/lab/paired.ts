import type { Network } from '../network/network.ts';
import type { Exchange } from '../network/trace.ts';
import { type Expected, expectedVisits, hopsOf, requestsOf } from './expected.ts';
import type { RuleHop, Visit } from './visit.ts';

/** One visit of a table as the model expects it and as the kernel told of it; one of them is missing where the other has no like. */
export interface Pair {
  readonly expected?: Expected;
  readonly seen?: Visit;
  /** Both are there: the same rules in the same order, with the same verdicts. */
  readonly same: boolean;
}

const written = (hops: readonly RuleHop[]): string =>
  hops.map(({ chain, rule, verdict }) => `${chain}:${rule ?? 'policy'} ${verdict}`).join(', ');

type Way = Pick<Visit, 'node' | 'table' | 'chain' | 'hops'>;

const wayOf = ({ node, table, chain, hops }: Way): string => `${node} ${table} ${chain}: ${written(hops)}`;
const baseOf = ({ node, table, chain }: Way): string => `${node} ${table} ${chain}`;

/**
 * Puts the model's visits of tables beside the kernel's. What is compared is, for every visit, each rule that matched
 * (jumps, gotos and returns too) and the policy that decided, as table, chain, position and verdict. Left out: visits of
 * built-in chains that hold no rule and accept (no hop of the model, and a chain that a snapshot need not show), and
 * that a chain of one's own came to its end (the kernel's trace says nothing of it either).
 */
export function pair(network: Network, exchange: Exchange, seen: readonly Visit[]): readonly Pair[] {
  const expected = expectedVisits(hopsOf(exchange));
  const left = new Set(seen.filter((visit) => !isIdle(network, visit)));
  const take = (key: (way: Way) => string, one: Way): Visit | undefined => {
    const found = [...left].find((visit) => key(visit) === key(one));
    if (found !== undefined) left.delete(found);
    return found;
  };
  const exact = expected.map((one) => ({ expected: one, seen: take(wayOf, one) }));
  const paired = exact.map(({ expected: one, seen: like }): Pair => {
    if (like !== undefined) return { expected: one, seen: like, same: true };
    const other = take(baseOf, one);
    return { expected: one, ...(other === undefined ? {} : { seen: other }), same: false };
  });
  return [...paired, ...[...left].map((visit): Pair => ({ seen: visit, same: false }))];
}

function isIdle(network: Network, { node, table, hops }: Visit): boolean {
  const [only, more] = hops;
  if (only === undefined) return true;
  if (more !== undefined || only.rule !== undefined || only.verdict !== 'accept') return false;
  const ruleset = network.nodes.get(node)?.ruleset;
  const tables = ruleset?.kind === 'known' ? [...ruleset.value.tables.values()] : [];
  return (tables.find(({ name }) => name === table)?.chains.get(only.chain)?.rules.length ?? 0) === 0;
}

/** Where rule paths differ, a line each. Copies of a flooded packet may go their ways in any order, one packet may not. */
export function pathDifferences(exchange: Exchange, pairs: readonly Pair[]): readonly string[] {
  const different = pairs.filter(({ same }) => !same).map(difference);
  if (different.length > 0 || requestsOf(exchange).length > 1) return different;
  const nodes = new Set(pairs.flatMap(({ expected }) => expected?.node ?? []));
  return [...nodes].flatMap((node) => (inOrder(pairs, node) ? [] : [`${node}: the same rules in another order`]));
}

function difference({ expected, seen }: Pair): string {
  const of = (expected ?? seen) as Way;
  const said = (way: Way | undefined): string => (way === undefined ? 'not asked' : written(way.hops));
  return `${baseOf(of)}: model ${said(expected)}; kernel ${said(seen)}`;
}

/**
 * A kernel tells of its visits in their order, which is that of their numbers here. iptables-nft hooks the table security
 * in at priority 150, behind the nat of INPUT, where the kernel's own (NF_IP_PRI_SECURITY) is 50: it has no say here.
 */
function inOrder(pairs: readonly Pair[], node: string): boolean {
  const orders = pairs.flatMap(({ seen }) => (seen?.node === node && seen.table !== 'security' ? [seen.order] : []));
  return orders.every((order, n) => n === 0 || order > (orders[n - 1] ?? 0));
}
