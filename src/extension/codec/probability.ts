import { type Codec, refused, value } from './codec.ts';

const WHOLE = 0x80000000;

/** A chance from 0 to 1, which the kernel stores in units of 2^-31. */
export const probability: Codec<number> = {
  metavar: 'P',
  words: 1,
  parse([text = '']) {
    const chance = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
    return chance >= 0 && chance <= 1
      ? value(lround(WHOLE * chance))
      : refused(`\`${text}\` is no probability`, 'a number from 0 to 1');
  },
  print: (units) => (units / WHOLE).toFixed(11),
  domain: { kind: 'one of', values: [0, WHOLE, WHOLE / 2, 708669603, 1073741824] },
};

/** C's `lround`: halves away from zero. */
const lround = (number: number): number => Math.floor(number + 0.5);
