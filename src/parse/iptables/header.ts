import { printMask, readNetwork } from '../../extension/codec/address.ts';
import { printNetwork6, readNetwork6 } from '../../extension/codec/address6.ts';
import { type Family, type Read, refused, value } from '../../extension/codec/codec.ts';
import { printProtocol, readProtocol } from '../../extension/codec/protocol.ts';
import type { Header, InterfacePattern, MaskedAddress, MaskedAddress6 } from '../../network/ruleset.ts';
import { printAddress } from '../../packet/address.ts';
import type { AnyAddress } from './draft.ts';

const LONGEST_NAME = 15; // IFNAMSIZ - 1

/** Reads the name of an interface; a `+` at its end makes it a beginning of names. */
export function readInterface(text: string, inverted: boolean): Read<InterfacePattern> {
  if (text === '') return refused('an empty interface name');
  if (text.length > LONGEST_NAME) return refused(`\`${text}\` is longer than ${LONGEST_NAME} characters`);
  return /[\s/]/.test(text) ? refused(`\`${text}\` is no interface name`) : value({ text, inverted });
}

/** Reads the addresses of `-s` or `-d`: one, or several with commas between. */
export const readAddresses = (text: string, inverted: boolean, family: Family): readonly Read<AnyAddress>[] =>
  text.split(',').map((part) => {
    const read: Read<Omit<AnyAddress, 'inverted'>> = family === 6 ? readNetwork6(part) : readNetwork(part);
    return 'refused' in read ? read : value({ ...read.value, inverted } as AnyAddress);
  });

/** Reads the protocol of `-p`; `undefined` stands for every protocol. */
export function readHeaderProtocol(text: string, inverted: boolean): Read<Header['protocol']> {
  const read = readProtocol(text);
  if ('refused' in read) return read;
  if (read.value !== 0) return value({ number: read.value, inverted });
  return inverted ? refused('a rule for no protocol never matches') : value(undefined);
}

const bang = (inverted: boolean): string => (inverted ? '! ' : '');

function printMasked(letter: string, of: MaskedAddress | undefined): string[] {
  if (of === undefined || (of.mask === 0 && of.address === 0 && !of.inverted)) return [];
  return [`${bang(of.inverted)}-${letter} ${printAddress(of.address)}/${printMask(of.mask)}`];
}

/** `::/0` alone says nothing. */
function printMasked6(letter: string, of: MaskedAddress6 | undefined): string[] {
  if (of === undefined || (of.mask === 0n && of.address === 0n && !of.inverted)) return [];
  return [`${bang(of.inverted)}-${letter} ${printNetwork6(of, 'printed')}`];
}

const printInterface = (letter: string, of: InterfacePattern | undefined): string[] =>
  of === undefined ? [] : [`${bang(of.inverted)}-${letter} ${of.text}`];

/** The part of a rule that needs no extension, in the order of `iptables-save`. */
export function printHeader({ protocol, in: input, out, fragment, ...of }: Header): readonly string[] {
  return [
    ...printMasked('s', of.source),
    ...printMasked6('s', of.source6),
    ...printMasked('d', of.destination),
    ...printMasked6('d', of.destination6),
    ...printInterface('i', input),
    ...printInterface('o', out),
    ...(protocol === undefined ? [] : [`${bang(protocol.inverted)}-p ${printProtocol(protocol.number)}`]),
    ...(fragment === undefined ? [] : [`${bang(fragment.inverted)}-f`]),
  ];
}
