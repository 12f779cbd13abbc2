import { type Codec, refused, value } from './codec.ts';

const LAST = 2n ** 64n - 1n;
const isBig = (text: string): boolean => /^\d+$/.test(text) && BigInt(text) <= LAST;

/** A 64-bit number, kept in decimal. */
export const bigNumber: Codec<string> = {
  metavar: 'N',
  words: 1,
  parse: ([text = '']) =>
    isBig(text) ? value(BigInt(text).toString()) : refused(`\`${text}\` is not a number from 0 to ${LAST}`),
  print: (text) => text,
  domain: { kind: 'one of', values: ['0', '1', '4096', LAST.toString()] },
};

/** `LOW:HIGH` of 64-bit numbers, kept in decimal. */
export const bigInterval: Codec<string> = {
  metavar: 'N:[N]',
  words: 1,
  parse([text = '']) {
    const [low = '', high = ''] = text.split(':', 2);
    const from = low === '' ? '0' : low;
    const to = high === '' ? LAST.toString() : high;
    if (!isBig(from) || !isBig(to)) return refused(`\`${text}\` is no range of numbers from 0 to ${LAST}`);
    // a range without an end is printed without one
    return value(BigInt(to) === LAST ? `${BigInt(from)}` : `${BigInt(from)}:${BigInt(to)}`);
  },
  print: (text) => text,
  domain: { kind: 'one of', values: ['0:1000', '5:6', '0'] },
};
