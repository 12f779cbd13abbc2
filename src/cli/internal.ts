import { InternalError } from '../question/internal.ts';

/** What is printed when netqed itself is wrong: everything that a report of it needs (both traces, or the stack). */
export function explainInternal(error: unknown): string {
  return `netqed: internal error: no answer is given\n${describe(error)}\n\n${PLEASE}\n`;
}

function describe(error: unknown): string {
  if (error instanceof InternalError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const PLEASE =
  'this is a mistake in netqed, not in your input: please report it with the text above and, if you may, the snapshot';
