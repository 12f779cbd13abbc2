import type { Source, Word } from '../source.ts';
import type { TableBuilder } from './build.ts';
import { splitWords } from './words.ts';

const COUNTERS = /^\[\d+:\d+\]$/;

/** Whether a line is a command of iptables, with or without counters before it. */
export const isCommand = (line: string): boolean =>
  line.startsWith('-A ') || /^(\[\d+:\d+\]\s*)?(-\w|--\w)/.test(line) || /^\[\d+:\d+\]\s+[!-]/.test(line);

/** Reads a line with a command into the table; counters change nothing. */
export function readCommandLine(source: Source, line: Word, table: TableBuilder): void {
  if (table.readPrinted(line)) return;
  const [first, ...rest] = splitWords(source, line.line);
  if (first === undefined) return;
  table.readCommand(COUNTERS.test(first.text) ? rest : [first, ...rest], line);
}

/** Text that is no part of a listing: said, not fatal, unless it could be a rule that was cut into. */
export function readProse(source: Source, line: Word): void {
  const looksLikeRule = /(^|\s)(-[jgm]|--jump|--match)\s/.test(line.text) && !/[#$%>]\s/.test(line.text);
  if (looksLikeRule)
    source.error(line, 'this looks like a rule, but does not begin like one', 'a rule begins with `-A CHAIN`');
  else source.note(line, 'not read: this is no part of a listing');
}
