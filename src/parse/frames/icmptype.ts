import { andThen, isRefused, type Read, value } from '../../extension/codec/codec.ts';
import { icmpType } from '../../extension/codec/icmptype.ts';
import type { Range } from '../../packet/ranges.ts';
import { type FrameCodec, numbers } from './codec.ts';

export interface IcmpRanges {
  readonly types: Range;
  readonly codes: Range;
}

const byte = numbers(255);
const ANY: Range = [0, 255];

/** The names that ebtables prints, as iptables reads them; `any` is the type 255 and no other (ebt_ip.c compares ranges). */
// biome-ignore format: a table
const NAMES = [
  'any', 'echo-reply', 'destination-unreachable', 'network-unreachable', 'host-unreachable', 'protocol-unreachable', 'port-unreachable',
  'fragmentation-needed', 'source-route-failed', 'network-unknown', 'host-unknown', 'network-prohibited', 'host-prohibited',
  'TOS-network-unreachable', 'TOS-host-unreachable', 'communication-prohibited', 'host-precedence-violation', 'precedence-cutoff',
  'source-quench', 'redirect', 'network-redirect', 'host-redirect', 'TOS-network-redirect', 'TOS-host-redirect', 'echo-request',
  'router-advertisement', 'router-solicitation', 'time-exceeded', 'ttl-zero-during-transit', 'ttl-zero-during-reassembly',
  'parameter-problem', 'ip-header-bad', 'required-option-missing', 'timestamp-request', 'timestamp-reply', 'address-mask-request', 'address-mask-reply',
] as const;

const readName = (text: string): Read<IcmpRanges> =>
  andThen(icmpType.parse([text], { family: 4 }), ({ type, codes }) => value({ types: [type, type] as const, codes }));

const numbered = ({ types, codes }: IcmpRanges): string => {
  const [low, high] = codes;
  return `${byte.print(types)}/${low === 0 && high === 255 ? '0:255' : byte.print(codes)}`;
};

const BY_NUMBERS: ReadonlyMap<string, string> = new Map(
  NAMES.flatMap((name) => {
    const read = readName(name);
    return isRefused(read) ? [] : [[numbered(read.value), name] as const];
  }),
);

/** `TYPE[:TYPE][/CODE[:CODE]]`, or a name (ebt_ip.c); a range without a name is printed with its codes. */
export const icmpRanges: FrameCodec<IcmpRanges> = {
  metavar: 'TYPE[:TYPE][/CODE[:CODE]]',
  parse(text) {
    if (!/^[\d:]/.test(text)) return readName(text);
    const [head = '', tail] = text.split('/', 2);
    return andThen(byte.parse(head), (types) =>
      andThen(tail === undefined ? value(ANY) : byte.parse(tail), (codes) => value({ types, codes })),
    );
  },
  print: (of) => BY_NUMBERS.get(numbered(of)) ?? numbered(of),
};
