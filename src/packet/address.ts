import { isIPv4 } from 'node:net';
import { parseAddress6, printAddress6 } from './address6.ts';
import { ADDRESS_WIDTH, type Family } from './field.ts';
import type { Range, Ranges } from './ranges.ts';
import { plus, type Scalar } from './scalar.ts';

/** An address: of IPv4 a number of 32 bits, of IPv6 a bigint of 128. */
export type Address = Scalar;

/** A prefix: the address as written (host bits kept out) and its length in bits, 0 to 32, of IPv6 to 128. */
export interface Prefix<A extends Address = Address> {
  readonly address: A;
  readonly length: number;
}

export const familyOf = (address: Address): Family => (typeof address === 'bigint' ? 6 : 4);
const bitsOf = (address: Address): number => ADDRESS_WIDTH[familyOf(address)];

/** Reads a dotted quad strictly (no leading zeros, no short forms); `undefined` if it is not one. */
export function parseAddress(text: string): number | undefined {
  if (!isIPv4(text)) return undefined;
  let address = 0;
  let byte = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char !== DOT) byte = byte * 10 + char - ZERO;
    else {
      address = address * 256 + byte;
      byte = 0;
    }
  }
  return address * 256 + byte;
}

const DOT = 46;
const ZERO = 48;

export const printAddress = (address: Address): string =>
  typeof address === 'bigint' ? printAddress6(address) : printAddress4(address);

const printAddress4 = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** Reads an address of either family. */
export const parseAnyAddress = (text: string): Address | undefined => parseAddress(text) ?? parseAddress6(text);

/** The netmask of a prefix length of IPv4: `netmask(24)` is 255.255.255.0. */
export const netmask = (length: number): number => 2 ** 32 - 2 ** (32 - length);

/** How far the last address of a prefix is from its first. */
const spread = <A extends Address>(address: A, length: number): A =>
  (typeof address === 'bigint' ? 2n ** BigInt(128 - length) - 1n : 2 ** (32 - length) - 1) as A;

const cut = <A extends Address>(address: A, length: number): A =>
  (typeof address === 'bigint' ? address & ~spread(address, length) : address - (address % 2 ** (32 - length))) as A;

/** Cuts the host bits off. @throws RangeError if the length is not 0 to 32, of IPv6 to 128 */
export function prefix<A extends Address>(address: A, length: number): Prefix<A> {
  if (!Number.isInteger(length) || length < 0 || length > bitsOf(address))
    throw new RangeError(`no prefix length: ${length}`);
  return { address: cut(address, length), length };
}

/** The prefix of one address. */
export const hostPrefix = <A extends Address>(address: A): Prefix<A> => ({ address, length: bitsOf(address) });

/** Reads `A.B.C.D/len` or an address alone (length 32); host bits are cut off as iptables and iproute2 do. */
export const parsePrefix = (text: string): Prefix<number> | undefined => readPrefix(text, parseAddress);

/** The same, of either family. */
export const parseAnyPrefix = (text: string): Prefix | undefined => readPrefix(text, parseAnyAddress);

function readPrefix<A extends Address>(text: string, read: (text: string) => A | undefined): Prefix<A> | undefined {
  const [, head, tail] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = head === undefined ? undefined : read(head);
  if (address === undefined) return undefined;
  const length = tail === undefined ? bitsOf(address) : Number(tail);
  return length > bitsOf(address) ? undefined : prefix(address, length);
}

export const printPrefix = ({ address, length }: Prefix): string => `${printAddress(address)}/${length}`;
export const rangeOf = <A extends Address>({ address, length }: Prefix<A>): Range<A> => [
  address,
  plus(address, spread(address, length)),
];
export const rangesOf = <A extends Address>(of: Prefix<A>): Ranges<A> => [rangeOf(of)];
/** Whether the address is one of the prefix; never if it is of the other family. */
export const holds = (of: Prefix, address: Address): boolean => {
  const [low, high] = rangeOf(of);
  return familyOf(low) === familyOf(address) && low <= address && address <= high;
};

/** Reads six hexadecimal bytes with colons, any case; `undefined` if it is not a MAC address. */
export const parseMac = (text: string): number | undefined =>
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? Number.parseInt(text.replaceAll(':', ''), 16) : undefined;

export const printMac = (mac: number): string =>
  mac
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?!$)/g, '$&:');

/** The link layer's broadcast address. */
export const BROADCAST_MAC = 0xffffffffffff;

/** Whether the group bit of a MAC address is set (multicast and broadcast). */
export const isGroupMac = (mac: number): boolean => Math.floor(mac / 2 ** 40) % 2 === 1;
