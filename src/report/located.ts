import type { Located } from '../parse/located.ts';
import { WIDTH } from './layout.ts';
import { type Paint, PLAIN } from './paint.ts';

const INDENT = '  ';

/** The part of a long line that has the place in its middle, and where the place stands in it. */
function window({ line, place, length }: Located): {
  readonly text: string;
  readonly start: number;
  readonly length: number;
} {
  const start = place.column - 1;
  const room = WIDTH - INDENT.length;
  if (line.length <= room) return { text: line, start, length };
  const from = Math.max(0, Math.min(start - Math.floor(room / 3), line.length - room));
  const [head, tail] = [from > 0 ? '...' : '', from + room < line.length ? '...' : ''];
  const text = head + line.slice(from + head.length, from + room - tail.length) + tail;
  return { text, start: start - from, length: Math.max(1, Math.min(length, room - (start - from))) };
}

/** Tabs stay tabs, so that the caret stands under its place whatever their width. */
const blank = (text: string): string => text.replace(/[^\t]/g, ' ');

/** `file:line:column: error: message`, the line, a caret under the place, one line of advice. */
export function printLocated(located: Located, paint: Paint = PLAIN): string {
  const { severity, place, message, advice } = located;
  const { text, start, length } = window(located);
  const mark = severity === 'error' ? paint.bad : paint.doubtful;
  const caret = `${blank(text.slice(0, start).padEnd(start))}^${'~'.repeat(Math.max(0, length - 1))}`;
  return [
    `${paint.strong(`${place.file}:${place.line}:${place.column}:`)} ${mark(`${severity}:`)} ${message}`,
    ...(text.trim() === '' ? [] : [INDENT + text, INDENT + mark(caret)]),
    ...(advice === undefined ? [] : [INDENT + advice]),
    '',
  ].join('\n');
}

export const errorsIn = (located: readonly Located[]): Located[] =>
  located.filter(({ severity }) => severity === 'error');
