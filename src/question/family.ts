import type { Network } from '../network/network.ts';
import type { FlowState, Source } from '../packet/exchange.ts';
import { CT_STATE, maximum, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import { between, complement, everything, only, type Ranges, ranges } from '../packet/ranges.ts';
import { WITH_PORTS } from './names.ts';
import type { Reach } from './question.ts';

/** Protocols that share a header, so that one product of ranges says which packets of them are meant. */
export interface Family {
  readonly protocols: Ranges;
  /** Length of the IP header and the smallest transport header, bytes. */
  readonly header: number;
  readonly ports: boolean;
}

const numbers = (list: readonly number[]): Ranges => ranges(list.map((one) => [one, one]));

const ICMP: Family = { protocols: only(PROTOCOL.ICMP), header: 28, ports: false };
const TCP: Family = { protocols: only(PROTOCOL.TCP), header: 40, ports: true };
const UDP: Family = { protocols: only(PROTOCOL.UDP), header: 28, ports: true };
const PORTED: Family = {
  protocols: numbers([PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE]),
  header: 32,
  ports: true,
};
const OTHER: Family = {
  protocols: complement(numbers([PROTOCOL.ICMP, ...WITH_PORTS]), 'proto'),
  header: 20,
  ports: false,
};
export const FAMILIES: readonly Family[] = [ICMP, TCP, UDP, PORTED, OTHER];

/** A SYN carries no data: two headers and their options. */
const LARGEST_SYN = 60;
export const ANY_PORT: Ranges = between(1, maximum('dport'));

/** The fields of the transport header: 0 where the protocol has none. */
export function transport({ packets, state, source }: Reach, family: Family, ports: Ranges): PacketClass {
  const none = {
    sport: only(0),
    dport: only(0),
    icmpType: only(0),
    icmpCode: only(0),
    icmpId: only(0),
    tcpFlags: only(0),
  };
  if (family === ICMP) return { ...none, ...echo(packets, source), icmpId: everything('icmpId') };
  if (!family.ports) return none;
  return {
    ...none,
    sport: ports,
    dport: ANY_PORT,
    ...(family === TCP ? { tcpFlags: firstFlags(begins(state), source) } : {}),
  };
}

const begins = (state: FlowState): boolean => state === 'fresh' || state.every((one) => one === CT_STATE.NEW);

/** `icmp` alone is an echo request; an ordinary process sends it with code 0. */
const echo = ({ icmpType }: PacketClass, source: Source): PacketClass =>
  icmpType === undefined
    ? { icmpType: only(8), icmpCode: source.kind === 'socket' ? only(0) : everything('icmpCode') }
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
export const largestPacket = ({ source, state }: Reach, family: Family, network: Network): number =>
  family === TCP && source.kind === 'socket' && begins(state) ? LARGEST_SYN : largestDatagram(network);

/** Not longer than any interface of the network takes in one piece. */
function largestDatagram(network: Network): number {
  const mtus = [...network.nodes.values()].flatMap((node) =>
    node.interfaces.filter(({ kind, up }) => up && kind !== 'loopback').map(({ mtu }) => mtu),
  );
  return mtus.length === 0 ? 1500 : Math.max(576, Math.min(...mtus));
}
