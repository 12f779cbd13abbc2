import { parseAddress6, printAddress6 } from '../../packet/address6.ts';
import { andThen, type Read, refused, value } from './codec.ts';

const ALL = 2n ** 128n - 1n;

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

/** Reads `/N` or a mask behind an address. */
export function readMask6(text: string): Read<bigint> {
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
