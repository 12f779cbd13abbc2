import { type Codec, refused, value } from './codec.ts';

const LONGEST = 128; // XT_STRING_MAX_PATTERN_SIZE

/** The bytes of text with hexadecimal between bars (`GET|20 2f|`), two digits a byte; nothing if it is none. */
function bytesOf(text: string): string | undefined {
  const parts = text.split('|');
  if (parts.length % 2 === 0) return undefined;
  const hex = parts.map((part, i) =>
    i % 2 === 0 ? Buffer.from(part).toString('hex') : part.replaceAll(' ', '').toLowerCase(),
  );
  return hex.every((part) => /^([\da-f]{2})*$/.test(part)) ? hex.join('') : undefined;
}

/** What the bytes stand for, where all of them can be printed. */
export function printable(hex: string): string | undefined {
  const text = Buffer.from(hex, 'hex').toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}

/** Bytes, kept and printed as `|hexadecimal|`. */
export const hexText: Codec<string> = {
  metavar: '|HEX|',
  words: 1,
  parse([text]) {
    const hex = bytesOf(text);
    if (hex === undefined || hex === '') return refused(`\`${text}\` is not |hexadecimal|`, 'two digits a byte');
    return hex.length > 2 * LONGEST ? refused(`${hex.length / 2} bytes`, `at most ${LONGEST}`) : value(hex);
  },
  print: (hex) => `"|${hex}|"`,
  domain: { kind: 'one of', values: ['0a0a', '00', 'ff20'] },
};
