import { andThen, type Codec, refused, value } from './codec.ts';
import { readNumber } from './number.ts';

/** A conntrack zone, or the packet's mark as one. */
export type Zone = number | 'mark';

export const zone: Codec<Zone> = {
  metavar: 'ZONE|mark',
  words: 1,
  parse([text]) {
    if (text === 'mark') return value('mark');
    const read = readNumber(text, 0, 65535);
    return 'refused' in read
      ? refused(`\`${text}\` is no zone`, 'a number from 0 to 65535, or mark')
      : andThen(read, value<Zone>);
  },
  print: String,
  domain: { kind: 'one of', values: [1, 5, 65535, 'mark'] },
};
