import type { Codec } from './codec.ts';
import { readProtocol } from './protocol.ts';

/** A protocol by name or number, printed as a number (`--ctproto`). */
export const protocolNumber: Codec<number> = {
  metavar: 'PROTOCOL',
  words: 1,
  parse: ([text]) => readProtocol(text),
  print: String,
  domain: { kind: 'integer', low: 1, high: 255 },
};
