import type { Located } from '../parse/located.ts';

/** Offsets into the text of a question, the end excluded. */
export type Span = readonly [start: number, end: number];

/** The file that a question is said to stand in. */
export const QUESTION_FILE = '<question>';

/** Something wrong with a piece of a question. A question may run over several lines; the caret stays on the first. */
export function complain(text: string, [start, end]: Span, message: string, advice: string): Located {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', start) < 0 ? text.length : text.indexOf('\n', start);
  const line = text.slice(0, lineStart).split('\n').length;
  return {
    severity: 'error',
    place: { file: QUESTION_FILE, line, column: start - lineStart + 1 },
    length: Math.max(1, Math.min(end, lineEnd) - start),
    line: text.slice(lineStart, lineEnd),
    message,
    advice,
  };
}
