import type { Hop } from '../network/trace.ts';

/** One line of the hop table, with what is quoted below it. */
export interface Row {
  readonly node: string;
  readonly hook: string;
  /** `filter nova-filter-top:1`; empty outside of netfilter. */
  readonly rule: string;
  readonly verdict: string;
  /** `file:line: text`: what decided. */
  readonly quote?: string;
  /** The jumps that led there: `OUTPUT:1 > nova-filter-top:1`. */
  readonly by?: string;
}

const isJump = ({ verdict }: Hop): boolean => /^(jump|goto) /.test(verdict);
const isPassing = (hop: Hop): boolean => isJump(hop) || hop.verdict === 'RETURN' || hop.verdict === 'continue';
const isPolicy = ({ table, rule }: Hop): boolean => table !== undefined && rule === undefined;
export const isStart = ({ hook, verdict }: Hop): boolean => hook === 'socket' && verdict === 'sent';
const isQuiet = (hop: Hop): boolean => isPolicy(hop) && hop.verdict === 'ACCEPT';

const position = ({ chain, rule }: Hop): string => (rule === undefined ? `${chain} policy` : `${chain}:${rule}`);
const ruleText = (hop: Hop): string => (hop.table === undefined ? '' : `${hop.table} ${position(hop)}`);

/** `file:line: text`, as grep prints it; the text alone where nothing was read. */
export const quoteOf = ({ file, line, text }: Hop): string => (file === undefined ? text : `${file}:${line}: ${text}`);

/** The jumps that were still open when the hop was reached, outermost first. */
function pathTo(hops: readonly Hop[], at: number): string[] {
  const path: string[] = [];
  let { chain } = hops[at] as Hop;
  for (let i = at - 1; i >= 0; i--) {
    const hop = hops[i] as Hop;
    if (hop.node !== hops[at]?.node || hop.hook !== hops[at]?.hook || hop.table !== hops[at]?.table) break;
    if (!isJump(hop) || hop.verdict.replace(/^(jump|goto) /, '') !== chain) continue;
    path.unshift(position(hop));
    chain = hop.chain;
  }
  return path;
}

/** What stands in the column of rules for a hop outside of netfilter; all of its text is in the full table. */
export const SHORT: Partial<Record<Hop['hook'], RegExp>> = {
  neighbour: /^who has \S+/,
  link: /(?<=^link )[^:]+/,
  bridge: /^.*$/,
  deliver: /^.*$/,
};

/** A row with its text: in the row itself if it is short and was read nowhere, else quoted below. */
function rowOf(hops: readonly Hop[], at: number): Row {
  const hop = hops[at] as Hop;
  const by = isPolicy(hop) || hop.table === undefined ? [] : pathTo(hops, at);
  // at bridges and neighbours, too, a rule is told as a rule
  const short = hop.table === undefined ? SHORT[hop.hook]?.exec(hop.text)?.[0] : undefined;
  const quoted = short === undefined && hop.text !== '' && !isQuiet(hop);
  return {
    node: hop.node,
    hook: hop.hook,
    rule: short ?? ruleText(hop),
    verdict: hop.verdict,
    ...(quoted ? { quote: quoteOf(hop) } : {}),
    ...(by.length === 0 ? {} : { by: by.join(' > ') }),
  };
}

/** Every hop, jumps and policies included. */
export const everyRow = (hops: readonly Hop[]): Row[] =>
  hops.map((hop) => ({
    node: hop.node,
    hook: hop.hook,
    rule: ruleText(hop),
    verdict: hop.verdict,
    ...(hop.text === '' ? {} : { quote: quoteOf(hop) }),
  }));

/** The hops that decided something: jumps are folded into what they led to, accepting policies into one row a hook. */
export function decidingRows(hops: readonly Hop[]): Row[] {
  const rows: Row[] = [];
  let quiet: Hop[] = [];
  const flush = (): void => {
    const [first] = quiet;
    if (first !== undefined) rows.push(policies(first, quiet));
    quiet = [];
  };
  for (const [at, hop] of hops.entries()) {
    if (isStart(hop)) continue; // the packet itself is told above the table
    const together = quiet.length === 0 || (quiet[0]?.node === hop.node && quiet[0]?.hook === hop.hook);
    if (!together || (!isQuiet(hop) && !isPassing(hop))) flush();
    if (isQuiet(hop)) quiet.push(hop);
    else if (!isPassing(hop)) rows.push(rowOf(hops, at));
  }
  flush();
  return rows;
}

const policies = ({ node, hook }: Hop, quiet: readonly Hop[]): Row => ({
  node,
  hook,
  rule: [...new Set(quiet.map(({ table }) => table))].join(', '),
  verdict: 'ACCEPT (policy)',
});
