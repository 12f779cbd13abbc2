import type { Family } from '../../extension/codec/codec.ts';
import type { Ruleset, TableName } from '../../network/ruleset.ts';
import type { Result } from '../located.ts';
import { Source, type Word } from '../source.ts';
import { TableBuilder } from './build.ts';
import { isCommand, readCommandLine, readProse } from './line.ts';

/**
 * Reads what `iptables -t TABLE -S` printed, with family 6 ip6tables: `-P`, `-N` and `-A` lines. An empty text is a table
 * without chains.
 */
export function parseIptablesList(text: string, table: TableName, file: string, family: Family = 4): Result<Ruleset> {
  const source = new Source(text, file);
  const builder = new TableBuilder(table, source, family);
  for (let line = 1; line <= source.lines.length; line++) readLine(source, builder, source.whole(line));
  return source.result({ tables: new Map([[table, builder.finish()]]) });
}

function readLine(source: Source, builder: TableBuilder, line: Word): void {
  if (line.text === '' || line.text.startsWith('#')) return;
  if (isCommand(line.text)) readCommandLine(source, line, builder);
  else readProse(source, line);
}
