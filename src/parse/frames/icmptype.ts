import { andThen, type Codec, isRefused, type Read, refused, value } from '../../extension/codec/codec.ts';
import { type IcmpType, icmpType } from '../../extension/codec/icmptype.ts';
import { icmp6Type } from '../../extension/six/icmp6type.ts';
import type { Family } from '../../packet/field.ts';
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

/** Likewise of ICMPv6; ebtables knows those of MLD by number only. */
// biome-ignore format: a table
const NAMES6 = [
  'destination-unreachable', 'no-route', 'communication-prohibited', 'beyond-scope', 'address-unreachable', 'port-unreachable', 'failed-policy', 'reject-route',
  'packet-too-big', 'time-exceeded', 'ttl-zero-during-transit', 'ttl-zero-during-reassembly', 'parameter-problem', 'bad-header', 'unknown-header-type',
  'unknown-option', 'echo-request', 'echo-reply', 'router-solicitation', 'router-advertisement', 'neighbour-solicitation', 'neighbour-advertisement', 'redirect',
] as const;

const numbered = ({ types, codes }: IcmpRanges): string => {
  const [low, high] = codes;
  return `${byte.print(types)}/${low === 0 && high === 255 ? '0:255' : byte.print(codes)}`;
};

/** `TYPE[:TYPE][/CODE[:CODE]]`, or a name (ebt_ip.c, ebt_ip6.c); a range without a name is printed with its codes. */
function rangesOf(of: Codec<IcmpType>, family: Family, names: readonly string[]): FrameCodec<IcmpRanges> {
  const readName = (text: string): Read<IcmpRanges> =>
    andThen(of.parse([text], { family }), ({ type, codes }) => value({ types: [type, type] as const, codes }));
  const byNumbers = new Map(
    names.flatMap((name) => {
      const read = readName(name);
      return isRefused(read) ? [] : [[numbered(read.value), name] as const];
    }),
  );
  return {
    metavar: 'TYPE[:TYPE][/CODE[:CODE]]',
    parse(text) {
      if (!/^[\d:]/.test(text))
        return andThen(readName(text), (read) =>
          byNumbers.has(numbered(read)) ? value(read) : refused(`ebtables has no name \`${text}\``, 'write its number'),
        );
      const [head = '', tail] = text.split('/', 2);
      return andThen(byte.parse(head), (types) =>
        andThen(tail === undefined ? value(ANY) : byte.parse(tail), (codes) => value({ types, codes })),
      );
    },
    print: (read) => byNumbers.get(numbered(read)) ?? numbered(read),
  };
}

export const icmpRanges = rangesOf(icmpType, 4, NAMES);
export const icmp6Ranges = rangesOf(icmp6Type, 6, NAMES6);
