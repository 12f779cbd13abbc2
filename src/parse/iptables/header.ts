import { printMask, readShortNetwork } from '../../extension/codec/address.ts';
import { printMask6, readNetwork6 } from '../../extension/codec/address6.ts';
import { type Family, type Read, refused, value } from '../../extension/codec/codec.ts';
import { printProtocol, readProtocol } from '../../extension/codec/protocol.ts';
import type { Header, InterfacePattern, MaskedAddress } from '../../network/ruleset.ts';
import { type Address, printAddress } from '../../packet/address.ts';

const LONGEST_NAME = 15; // IFNAMSIZ - 1

/** Reads the name of an interface; a `+` at its end makes it a beginning of names. */
export function readInterface(text: string, inverted: boolean): Read<InterfacePattern> {
  if (text === '') return refused('an empty interface name');
  if (text.length > LONGEST_NAME) return refused(`\`${text}\` is longer than ${LONGEST_NAME} characters`);
  return /[\s/]/.test(text) ? refused(`\`${text}\` is no interface name`) : value({ text, inverted });
}

/** Reads the addresses of `-s` or `-d`: one, or several with commas between. */
export const readAddresses = (text: string, inverted: boolean, family: Family): readonly Read<MaskedAddress>[] =>
  text.split(',').map((part) => {
    const read: Read<Omit<MaskedAddress, 'inverted'>> = family === 6 ? readNetwork6(part) : readShortNetwork(part);
    return 'refused' in read ? read : value({ ...read.value, inverted });
  });

/** Reads the protocol of `-p`; `undefined` stands for every protocol. */
export function readHeaderProtocol(text: string, inverted: boolean): Read<Header['protocol']> {
  const read = readProtocol(text);
  if ('refused' in read) return read;
  if (read.value !== 0) return value({ number: read.value, inverted });
  return inverted ? refused('a rule for no protocol never matches') : value(undefined);
}

const bang = (inverted: boolean): string => (inverted ? '! ' : '');

/** `0.0.0.0/0` and `::/0` alone say nothing. */
function printMasked(letter: string, of: MaskedAddress | undefined): string[] {
  if (of === undefined || (!of.mask && !of.address && !of.inverted)) return [];
  return [`${bang(of.inverted)}-${letter} ${printAddress(of.address)}/${printAnyMask(of.mask)}`];
}

const printAnyMask = (mask: Address): string => (typeof mask === 'bigint' ? printMask6(mask) : printMask(mask));

const printInterface = (letter: string, of: InterfacePattern | undefined): string[] =>
  of === undefined ? [] : [`${bang(of.inverted)}-${letter} ${of.text}`];

/** The part of a rule that needs no extension, in the order of `iptables-save`. */
export function printHeader({ protocol, in: input, out, fragment, ...of }: Header): readonly string[] {
  return [
    ...printMasked('s', of.source),
    ...printMasked('d', of.destination),
    ...printInterface('i', input),
    ...printInterface('o', out),
    ...(protocol === undefined ? [] : [`${bang(protocol.inverted)}-p ${printProtocol(protocol.number)}`]),
    ...(fragment === undefined ? [] : [`${bang(fragment.inverted)}-f`]),
  ];
}
