import { type Codec } from './codec.ts';
import { integer } from './number.ts';

/** A number that is printed in hexadecimal with at least so many digits. */
export const paddedHex = (digits: number, high: number, metavar = 'BITS'): Codec<number> => ({
  ...integer(0, high, metavar),
  print: (number) => `0x${number.toString(16).padStart(digits, '0')}`,
});
