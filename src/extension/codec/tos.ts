import { andThen, type Codec, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { readNumber } from './number.ts';

export interface Tos {
  readonly value: number;
  readonly mask: number;
}

/** Names of RFC 1349; they leave the two ECN bits alone (libxt_tos.c). */
const NAMES: ReadonlyMap<string, number> = new Map([
  ['minimize-delay', 0x10],
  ['maximize-throughput', 0x08],
  ['maximize-reliability', 0x04],
  ['minimize-cost', 0x02],
  ['normal-service', 0x00],
]);
const NAMED_MASK = 0x3f;

export const printByte = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

function read(text: string): Read<Tos> {
  const named = NAMES.get(text.toLowerCase());
  if (named !== undefined) return value({ value: named, mask: NAMED_MASK });
  if (/^[a-z]/i.test(text))
    return refused(`\`${text}\` is no type of service`, `one of: ${[...NAMES.keys()].join(', ')}, or a number`);
  const [head, tail] = halves(text, '/');
  return andThen(readNumber(head, 0, 255), (byte) =>
    andThen(tail === undefined ? value(255) : readNumber(tail, 0, 255), (mask) => value({ value: byte, mask })),
  );
}

/** `VALUE[/MASK]` of the TOS byte, or a name. */
export const tosAndMask: Codec<Tos> = {
  metavar: 'VALUE[/MASK]',
  words: 1,
  parse: ([text]) => read(text),
  print: (tos) => `${printByte(tos.value)}/${printByte(tos.mask)}`,
  domain: {
    kind: 'record',
    members: { value: { kind: 'integer', low: 0, high: 255 }, mask: { kind: 'one of', values: [255, 0x3f, 0, 0xe0] } },
  },
};

/** Classes of RFC 2474, 2597 and 3246. */
const CLASSES: ReadonlyMap<string, number> = new Map([
  ['BE', 0],
  ['EF', 0x2e],
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n): [string, number] => [`CS${n}`, n * 8]),
  ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop): [string, number] => [`AF${n}${drop}`, n * 8 + drop * 2])),
]);

export const dscp: Codec<number> = {
  metavar: 'VALUE',
  words: 1,
  parse: ([text]) => readNumber(text, 0, 63),
  print: printByte,
  domain: { kind: 'integer', low: 0, high: 63 },
};

export const dscpClass: Codec<number> = {
  ...dscp,
  metavar: 'CLASS',
  parse([text]) {
    const found = CLASSES.get(text.toUpperCase());
    return found === undefined
      ? refused(`\`${text}\` is no class`, `one of: ${[...CLASSES.keys()].join(', ')}`)
      : value(found);
  },
};
