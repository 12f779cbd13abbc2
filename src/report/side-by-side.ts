import type { Exchange, Hop } from '../network/trace.ts';
import { isStart, SHORT } from './hops.ts';

/** A rule that matched, or the policy that decided, in nft's words. */
export interface Step {
  readonly chain: string;
  readonly rule?: number;
  readonly verdict: string;
}

/** One way through one table of one node. */
export interface Passage {
  readonly node: string;
  readonly table: string;
  /** The built-in chain where it begins. */
  readonly chain: string;
  readonly hops: readonly Step[];
}

/** A passage as the model expects it, with the hops that say so, beside the kernel's. */
export interface Beside {
  readonly expected?: Passage & { readonly told: readonly Hop[] };
  readonly seen?: Passage;
  readonly same: boolean;
}

/** One line of the table: node, rule (or part of the path), what the model says there, what the kernel's trace says. */
export interface BesideRow {
  readonly cells: readonly string[];
  /** Only one of them was there, or they did different things. */
  readonly differs: boolean;
}

type Matched = readonly [hop: Hop | undefined, step: Step | undefined];

const sameRule = (a: Step, b: Step): boolean => a.chain === b.chain && a.rule === b.rule && a.verdict === b.verdict;

/** The longest common part of two passages, with what only one of them has in between. */
function matched({ expected, seen }: Beside): readonly Matched[] {
  const [left, right] = [expected?.hops ?? [], seen?.hops ?? []];
  const longest = Array.from({ length: left.length + 1 }, () => Array<number>(right.length + 1).fill(0));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  const same = (i: number, j: number): boolean => sameRule(left[i] as Step, right[j] as Step);
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--)
      (longest[i] as number[])[j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const rows: Matched[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    const both = i < left.length && j < right.length && same(i, j);
    const kernelNext = !both && j < right.length && (i === left.length || at(i, j + 1) > at(i + 1, j));
    rows.push([kernelNext ? undefined : expected?.told[i], both || kernelNext ? right[j] : undefined]);
    if (both || !kernelNext) i++;
    if (both || kernelNext) j++;
  }
  return rows;
}

const NONE = '-';
const position = (chain: string, rule: number | undefined): string =>
  `${chain}${rule === undefined ? ' policy' : `:${rule}`}`;
/** Where a jump leads, the next row says. */
const word = (verdict: string): string => verdict.replace(/^(jump|goto) .*/, '$1');

function ruleRow(node: string, table: string, [hop, step]: Matched): BesideRow {
  const of = hop ?? step;
  const where = `${table} ${position(of?.chain ?? '', of?.rule)}`;
  return {
    cells: [node, where, hop === undefined ? NONE : word(hop.verdict), step === undefined ? NONE : word(step.verdict)],
    differs: hop === undefined || step === undefined,
  };
}

const passageRows = (pair: Beside): readonly BesideRow[] => {
  const { node = '', table = '' } = pair.expected ?? pair.seen ?? {};
  return matched(pair).map((row) => ruleRow(node, table, row));
};

/** A hop outside of netfilter, of which a trace of rules tells nothing. */
const otherRow = (hop: Hop): BesideRow => ({
  cells: [hop.node, SHORT[hop.hook]?.exec(hop.text)?.[0] ?? hop.hook, hop.verdict, ''],
  differs: false,
});

/**
 * The model's hops of the request in their order, each with what the kernel's trace says of it; what only the kernel did
 * stands behind the last that both did in that passage, or at the end.
 */
export function rowsBeside(exchange: Exchange, pairs: readonly Beside[]): readonly BesideRow[] {
  const walks = exchange.walks.filter(({ leg }) => leg === 'request').flatMap((walk) => [walk, ...walk.copies]);
  const hops = [...new Set(walks.flatMap((walk) => walk.hops))].filter((hop) => !isStart(hop));
  const passages = new Map(
    pairs.flatMap((pair) => (pair.expected === undefined ? [] : [[pair.expected.told[0], pair]])),
  );
  const inside = new Set(pairs.flatMap(({ expected }) => expected?.told ?? []));
  const rows = hops.flatMap((hop) => {
    const pair = passages.get(hop);
    if (pair !== undefined) return passageRows(pair);
    return inside.has(hop) ? [] : [otherRow(hop)];
  });
  return [...rows, ...pairs.filter(({ expected }) => expected === undefined).flatMap(passageRows)];
}
