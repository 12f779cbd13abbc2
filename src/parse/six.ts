import { type Known, known, notKnown } from '../network/unknown.ts';
import type { Located, Result } from './located.ts';

/**
 * What a capture of IPv6 alone showed. Whatever is wrong with it is a note: it makes unknown what it would have shown, and
 * keeps no question about IPv4 from its answer.
 */
export function apart<T>({ value, located }: Result<T>): {
  readonly value: Known<T>;
  readonly located: readonly Located[];
} {
  const error = located.find(({ severity }) => severity === 'error');
  const notes = located.map((one): Located => ({ ...one, severity: 'note' }));
  if (value !== undefined && error === undefined) return { value: known(value), located: notes };
  const { file, line } = error?.place ?? { file: 'it', line: 1 };
  return { value: notKnown(`${file}:${line} cannot be read: ${error?.message ?? 'it holds nothing'}`), located: notes };
}

/** The reader of a capture of IPv6 alone, of one that can read either family. */
export const sixOf =
  <T>(read: (text: string, file: string, family: 6) => Result<T>) =>
  (text: string, file: string): Result<Known<T>> =>
    apart(read(text, file, 6));
