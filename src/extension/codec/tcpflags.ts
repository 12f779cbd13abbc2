import { TCP_FLAG } from '../../packet/field.ts';
import { andThen, type Codec, each, type Read, refused, value } from './codec.ts';

/** `flags & mask == set`. */
export interface TcpFlags {
  readonly mask: number;
  readonly set: number;
}

// libxt_tcp.c knows six names: ECE and CWR can't be asked for
const NAMED = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'] as const;
const ALL = 0x3f;
const BITS = new Map<string, number>([
  ...NAMED.map((name) => [name, TCP_FLAG[name]] as const),
  ['ALL', ALL],
  ['NONE', 0],
]);

function readFlag(name: string): Read<number> {
  const bits = BITS.get(name.toUpperCase());
  return bits === undefined
    ? refused(`\`${name}\` is no TCP flag`, `one of: ${[...BITS.keys()].join(', ')}`)
    : value(bits);
}

const readFlags = (text: string): Read<number> =>
  andThen(each(text.split(',').map(readFlag)), (bits) => value(bits.reduce((sum, bit) => sum | bit, 0)));

const printFlags = (bits: number): string =>
  bits === 0 ? 'NONE' : NAMED.filter((name) => (bits & TCP_FLAG[name]) !== 0).join(',');

/** `--tcp-flags MASK SET`. */
export const tcpFlags: Codec<TcpFlags> = {
  metavar: 'MASK SET',
  words: 2,
  parse: ([mask, set = '']) =>
    andThen(readFlags(mask), (bits) => andThen(readFlags(set), (wanted) => value({ mask: bits, set: wanted }))),
  print: ({ mask, set }) => `${printFlags(mask)} ${printFlags(set)}`,
  domain: {
    kind: 'record',
    members: { mask: { kind: 'integer', low: 0, high: ALL }, set: { kind: 'integer', low: 0, high: ALL } },
  },
};

const SYN = TCP_FLAG.SYN;

/** What `--syn` stands for. */
export const SYN_ONLY: TcpFlags = { mask: TCP_FLAG.FIN | SYN | TCP_FLAG.RST | TCP_FLAG.ACK, set: SYN };
