import { andThen, type Codec, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { readNumber } from './number.ts';

/** A user or group: numbers, or a name that only the host itself can look up. */
export type Ids = readonly [low: number, high: number] | string;

const LAST = 0xfffffffe;
const NAME = /^[a-z_][\w.-]*\$?$/i;

function read(text: string): Read<Ids> {
  if (text === 'root') return value([0, 0]);
  if (NAME.test(text)) return value(text);
  const [low, high = low] = halves(text, '-');
  return andThen(readNumber(low, 0, LAST), (a) =>
    andThen(readNumber(high, 0, LAST), (b) => (a <= b ? value<Ids>([a, b]) : refused(`\`${text}\` runs backwards`))),
  );
}

/** `ID[-ID]` or a name; the superuser's is 0 everywhere, other names are kept. */
export const idRange = (what: 'user' | 'group'): Codec<Ids> => ({
  metavar: `${what.toUpperCase()}[-${what.toUpperCase()}]`,
  words: 1,
  parse: ([text]) => read(text),
  print: (ids) => (typeof ids === 'string' ? ids : ids[0] === ids[1] ? `${ids[0]}` : `${ids[0]}-${ids[1]}`),
  domain: { kind: 'interval', low: 0, high: LAST },
});
