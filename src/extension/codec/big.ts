import { type Codec, refused, value } from './codec.ts';
import { halves } from './halves.ts';

const LAST = 2n ** 64n - 1n;

/** The number that the text is, if it is one of 64 bits. */
const read = (text: string): bigint | undefined =>
  /^\d+$/.test(text) && BigInt(text) <= LAST ? BigInt(text) : undefined;

/** A 64-bit number, kept in decimal. */
export const bigNumber: Codec<string> = {
  metavar: 'N',
  words: 1,
  parse: ([text]) =>
    read(text) === undefined ? refused(`\`${text}\` is not a number from 0 to ${LAST}`) : value(`${read(text)}`),
  print: (text) => text,
  domain: { kind: 'one of', values: ['0', '1', '4096', LAST.toString()] },
};

const end = (text: string, missing: bigint): bigint | undefined => (text === '' ? missing : read(text));

/** `LOW:HIGH` of 64-bit numbers, kept in decimal. */
export const bigInterval: Codec<string> = {
  metavar: 'N:[N]',
  words: 1,
  parse([text]) {
    const [low, high = ''] = halves(text, ':');
    const from = end(low, 0n);
    const to = end(high, LAST);
    if (from === undefined || to === undefined || from > to)
      return refused(`\`${text}\` is no range of numbers from 0 to ${LAST}`);
    // a range without an end is printed without one
    return value(to === LAST ? `${from}` : `${from}:${to}`);
  },
  print: (text) => text,
  domain: { kind: 'one of', values: ['0:1000', '5:6', '0'] },
};
