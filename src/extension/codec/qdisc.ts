import { type Codec, refused, value } from './codec.ts';

/** `MAJOR:MINOR` of a queueing class, hexadecimal. */
export const qdiscClass: Codec<readonly [major: number, minor: number]> = {
  metavar: 'MAJOR:MINOR',
  words: 1,
  parse([text = '']) {
    const [, major = '', minor = ''] = /^([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(text) ?? [];
    return major === ''
      ? refused(`\`${text}\` is no class`, 'write MAJOR:MINOR')
      : value([Number.parseInt(major, 16), Number.parseInt(minor, 16)] as const);
  },
  print: (pair) => pair.map((half) => half.toString(16).padStart(4, '0')).join(':'),
  domain: { kind: 'interval', low: 0, high: 0xffff },
};
