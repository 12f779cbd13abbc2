import { isIPv6 } from 'node:net';
import { parseAddress } from '../../packet/address.ts';
import { andThen, type Read, refused, value } from './codec.ts';

const ALL = 2n ** 128n - 1n;
const GROUPS = 8;

/** Reads an IPv6 address without a zone; `undefined` if it is not one. */
export function parseAddress6(text: string): bigint | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head = '', tail] = withoutDots(text).split('::');
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const zeros = Array<bigint>(GROUPS - before.length - after.length).fill(0n);
  return [...before, ...zeros, ...after].reduce((address, group) => (address << 16n) + group, 0n);
}

const groupsOf = (text: string): readonly bigint[] =>
  text === '' ? [] : text.split(':').map((group) => BigInt(`0x${group}`));

/** `::1.2.3.4` is two groups more. */
function withoutDots(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const last = parseAddress(text.slice(at));
  if (last === undefined) return text;
  return `${text.slice(0, at)}${Math.floor(last / 65536).toString(16)}:${(last % 65536).toString(16)}`;
}

/** As inet_ntop prints it: the longest run of zeros is left out, an IPv4 address at the end stands in dots. */
export function printAddress6(address: bigint): string {
  const groups = Array.from({ length: GROUPS }, (_, i) => Number((address >> BigInt(112 - 16 * i)) & 0xffffn));
  const low = Number(address & 0xffffffffn);
  const high = address >> 32n;
  const dots = [24, 16, 8, 0].map((shift) => Math.floor(low / 2 ** shift) % 256).join('.');
  if (high === 0xffffn) return `::ffff:${dots}`;
  if (high === 0n && low > 0xffff) return `::${dots}`;
  const { from, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { readonly from: number; readonly length: number } {
  let best = { from: 0, length: 0 };
  for (let from = 0; from < GROUPS; from++) {
    const end = groups.findIndex((group, i) => i >= from && group !== 0);
    const length = (end < 0 ? GROUPS : end) - from;
    if (length > best.length) best = { from, length };
  }
  return best;
}

export function readAddress6(text: string): Read<bigint> {
  const address = parseAddress6(text);
  if (address !== undefined) return value(address);
  return /^[a-z][\w.-]*$/i.test(text)
    ? refused(`\`${text}\` is a host name`, 'write the address that it stands for: names are not looked up')
    : refused(`\`${text}\` is not an IPv6 address`);
}

/** Value and mask of an IPv6 address. */
export interface Network6 {
  readonly address: bigint;
  readonly mask: bigint;
}

const netmask6 = (length: number): bigint => ALL - (2n ** BigInt(128 - length) - 1n);

function readMask6(text: string): Read<bigint> {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 128) return value(netmask6(Number(text)));
  const mask = parseAddress6(text);
  return mask === undefined ? refused(`\`/${text}\` is no mask`, 'a length from 0 to 128') : value(mask);
}

/** Reads `ADDRESS[/MASK]` and keeps the host bits. */
export function readAddressAndMask6(text: string): Read<Network6> {
  const slash = text.indexOf('/');
  const mask = slash < 0 ? value(ALL) : readMask6(text.slice(slash + 1));
  return andThen(readAddress6(slash < 0 ? text : text.slice(0, slash)), (address) =>
    andThen(mask, (bits) => value({ address, mask: bits })),
  );
}

/** Reads `ADDRESS[/MASK]` and cuts the host bits off. */
export const readNetwork6 = (text: string): Read<Network6> =>
  andThen(readAddressAndMask6(text), ({ address, mask }) => value({ address: address & mask, mask }));

/** The length of a contiguous mask, else the mask as an address. */
export function printMask6(mask: bigint): string {
  const length = mask.toString(2).replace(/0+$/, '').length;
  return mask === 0n ? '0' : netmask6(length) === mask ? `${length}` : printAddress6(mask);
}

/** `ADDRESS/MASK`, a full mask always or never printed. */
export const printNetwork6 = ({ address, mask }: Network6, fullMask: 'printed' | 'left out'): string =>
  mask === ALL && fullMask === 'left out' ? printAddress6(address) : `${printAddress6(address)}/${printMask6(mask)}`;
