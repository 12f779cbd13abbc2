import { isIPv4 } from 'node:net';
import type { Range, Ranges } from './ranges.ts';

/** An IPv4 prefix: the address as written (host bits kept out) and its length in bits, 0 to 32. */
export interface Prefix {
  readonly address: number;
  readonly length: number;
}

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

export const printAddress = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');

/** The netmask of a prefix length: `netmask(24)` is 255.255.255.0. */
export const netmask = (length: number): number => 2 ** 32 - 2 ** (32 - length);

/** Cuts the host bits off. @throws RangeError if the length is not 0 to 32 */
export function prefix(address: number, length: number): Prefix {
  if (!Number.isInteger(length) || length < 0 || length > 32) throw new RangeError(`no prefix length: ${length}`);
  return { address: address - (address % 2 ** (32 - length)), length };
}

/** Reads `A.B.C.D/len` or an address alone (length 32); host bits are cut off as iptables and iproute2 do. */
export function parsePrefix(text: string): Prefix | undefined {
  const [, head, tail] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(text) ?? [];
  const address = head === undefined ? undefined : parseAddress(head);
  const length = tail === undefined ? 32 : Number(tail);
  return address === undefined || length > 32 ? undefined : prefix(address, length);
}

export const printPrefix = ({ address, length }: Prefix): string => `${printAddress(address)}/${length}`;
export const rangeOf = ({ address, length }: Prefix): Range => [address, address + 2 ** (32 - length) - 1];
export const rangesOf = (of: Prefix): Ranges => [rangeOf(of)];
export const holds = (of: Prefix, address: number): boolean => {
  const [low, high] = rangeOf(of);
  return low <= address && address <= high;
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
