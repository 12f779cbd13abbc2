import { andThen, type Codec, each, value } from './codec.ts';
import { readNumber } from './number.ts';

/** TCP options by name (libxt_TCPOPTSTRIP.c). */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['mss', '2'],
  ['wscale', '3'],
  ['sack-permitted', '4'],
  ['sack', '5'],
  ['timestamp', '8'],
  ['md5', '19'],
]);

/** Numbers of TCP options; 0 and 1 end or pad the list and can't be stripped. */
export const optionNumbers: Codec<readonly number[]> = {
  metavar: 'NUMBER[,…]',
  words: 1,
  parse: ([text]) =>
    andThen(each(text.split(',').map((one) => readNumber(NAMES.get(one) ?? one, 2, 255))), (list) =>
      value([...new Set(list)].sort((a, b) => a - b)),
    ),
  print: (list) => list.join(','),
  domain: { kind: 'subset', of: [2, 3, 4, 5, 8, 19, 255], minimum: 1 },
};
