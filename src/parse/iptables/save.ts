import type { Family } from '../../extension/codec/codec.ts';
import { BUILT_IN } from '../../network/edit-ruleset.ts';
import { type Ruleset, TABLES, type Table, type TableName } from '../../network/ruleset.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { TableBuilder } from './build.ts';
import { isCommand, readCommandLine, readProse } from './line.ts';

/** What has been read of a dump so far. */
interface Dump {
  readonly family: Family;
  readonly source: Source;
  readonly tables: Map<TableName, Table>;
  /** The table between `*NAME` and `COMMIT`. */
  open?: { readonly builder: TableBuilder; readonly at: Word };
  /** In a table that nobody knows: nothing until `COMMIT` is read. */
  skipping: boolean;
}

/**
 * Reads what `iptables-save` printed, or a file for `iptables-restore`; with family 6, those of ip6tables.
 * @returns every error at once: syntax, and all that iptables-restore would refuse when it commits a table
 */
export function parseIptablesSave(text: string, file: string, family: Family = 4): Result<Ruleset> {
  const dump: Dump = { family, source: new Source(text, file), tables: new Map(), skipping: false };
  for (let line = 1; line <= dump.source.lines.length; line++) readLine(dump, dump.source.whole(line));
  if (dump.open !== undefined)
    dump.source.error(
      dump.open.at,
      `table ${dump.open.builder.name} has no \`COMMIT\``,
      'the dump is cut off: capture it again',
    );
  return dump.source.result({ tables: dump.tables });
}

function readLine(dump: Dump, line: Word): void {
  const { text } = line;
  if (text === '') return;
  if (text.startsWith('#')) readComment(dump.source, line);
  else if (text.startsWith('*')) openTable(dump, line);
  else if (text === 'COMMIT') commit(dump, line);
  else if (dump.skipping) return;
  else if (dump.open !== undefined && text.startsWith(':')) readChain(dump, dump.open.builder, line);
  else if (!isCommand(text)) readProse(dump.source, line);
  else if (dump.open === undefined)
    dump.source.error(line, 'a rule outside of a table', 'a table begins with `*filter`');
  else readCommandLine(dump.source, line, dump.open.builder);
}

/** iptables-nft says in comments what it can't show: rules that are in force all the same. */
function readComment(source: Source, line: Word): void {
  if (/is incompatible, use 'nft' tool/.test(line.text))
    source.note(line, 'a table that iptables cannot show', 'capture `nft -j list ruleset` as well');
  else if (/Warning: .*tables present/.test(line.text))
    source.note(
      line,
      'rules of the other iptables are in force too, and not in this capture',
      'capture both: iptables-legacy-save, iptables-nft-save',
    );
}

function openTable(dump: Dump, line: Word): void {
  const [, gap = '', name = ''] = /^\*(\s*)(\S*)$/.exec(line.text) ?? [];
  const at: Word = { ...line, text: name, column: line.column + 1 + gap.length, length: Math.max(1, name.length) };
  if (dump.open !== undefined)
    dump.source.error(
      dump.open.at,
      `table ${dump.open.builder.name} has no \`COMMIT\``,
      'the capture is cut off, or a line is missing: end each table with `COMMIT`',
    );
  delete dump.open;
  const known = TABLES.find((table) => table === name);
  dump.skipping = known === undefined;
  if (known === undefined) dump.source.error(at, `no table \`${name}\``, `one of: ${TABLES.join(', ')}`);
  else dump.open = { builder: new TableBuilder(known, dump.source, dump.family), at };
}

function commit(dump: Dump, line: Word): void {
  if (dump.open === undefined && !dump.skipping) dump.source.note(line, '`COMMIT` without a table');
  dump.skipping = false;
  if (dump.open === undefined) return;
  const { builder, at } = dump.open;
  delete dump.open;
  // iptables-restore empties a table before it fills it
  if (dump.tables.has(builder.name))
    dump.source.note(at, `table ${builder.name} stands here again: the last one counts`);
  dump.tables.set(builder.name, builder.finish());
}

/** `:CHAIN POLICY [packets:bytes]`. */
function readChain({ source }: Dump, table: TableBuilder, line: Word): void {
  const [head, policy, counters, more] = source.words(line.line);
  const name = head?.text === ':' ? undefined : head?.text.slice(1);
  if (head === undefined || name === undefined || policy === undefined || more !== undefined)
    return source.error(line, 'this is no chain', 'write `:CHAIN POLICY [packets:bytes]`');
  // parse_counters of iptables-restore is content without the bracket
  if (counters !== undefined && !/^\[\d+:\d+/.test(counters.text))
    source.error(counters, `\`${counters.text}\` are no counters`, 'write `[packets:bytes]`, or leave them out');
  const chain: Word = { ...head, text: name, column: head.column + 1, length: name.length };
  if (policy.text === '-') return void table.declare(chain);
  if (!table.isBuiltIn(name))
    return source.error(
      policy,
      `\`${name}\` is no built-in chain of ${table.name}: its policy is \`-\``,
      `built-in chains of ${table.name}: ${BUILT_IN[table.name].join(', ')}`,
    );
  if (policy.text === 'ACCEPT' || policy.text === 'DROP') return void table.declare(chain, policy.text);
  source.error(policy, `\`${policy.text}\` is no policy`, 'ACCEPT or DROP');
}
