import type { Network } from '../network/network.ts';
import type { FlowState, Source } from '../packet/exchange.ts';
import { CT_STATE, type Family, maximum, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import { between, complement, everything, only, type Ranges, ranges } from '../packet/ranges.ts';
import { WITH_PORTS } from './names.ts';
import type { Reach } from './question.ts';

/** Protocols that share a transport header, so that one product of ranges says which packets of them are meant. */
export interface Header {
  readonly kind: 'icmp' | 'tcp' | 'udp' | 'ported' | 'other';
  readonly protocols: Ranges;
  /** Length of the IP header and the smallest transport header, bytes. */
  readonly length: number;
  readonly ports: boolean;
}

const numbers = (list: readonly number[]): Ranges => ranges(list.map((one) => [one, one]));
const PORTED = numbers([PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE]);

/** Hop-by-hop options, routing, fragment, AH and destination options: they are no upper-layer protocol. */
const EXTENSION_HEADERS: readonly number[] = [0, 43, 44, 51, 60];

/** @param ip length of the IP header, bytes */
function headersOf(ip: number, icmp: number, never: readonly number[]): readonly Header[] {
  const others = complement(numbers([icmp, ...WITH_PORTS, ...never]), 'proto');
  return [
    { kind: 'icmp', protocols: only(icmp), length: ip + 8, ports: false },
    { kind: 'tcp', protocols: only(PROTOCOL.TCP), length: ip + 20, ports: true },
    { kind: 'udp', protocols: only(PROTOCOL.UDP), length: ip + 8, ports: true },
    { kind: 'ported', protocols: PORTED, length: ip + 12, ports: true },
    { kind: 'other', protocols: others, length: ip, ports: false },
  ];
}

export const HEADERS: Readonly<Record<Family, readonly Header[]>> = {
  4: headersOf(20, PROTOCOL.ICMP, []),
  6: headersOf(40, PROTOCOL.ICMPV6, EXTENSION_HEADERS),
};

/** ICMP, and the type of its echo request. */
export const ICMP = { 4: { protocol: PROTOCOL.ICMP, echo: 8 }, 6: { protocol: PROTOCOL.ICMPV6, echo: 128 } } as const;

/** A SYN carries no data, and of options those that Linux sends. */
const SYN_OPTIONS = 20;
export const ANY_PORT: Ranges = between(1, maximum('dport'));

/** The fields of the transport header: 0 where the protocol has none. */
export function transport(question: Reach, header: Header, ports: Ranges): PacketClass {
  const { state, source } = question;
  const none = {
    sport: only(0),
    dport: only(0),
    icmpType: only(0),
    icmpCode: only(0),
    icmpId: only(0),
    tcpFlags: only(0),
  };
  if (header.kind === 'icmp') return { ...none, ...echo(question), icmpId: everything('icmpId') };
  if (!header.ports) return none;
  return {
    ...none,
    sport: ports,
    dport: ANY_PORT,
    ...(header.kind === 'tcp' ? { tcpFlags: firstFlags(begins(state), source) } : {}),
  };
}

const begins = (state: FlowState): boolean => state === 'fresh' || state.every((one) => one === CT_STATE.NEW);

/** `icmp` alone is an echo request; an ordinary process sends it with code 0. */
const echo = ({ packets: { icmpType }, source, family = 4 }: Reach): PacketClass =>
  icmpType === undefined
    ? { icmpType: only(ICMP[family].echo), icmpCode: source.kind === 'socket' ? only(0) : everything('icmpCode') }
    : { icmpType, icmpCode: everything('icmpCode') };

/** Flags that leave a SYN what it is: nf_conntrack_tcp.c's get_conntrack_index looks at RST, SYN, FIN and ACK alone. */
export const SYN_FLAGS: Ranges = numbers(
  Array.from({ length: 256 }, (_, value) => value).filter(
    (value) => (value & (TCP_FLAG.FIN | TCP_FLAG.SYN | TCP_FLAG.RST | TCP_FLAG.ACK)) === TCP_FLAG.SYN,
  ),
);

/** A flow begins with a SYN; on the wire with whatever bits beside it leave it one. Later packets may have any flags. */
function firstFlags(first: boolean, source: Source): Ranges {
  if (!first) return everything('tcpFlags');
  return source.kind === 'socket' ? only(TCP_FLAG.SYN) : SYN_FLAGS;
}

/** Unfragmented, and with a good checksum unless the packet may be INVALID. */
export const wholeDatagram = ({ state }: Reach): PacketClass => ({
  fragment: only(0),
  badChecksum: state !== 'fresh' && state.includes(CT_STATE.INVALID) ? everything('badChecksum') : only(0),
});

/** An ordinary SYN carries no data; anything else may fill what the network takes in one piece. */
export const largestPacket = ({ source, state }: Reach, { kind, length }: Header, network: Network): number =>
  kind === 'tcp' && source.kind === 'socket' && begins(state) ? length + SYN_OPTIONS : largestDatagram(network);

/** Not longer than any interface of the network takes in one piece. */
function largestDatagram(network: Network): number {
  const mtus = [...network.nodes.values()].flatMap((node) =>
    node.interfaces.filter(({ kind, up }) => up && kind !== 'loopback').map(({ mtu }) => mtu),
  );
  return mtus.length === 0 ? 1500 : Math.max(576, Math.min(...mtus));
}
