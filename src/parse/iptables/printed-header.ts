import { printProtocol } from '../../extension/codec/protocol.ts';
import type { Header, InterfacePattern, MaskedAddress } from '../../network/ruleset.ts';
import { netmask, parseAddress } from '../../packet/address.ts';
import { readInterface } from './header.ts';

/** The header of a rule that stands as `iptables-save` prints it. */
export interface PrintedHeader {
  readonly header: Header;
  /** Where what stands behind it begins. */
  readonly end: number;
  /** One number a protocol, `!` included. */
  readonly key: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The options of a header in the order in which they are printed; `-f` is too rare. */
const ORDER = 'sdiop';
const NO_PROTOCOL = 512;

/** Reads the header of a rule from a place in its line on; nothing if anything in it would be printed differently. */
export function readPrintedHeader(text: string, from: number): PrintedHeader | undefined {
  const header: Writable<Header> = {};
  let at = from;
  for (let last = -1; at < text.length; ) {
    const inverted = text[at] === '!' && text[at + 1] === ' ';
    const dash = inverted ? at + 2 : at;
    if (text[dash] !== '-') return undefined;
    const rank = ORDER.indexOf(text[dash + 1] ?? '');
    if (rank < 0) break;
    const blank = text.indexOf(' ', dash + 3);
    const end = blank < 0 ? text.length : blank;
    const known = rank > last && text[dash + 2] === ' ' && take(header, rank, text.slice(dash + 3, end), inverted);
    if (!known) return undefined;
    last = rank;
    at = end + 1;
  }
  return { header, end: Math.min(at, text.length), key: keyOf(header) };
}

const keyOf = ({ protocol }: Header): number =>
  protocol === undefined ? NO_PROTOCOL : protocol.number + (protocol.inverted ? 256 : 0);

function take(header: Writable<Header>, rank: number, text: string, inverted: boolean): boolean {
  const option = ORDER[rank];
  if (option === 's' || option === 'd') {
    const address = readAddress(text, inverted);
    if (address === undefined) return false;
    if (option === 's') header.source = address;
    else header.destination = address;
    return true;
  }
  if (option === 'p') {
    const protocol = readProtocolName(text, inverted);
    if (protocol === undefined) return false;
    header.protocol = protocol;
    return true;
  }
  const pattern = readPattern(text, inverted);
  if (pattern === undefined) return false;
  if (option === 'i') header.in = pattern;
  else header.out = pattern;
  return true;
}

const MASKS: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 32 }, (_, i) => [`${i + 1}`, netmask(i + 1)] as const),
);

/** `A.B.C.D/len` without host bits; `/0` is not printed. */
function readAddress(text: string, inverted: boolean): MaskedAddress | undefined {
  const slash = text.indexOf('/');
  const mask = MASKS.get(text.slice(slash + 1));
  if (slash < 0 || mask === undefined) return undefined;
  const address = parseAddress(text.slice(0, slash));
  return address === undefined || (address & mask) >>> 0 !== address ? undefined : { address, mask, inverted };
}

function readPattern(text: string, inverted: boolean): InterfacePattern | undefined {
  if (text.includes('"')) return undefined;
  const read = readInterface(text, inverted);
  return 'refused' in read ? undefined : read.value;
}

/** Protocols by the names that are printed for them. */
const NAMED: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 255 }, (_, i) => [printProtocol(i + 1), i + 1] as const),
);

function readProtocolName(text: string, inverted: boolean): Header['protocol'] {
  const number = NAMED.get(text);
  return number === undefined ? undefined : { number, inverted };
}
