import { andThen, isRefused, type Read, refused, value } from '../../extension/codec/codec.ts';
import { readNumber } from '../../extension/codec/number.ts';

/** Text and value of one option of ebtables or arptables: `parse(print(v))` is `v`. */
export interface FrameCodec<T> {
  readonly metavar: string;
  parse(text: string): Read<T>;
  /** As `ebtables-save` and `arptables-save` of iptables-nft print it. */
  print(value: T): string;
}

/** A whole number, printed as `print` says. */
export const number = (low: number, high: number, print: (value: number) => string = String): FrameCodec<number> => ({
  metavar: 'N',
  parse: (text) => readNumber(text, low, high),
  print,
});

export const hexadecimal = (value: number): string => `0x${value.toString(16)}`;

/** Names for some numbers, in any case of letters; the others by number. */
export const named = (
  names: Readonly<Record<string, number>>,
  others: FrameCodec<number>,
  metavar: string,
): FrameCodec<number> => {
  const byName = new Map(Object.entries(names).map(([name, of]) => [name.toLowerCase(), of]));
  const byNumber = new Map(Object.entries(names).map(([name, of]) => [of, name]));
  return {
    metavar,
    parse(text) {
      const known = byName.get(text.toLowerCase());
      if (known !== undefined) return value(known);
      const read = others.parse(text);
      return isRefused(read) ? refused(`\`${text}\` is no ${metavar}`, `a name (${first(names)}) or a number`) : read;
    },
    print: (of) => byNumber.get(of) ?? others.print(of),
  };
};

const first = (names: Readonly<Record<string, number>>): string => `${Object.keys(names).slice(0, 3).join(', ')}, …`;

/** `LOW[:HIGH]`; an end that is left out is the smallest or the largest number. */
export const numbers = (high: number): FrameCodec<readonly [low: number, high: number]> => ({
  metavar: 'N[:N]',
  parse(text) {
    const [from = '', to] = text.split(':', 2);
    return andThen(from === '' && to !== undefined ? value(0) : readNumber(from, 0, high), (a) =>
      andThen(to === undefined ? value(a) : to === '' ? value(high) : readNumber(to, 0, high), (b) =>
        a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`, `write ${b}:${a}`),
      ),
    );
  },
  print: ([a, b]) => (a === b ? `${a}` : `${a}:${b}`),
});

/** A word that is kept as it is written. */
export const verbatim: FrameCodec<string> = { metavar: 'TEXT', parse: value, print: String };

const LONGEST_NAME = 15; // IFNAMSIZ - 1

/** The name of an interface; a `+` at its end makes it a beginning of names. */
export const interfaceName: FrameCodec<string> = {
  metavar: 'NAME',
  parse(text) {
    if (text.length > LONGEST_NAME) return refused(`\`${text}\` is longer than ${LONGEST_NAME} characters`);
    return text === '' || /[\s/]/.test(text) ? refused(`\`${text}\` is no interface name`) : value(text);
  },
  print: String,
};
