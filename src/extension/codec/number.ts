import { andThen, type Codec, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';

/** Reads a number as `strtoul(s, &end, 0)` does: decimal, `0x` hexadecimal, leading `0` octal; nothing else. */
export function readNumber(text: string, low: number, high: number): Read<number> {
  const base = /^0x[0-9a-f]+$/i.test(text) ? 16 : /^0[0-7]+$/.test(text) ? 8 : /^(0|[1-9]\d*)$/.test(text) ? 10 : 0;
  const number = base === 0 ? Number.NaN : Number.parseInt(text, base);
  return number >= low && number <= high
    ? value(number)
    : refused(`\`${text}\` is not a number from ${low} to ${high}`);
}

/** A whole number, printed in decimal. */
export const integer = (low: number, high: number, metavar = 'N'): Codec<number> => ({
  metavar,
  words: 1,
  parse: ([text]) => readNumber(text, low, high),
  print: String,
  domain: { kind: 'integer', low, high },
});

export const hexadecimal = (number: number): string => `0x${number.toString(16)}`;

/** `low[:high]`; an end that is left out is the smallest or the largest number. */
export const interval = (low: number, high: number, metavar = 'N[:N]'): Codec<readonly [number, number]> => ({
  metavar,
  words: 1,
  parse([text]) {
    const [from, to] = halves(text, ':');
    return andThen(readEnd(from, low, low, high), (a) =>
      andThen(to === undefined ? value(a) : readEnd(to, high, low, high), (b) =>
        a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`, `write ${b}:${a}`),
      ),
    );
  },
  print: ([a, b]) => (a === b ? `${a}` : `${a}:${b}`),
  domain: { kind: 'interval', low, high },
});

const readEnd = (text: string, missing: number, low: number, high: number): Read<number> =>
  text === '' ? value(missing) : readNumber(text, low, high);

/** A 32-bit value with a mask: `value[/mask]`. */
export interface Masked {
  readonly value: number;
  readonly mask: number;
}

const ALL = 0xffffffff;
const MASKS = [ALL, 0, 1, 0xff, 0xff00, 0x80000000, 0xfeedcafe];

/** `-m mark --mark V[/M]` and its like (xtables' XTTYPE_MARKMASK32); a full mask is not printed unless asked. */
export const markAndMask = (fullMask: 'printed' | 'left out' = 'left out'): Codec<Masked> => ({
  metavar: 'VALUE[/MASK]',
  words: 1,
  parse([text]) {
    const [head, tail] = halves(text, '/');
    return andThen(readNumber(head, 0, ALL), (mark) =>
      andThen(tail === undefined ? value(ALL) : readNumber(tail, 0, ALL), (mask) => value({ value: mark, mask })),
    );
  },
  print: ({ value: mark, mask }) =>
    mask === ALL && fullMask === 'left out' ? hexadecimal(mark) : `${hexadecimal(mark)}/${hexadecimal(mask)}`,
  domain: {
    kind: 'record',
    members: { value: { kind: 'integer', low: 0, high: ALL }, mask: { kind: 'one of', values: MASKS } },
  },
});

/** One 32-bit number, printed in hexadecimal. */
export const hexInteger = (metavar = 'BITS'): Codec<number> => ({
  ...integer(0, ALL, metavar),
  print: hexadecimal,
});
