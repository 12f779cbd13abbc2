import type { Codec, ReadContext } from '../../../src/extension/codec/codec.ts';
import { isRefused, type Read, type Words } from '../../../src/extension/codec/codec.ts';

/** How what was read is printed, or why it was refused: `reason; advice`. */
export function saidOf<T>(read: Read<T>, print: (value: T) => string): string {
  if (!isRefused(read)) return print(read.value);
  return read.advice === undefined ? read.refused : `${read.refused}; ${read.advice}`;
}

/** What a codec makes of a text, which is cut at blanks where the codec takes several words. */
export function said<T>(codec: Codec<T>, text: string, context: ReadContext = { family: 4 }): string {
  const words = codec.words === 2 ? text.split(' ') : [text];
  return saidOf(codec.parse(words as readonly string[] as Words, context), codec.print);
}
