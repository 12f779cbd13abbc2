import { each, type Read, refused, value } from '../../extension/codec/codec.ts';
import { parseAddress, printAddress, printMac } from '../../packet/address.ts';
import type { FrameCodec } from './codec.ts';
import { mac } from './mac.ts';

/** A member of `among`: a MAC address and, where given, the IPv4 address that must come with it. */
export interface AmongPair {
  readonly mac: number;
  readonly address?: number;
}

function readPair(text: string): Read<AmongPair> {
  const [head = '', tail] = text.split('=', 2);
  const read = mac.parse(head);
  if ('refused' in read || tail === undefined) return 'refused' in read ? read : value({ mac: read.value });
  const address = parseAddress(tail);
  return address === undefined
    ? refused(`\`${tail}\` is no IPv4 address`, 'write MAC=ADDRESS')
    : value({ mac: read.value, address });
}

/** `MAC[=ADDRESS],…`, the bytes without leading zeros (ebt_among.c). */
export const among: FrameCodec<readonly AmongPair[]> = {
  metavar: 'MAC[=ADDRESS],…',
  parse: (text) =>
    each(
      text
        .split(',')
        .filter((part) => part !== '')
        .map(readPair),
    ),
  print: (pairs) => pairs.map(printPair).join(','),
};

const printPair = ({ mac: of, address }: AmongPair): string =>
  `${printMac(of).replace(/\b0(?=[\da-f])/g, '')}${address === undefined ? '' : `=${printAddress(address)}`}`;
