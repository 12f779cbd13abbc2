import { netmask, parseAddress, parseMac, printAddress, printMac } from '../../packet/address.ts';
import { andThen, type Codec, type Read, refused, value } from './codec.ts';

const LAST = 0xffffffff;
const ADDRESS = { kind: 'integer', low: 0, high: LAST } as const;

/** Reads one IPv4 address; a host name is refused, because what it means depends on where and when it is looked up. */
export function readAddress(text: string): Read<number> {
  const address = parseAddress(text);
  if (address !== undefined) return value(address);
  return /^[a-z][\w.-]*$/i.test(text)
    ? refused(`\`${text}\` is a host name`, 'write the address that it stands for: names are not looked up')
    : refused(`\`${text}\` is not an IPv4 address`);
}

/** Value and mask of an address; the mask need not be contiguous. */
export interface AddressAndMask {
  readonly address: number;
  readonly mask: number;
}

const and = (a: number, b: number): number => (a & b) >>> 0;

/** Reads `/N` or `/A.B.C.D` behind an address. */
export function readMask(text: string): Read<number> {
  if (/^\d{1,2}$/.test(text) && Number(text) <= 32) return value(netmask(Number(text)));
  const mask = parseAddress(text);
  return mask === undefined
    ? refused(`\`/${text}\` is no mask`, 'a length from 0 to 32 or a dotted mask')
    : value(mask);
}

/** Reads `A.B.C.D[/mask]` and keeps the host bits. Short addresses (`10/8`) end in zeros, as xtables reads them. */
export function readAddressAndMask(text: string): Read<AddressAndMask> {
  const slash = text.indexOf('/');
  const head = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? value(LAST) : readMask(text.slice(slash + 1));
  const padded = /^\d+(\.\d+){0,2}$/.test(head) ? `${head}${'.0'.repeat(4 - head.split('.').length)}` : head;
  return andThen(readAddress(padded), (address) => andThen(mask, (bits) => value({ address, mask: bits })));
}

/** Reads `A.B.C.D[/mask]` and cuts the host bits off, as `-s` and `-d` do. */
export const readNetwork = (text: string): Read<AddressAndMask> =>
  andThen(readAddressAndMask(text), ({ address, mask }) => value({ address: and(address, mask), mask }));

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
  parse: ([text = '']) => readAddressAndMask(text),
  print: ({ address, mask }) => (mask === LAST ? printAddress(address) : `${printAddress(address)}/${printMask(mask)}`),
  domain: {
    kind: 'one of',
    values: MASKS.flatMap((mask) => [0x0a0b0c0d, 0xc0a80001, 0].map((host) => ({ address: and(host, mask), mask }))),
  },
};

/** `LOW[-HIGH]`. */
export const addressRange: Codec<readonly [low: number, high: number]> = {
  metavar: 'ADDRESS[-ADDRESS]',
  words: 1,
  parse([text = '']) {
    const [low = '', high = low, more] = text.split('-');
    if (more !== undefined) return refused(`\`${text}\` is no range of addresses`);
    return andThen(readAddress(low), (a) =>
      andThen(readAddress(high), (b) => (a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`))),
    );
  },
  print: ([low, high]) => (low === high ? printAddress(low) : `${printAddress(low)}-${printAddress(high)}`),
  domain: { ...ADDRESS, kind: 'interval' },
};

/** A MAC address. */
export const mac: Codec<number> = {
  metavar: 'MAC',
  words: 1,
  parse([text = '']) {
    const address = parseMac(text);
    return address === undefined
      ? refused(`\`${text}\` is not a MAC address`, 'six bytes: 02:00:00:00:00:01')
      : value(address);
  },
  print: printMac,
  domain: { kind: 'integer', low: 0, high: 0xffffffffffff },
};
