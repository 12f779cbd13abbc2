import type { FrameChain, FrameVerdict } from '../../network/frame-rules.ts';
import { readProse } from '../iptables/line.ts';
import { splitWords } from '../iptables/words.ts';
import { didYouMean } from '../nearest.ts';
import { Source, type Word } from '../source.ts';
import type { Dialect, RuleDraft } from './dialect.ts';
import { checkJumps } from './jumps.ts';
import { readWords } from './read.ts';
import { finishRule } from './rule.ts';

type Chains = ReadonlyMap<string, FrameChain>;

interface Growing {
  policy: FrameVerdict;
  readonly builtIn: boolean;
  readonly at: Word;
  readonly drafts: RuleDraft[];
}

interface OpenTable {
  readonly name: string;
  readonly chains: Map<string, Growing>;
}

/** What has been read of a listing so far. */
interface Listing {
  readonly dialect: Dialect;
  readonly source: Source;
  readonly tables: Map<string, Chains>;
  /** The table that was begun last; in one that nobody knows nothing is read. */
  open?: OpenTable | 'unknown';
}

/**
 * Reads what `ebtables-save` or `arptables-save` printed, of the legacy or the nft flavour: tables by name. Neither
 * prints `COMMIT`; a table ends where the next begins.
 * @returns the tables as far as they can be read; what is wrong is in the source
 */
export function readTables(source: Source, dialect: Dialect): ReadonlyMap<string, Chains> {
  const listing: Listing = { dialect, source, tables: new Map() };
  for (let line = 1; line <= source.lines.length; line++) readLine(listing, source.whole(line));
  close(listing);
  return listing.tables;
}

function readLine(listing: Listing, line: Word): void {
  const { text } = line;
  if (text === '' || text.startsWith('#') || text === 'COMMIT') return;
  if (text.startsWith('*')) return openTable(listing, line);
  if (listing.open === 'unknown') return;
  const isRule = /^(\[\d+:\d+\]\s*)?-{1,2}\w/.test(text);
  if (!isRule && !/^:\S+\s/.test(text)) return readProse(listing.source, line);
  if (listing.open === undefined)
    return listing.source.error(line, 'a rule outside of a table', 'a table begins with `*filter`');
  if (isRule) readCommand(listing, listing.open, line);
  else readChain(listing, listing.open, line);
}

function openTable(listing: Listing, line: Word): void {
  close(listing);
  const name = line.text.slice(1).trim();
  const known = Object.keys(listing.dialect.builtIn);
  if (!known.includes(name)) {
    listing.source.error(line, `${listing.dialect.tool} has no table \`${name}\``, `one of: ${known.join(', ')}`);
    listing.open = 'unknown';
    return;
  }
  if (listing.tables.has(name)) listing.source.note(line, `table ${name} stands here again: the last one counts`);
  listing.open = { name, chains: new Map() };
}

const POLICIES: readonly string[] = ['ACCEPT', 'DROP', 'RETURN', '-'];

/** `:CHAIN POLICY [packets:bytes]`, the counters of ebtables-legacy-save as `-c packets bytes`. */
function readChain(listing: Listing, table: OpenTable, line: Word): void {
  const [head, policy] = listing.source.words(line.line);
  if (head === undefined || policy === undefined)
    return listing.source.error(line, 'this is no chain', 'write `:CHAIN POLICY`');
  const name = head.text.slice(1);
  setPolicy(listing, table, { ...head, text: name, column: head.column + 1, length: name.length }, policy);
}

function setPolicy(listing: Listing, table: OpenTable, chain: Word, policy: Word): void {
  const grown = declare(listing, table, chain);
  if (!POLICIES.includes(policy.text) || (grown.builtIn && policy.text.length < 3))
    return listing.source.error(policy, `\`${policy.text}\` is no policy`, 'ACCEPT, DROP or, of an own chain, RETURN');
  if (grown.builtIn && policy.text === 'RETURN')
    return listing.source.error(policy, `built-in chain \`${chain.text}\` cannot return`, 'ACCEPT or DROP');
  grown.policy = policy.text === '-' ? 'RETURN' : (policy.text as FrameVerdict);
}

const isBuiltIn = ({ dialect }: Listing, table: OpenTable, chain: string): boolean =>
  dialect.builtIn[table.name]?.includes(chain) === true;

/** Makes a chain known; one that is there stays as it is. */
function declare(listing: Listing, { chains, ...table }: OpenTable, chain: Word): Growing {
  const builtIn = isBuiltIn(listing, { chains, ...table }, chain.text);
  const known = chains.get(chain.text) ?? { policy: 'ACCEPT', builtIn, at: chain, drafts: [] };
  chains.set(chain.text, known);
  return known;
}

const COUNTERS = /^\[\d+:\d+\]$/;

function readCommand(listing: Listing, table: OpenTable, line: Word): void {
  const { dialect, source } = listing;
  const all = splitWords(source, line.line);
  const draft: RuleDraft = { dialect, table: table.name, source, line, tests: [], printed: [], given: new Map() };
  const words = COUNTERS.test(all[0]?.text ?? '') ? all.slice(1) : all;
  if (!/^-(A|N|P|-append|-new-chain|-policy)$/.test(words[0]?.text ?? ''))
    return source.error(words[0] ?? line, `\`${words[0]?.text}\` is not read`, 'write what the table holds in the end');
  readWords(draft, words);
  if (draft.command === undefined) return;
  const { name, chain, argument } = draft.command;
  if (name === 'new-chain') declare(listing, table, chain);
  else if (name === 'policy') {
    if (argument !== undefined) setPolicy(listing, table, chain, argument);
  } else if (table.chains.has(chain.text) || isBuiltIn(listing, table, chain.text))
    declare(listing, table, chain).drafts.push(draft);
  else
    source.error(
      chain,
      `table ${table.name} has no chain \`${chain.text}\``,
      didYouMean(chain.text, [...table.chains.keys()]),
    );
}

function close(listing: Listing): void {
  const { open, tables, source } = listing;
  delete listing.open;
  if (open === undefined || open === 'unknown') return;
  const names = new Set(open.chains.keys());
  const chains = new Map(
    [...open.chains].map(([name, { policy, builtIn, at, drafts }]): [string, FrameChain] => [
      name,
      {
        name,
        policy,
        builtIn,
        rules: drafts.map((draft, i) => ({ number: i + 1, ...finishRule(draft, name, names) })),
        place: source.place(at),
      },
    ]),
  );
  checkJumps(chains, source);
  tables.set(open.name, chains);
}
