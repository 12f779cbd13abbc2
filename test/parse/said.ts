import type { Located, Result } from '../../src/parse/located.ts';

/** What was said, as `severity file:line:column+length message`, in order. */
export const said = (located: readonly Located[]): readonly string[] =>
  located.map(
    ({ severity, place, length, message }) =>
      `${severity} ${place.file}:${place.line}:${place.column}+${length} ${message}`,
  );

export const errors = (located: readonly Located[]): readonly string[] =>
  said(located.filter(({ severity }) => severity === 'error'));

/** The text that a caret line underlines. */
export const underlined = ({ line, place, length }: Located): string =>
  line.slice(place.column - 1, place.column - 1 + length);

/** What was read. @throws Error with what is wrong instead */
export function read<T>({ value, located }: Result<T>): T {
  if (value === undefined) throw new Error(said(located).join('\n'));
  return value;
}

/** A value without the places where it was read, and without other members that a comparison leaves out. */
export const placeless = (value: unknown, ...others: readonly string[]): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, inner: unknown) => {
      if (key === 'place' || key === 'inventory' || others.includes(key)) return undefined;
      if (typeof inner === 'bigint') return `${inner}n`;
      if (inner instanceof Map) return { map: [...inner] };
      return inner instanceof Set ? { set: [...inner] } : inner;
    }),
  );

/** Every located thing stands in its file: a line that there is, a column in it or just behind it. */
export function isSound(files: ReadonlyMap<string, string>, { place, length, line, message }: Located): boolean {
  const text = files.get(place.file);
  const own = text?.replace(/^\uFEFF/, '').split(/\r?\n/)[place.line - 1];
  const fits =
    place.column >= 1 &&
    place.column <= line.length + 1 &&
    length >= 1 &&
    length <= Math.max(1, line.length - place.column + 1);
  return message !== '' && fits && (text === undefined ? line === '' : own === line);
}
