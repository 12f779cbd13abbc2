import { type Codec, refused, value } from './codec.ts';

/** Quotes as `xtables_save_string` does: plain words stay, all else goes into double quotes with `"`, `\` and `'` escaped. */
export const quote = (text: string): string => (/^[\w-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`);

/** Free text of at most `maximum` bytes. */
export const text = (maximum: number, metavar = 'TEXT', minimum = 0): Codec<string> => ({
  metavar,
  words: 1,
  parse([word]) {
    const bytes = Buffer.byteLength(word);
    if (bytes > maximum) return refused(`text of ${bytes} bytes`, `at most ${maximum} are stored`);
    return bytes < minimum ? refused('empty text') : value(word);
  },
  print: quote,
  domain: { kind: 'text', minimum, maximum },
});

/** Text of which the kernel keeps a beginning of so many bytes. */
export const prefixText = (maximum: number): Codec<string> => ({
  ...text(maximum, 'PREFIX', 1),
  parse: ([word]) => (word === '' ? refused('empty text') : value(Buffer.from(word).subarray(0, maximum).toString())),
});

/** Text that is printed as it stands: names that the tools never quote. */
export const plainText = (maximum: number, metavar = 'NAME'): Codec<string> => ({
  ...text(maximum, metavar, 1),
  print: (word) => (/^!$|[\s"\\']/.test(word) ? quote(word) : word),
});

/** libxt_string.c escapes no `'`. */
const inQuotes = (word: string): string => `"${word.replace(/["\\]/g, '\\$&')}"`;

/** Text that is printed in quotes whatever it holds. */
export const always = (maximum: number): Codec<string> => ({ ...text(maximum, 'TEXT', 1), print: inQuotes });
