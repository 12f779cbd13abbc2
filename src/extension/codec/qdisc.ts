import { type Codec, refused, value } from './codec.ts';

/** `MAJOR:MINOR` of a queueing class, hexadecimal. */
export const qdiscClass: Codec<readonly number[]> = {
  metavar: 'MAJOR:MINOR',
  words: 1,
  parse: ([text]) =>
    /^[\da-f]{1,4}:[\da-f]{1,4}$/i.test(text)
      ? value(text.split(':').map((half) => Number.parseInt(half, 16)))
      : refused(`\`${text}\` is no class`, 'write MAJOR:MINOR'),
  print: (pair) => pair.map((half) => half.toString(16).padStart(4, '0')).join(':'),
  domain: { kind: 'interval', low: 0, high: 0xffff },
};
