/** The text before and behind the first separator; nothing behind where there is none. */
export function halves(text: string, separator: string): readonly [head: string, tail: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
