import { type Address, netmask, parseAddress, parseMac, printAddress, printMac } from '../../packet/address.ts';
import { andThen, type Codec, type Family, isRefused, type Read, type Refusal, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { readNumber } from './number.ts';

const LAST = 0xffffffff;
const ADDRESS = { kind: 'integer', low: 0, high: LAST } as const;

/** Reads one IPv4 address; a host name is refused, because what it means depends on where and when it is looked up. */
export function readAddress(text: string): Read<number> {
  const address = parseAddress(text);
  if (address !== undefined) return value(address);
  return noAddress(text, 4);
}

/** Refuses what is no address of the family. */
export const noAddress = (text: string, family: Family): Refusal =>
  /^[a-z][\w.-]*$/i.test(text)
    ? refused(`\`${text}\` is a host name`, 'write the address that it stands for: names are not looked up')
    : refused(`\`${text}\` is not an IPv${family} address`);

/** Value and mask of an address; the mask need not be contiguous. */
export interface AddressAndMask<A extends Address = number> {
  readonly address: A;
  readonly mask: A;
}

const and = (a: number, b: number): number => (a & b) >>> 0;

/** Reads `/N` or `/A.B.C.D` behind an address. */
export function readMask(text: string): Read<number> {
  const length = readNumber(text, 0, 32);
  if (!isRefused(length)) return value(netmask(length.value));
  const mask = parseAddress(text);
  return mask === undefined
    ? refused(`\`/${text}\` is no mask`, 'a length from 0 to 32 or a dotted mask')
    : value(mask);
}

/**
 * Reads `A.B.C.D[/mask]` and keeps the host bits. Short addresses are refused: `10/8` is 10.0.0.0/8 to `-s`, and
 * 0.0.0.10/8 to conntrack, NETMAP and ipset (`inet_aton`).
 */
export function readAddressAndMask(text: string): Read<AddressAndMask> {
  const [head, tail] = halves(text, '/');
  return andThen(readAddress(head), (address) =>
    andThen(tail === undefined ? value(LAST) : readMask(tail), (mask) => value({ address, mask })),
  );
}

/** Reads `A.B.C.D[/mask]` and cuts the host bits off. */
export const readNetwork = (text: string): Read<AddressAndMask> =>
  andThen(readAddressAndMask(text), ({ address, mask }) => value({ address: and(address, mask), mask }));

/** The same as `-s` and `-d` read it: short addresses end in zeros. */
export const readShortNetwork = (text: string): Read<AddressAndMask> =>
  readNetwork(text.replace(/^\d+(\.\d+){0,2}(?=\/|$)/, (head) => head + '.0'.repeat(4 - head.split('.').length)));

/** The prefix length of a contiguous mask. */
export function lengthOf(mask: number): number | undefined {
  const length = 32 - Math.round(Math.log2(LAST + 1 - mask));
  return netmask(length) === mask ? length : undefined;
}

export const printMask = (mask: number): string => `${lengthOf(mask) ?? printAddress(mask)}`;

const MASKS = [LAST, 0, 0xffffff00, 0xff000000, 0xfffffffe, 0xff00ff00];

/** `ADDRESS[/MASK]`; a full mask is left out, as conntrack prints its tuples. */
export const addressAndMask: Codec<AddressAndMask> = {
  metavar: 'ADDRESS[/MASK]',
  words: 1,
  parse: ([text]) => readAddressAndMask(text),
  print: ({ address, mask }) => (mask === LAST ? printAddress(address) : `${printAddress(address)}/${printMask(mask)}`),
  domain: {
    kind: 'one of',
    values: MASKS.flatMap((mask) => [0x0a0b0c0d, 0xc0a80001, 0].map((host) => ({ address: and(host, mask), mask }))),
  },
};

export type AddressRange<A extends Address = number> = readonly [low: A, high: A];

function readRange(text: string): Read<AddressRange> {
  const [low, high = low] = halves(text, '-');
  return andThen(readAddress(low), (a) => andThen(readAddress(high), (b) => value([a, b] as const)));
}

/** `LOW[-HIGH]` as the nat targets take it. */
export const addressRange: Codec<AddressRange> = {
  metavar: 'ADDRESS[-ADDRESS]',
  words: 1,
  parse: ([text]) =>
    andThen(readRange(text), ([a, b]) => (a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`))),
  print: ([low, high]) => (low === high ? printAddress(low) : `${printAddress(low)}-${printAddress(high)}`),
  domain: { ...ADDRESS, kind: 'interval' },
};

/** `LOW-HIGH` as iprange takes it: a range that runs backwards is kept. */
export const anyAddressRange: Codec<AddressRange> = {
  ...addressRange,
  parse: ([text]) => readRange(text),
  print: ([low, high]) => `${printAddress(low)}-${printAddress(high)}`,
};

/** A MAC address. */
export const mac: Codec<number> = {
  metavar: 'MAC',
  words: 1,
  parse([text]) {
    const address = parseMac(text.replace(/\b[\da-f]\b/gi, '0$&')); // xtables takes `0A:b:1:…`
    return address === undefined
      ? refused(`\`${text}\` is not a MAC address`, 'six bytes: 02:00:00:00:00:01')
      : value(address);
  },
  print: printMac,
  domain: { kind: 'integer', low: 0, high: 0xffffffffffff },
};

/** `ADDRESS/MASK` of a network, host bits cut off, the mask contiguous and always printed. */
export const networkOf: Codec<AddressAndMask> = {
  ...addressAndMask,
  parse: ([text]) =>
    andThen(readNetwork(text), (network) =>
      lengthOf(network.mask) === undefined ? refused(`\`${text}\` has a mask with gaps`) : value(network),
    ),
  print: ({ address, mask }) => `${printAddress(address)}/${printMask(mask)}`,
  domain: {
    kind: 'one of',
    values: [LAST, 0xffffff00, 0xffff0000].map((mask) => ({ address: and(0x0a0b0c0d, mask), mask })),
  },
};

/** One address. */
export const ipv4: Codec<number> = {
  metavar: 'ADDRESS',
  words: 1,
  parse: ([text]) => readAddress(text),
  print: printAddress,
  domain: ADDRESS,
};
