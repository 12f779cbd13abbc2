import { type Codec, refused, value } from './codec.ts';

const WHOLE = 0x80000000;

/** A chance from 0 to 1, which the kernel stores in units of 2^-31. */
export const probability: Codec<number> = {
  metavar: 'P',
  words: 1,
  parse: ([text]) =>
    /^[\d.]/.test(text) && Number(text) <= 1
      ? value(Math.round(WHOLE * Number(text)))
      : refused(`\`${text}\` is no probability`, 'a number from 0 to 1'),
  print: (units) => (units / WHOLE).toFixed(11),
  domain: { kind: 'one of', values: [0, WHOLE, WHOLE / 2, 708669603, 1073741824] },
};
