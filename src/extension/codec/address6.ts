import { parseAddress6, printAddress6 } from '../../packet/address6.ts';
import { noAddress } from './address.ts';
import { andThen, isRefused, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { readNumber } from './number.ts';

const ALL = 2n ** 128n - 1n;

export function readAddress6(text: string): Read<bigint> {
  const address = parseAddress6(text);
  if (address !== undefined) return value(address);
  return noAddress(text, 6);
}

/** Value and mask of an IPv6 address. */
export interface Network6 {
  readonly address: bigint;
  readonly mask: bigint;
}

const netmask6 = (length: number): bigint => ALL - (2n ** BigInt(128 - length) - 1n);

/** Reads `/N` or a mask behind an address. */
export function readMask6(text: string): Read<bigint> {
  const length = readNumber(text, 0, 128);
  if (!isRefused(length)) return value(netmask6(length.value));
  const mask = parseAddress6(text);
  return mask === undefined ? refused(`\`/${text}\` is no mask`, 'a length from 0 to 128') : value(mask);
}

/** Reads `ADDRESS[/MASK]` and keeps the host bits. */
export function readAddressAndMask6(text: string): Read<Network6> {
  const [head, tail] = halves(text, '/');
  return andThen(readAddress6(head), (address) =>
    andThen(tail === undefined ? value(ALL) : readMask6(tail), (mask) => value({ address, mask })),
  );
}

/** Reads `ADDRESS[/MASK]` and cuts the host bits off. */
export const readNetwork6 = (text: string): Read<Network6> =>
  andThen(readAddressAndMask6(text), ({ address, mask }) => value({ address: address & mask, mask }));

/** The length of a contiguous mask, else the mask as an address. */
export function printMask6(mask: bigint): string {
  const length = mask.toString(2).replaceAll('0', '').length;
  return netmask6(length) === mask ? `${length}` : printAddress6(mask);
}

/** `ADDRESS/MASK`, a full mask always or never printed. */
export const printNetwork6 = ({ address, mask }: Network6, fullMask: 'printed' | 'left out'): string =>
  mask === ALL && fullMask === 'left out' ? printAddress6(address) : `${printAddress6(address)}/${printMask6(mask)}`;
