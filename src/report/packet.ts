import { type Address, printAddress, printMac } from '../packet/address.ts';
import { PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(PROTOCOL).map(([name, number]) => [number, name.toLowerCase()]),
);

/** A protocol by its name, or its number where nobody named it. */
export const protocolName = (number: number): string => NAMES.get(number) ?? String(number);

/** ICMP types that netfilter and the stacks treat by name (RFC 792, RFC 950). */
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  4: 'source quench',
  5: 'redirect',
  8: 'echo request',
  11: 'time exceeded',
  12: 'parameter problem',
  13: 'timestamp request',
  14: 'timestamp reply',
  17: 'address mask request',
  18: 'address mask reply',
};

/** RFC 4443, RFC 4861. */
const ICMP6_TYPES: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbour solicitation',
  136: 'neighbour advertisement',
  137: 'redirect',
};

const ICMP: readonly number[] = [PROTOCOL.ICMP, PROTOCOL.ICMPV6];
const PORTED: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE];
const hasPorts = ({ proto, fragment }: Packet): boolean => PORTED.includes(proto) && fragment === 0;
const isIcmp = ({ proto, fragment }: Packet): boolean => ICMP.includes(proto) && fragment === 0;

const flagNames = (flags: number): string[] =>
  Object.entries(TCP_FLAG).flatMap(([name, bit]) => (flags & bit ? [name] : []));

function kind(packet: Packet): string {
  if (!isIcmp(packet)) return NAMES.get(packet.proto) ?? `protocol ${packet.proto}`;
  const types = packet.proto === PROTOCOL.ICMP ? ICMP_TYPES : ICMP6_TYPES;
  const name = types[packet.icmpType] ?? `type ${packet.icmpType}`;
  return `${protocolName(packet.proto)} ${name}${packet.icmpCode === 0 ? '' : ` code ${packet.icmpCode}`}`;
}

/** An address of IPv6 stands in brackets before a port (RFC 5952, section 6). */
export const endpoint = (address: Address, port: number): string =>
  typeof address === 'bigint' ? `[${printAddress(address)}]:${port}` : `${printAddress(address)}:${port}`;

function ends(packet: Packet): string {
  const { src, dst, sport, dport } = packet;
  if (!hasPorts(packet)) return `${printAddress(src)} -> ${printAddress(dst)}`;
  return `${endpoint(src, sport)} -> ${endpoint(dst, dport)}`;
}

function details(packet: Packet): string[] {
  const tcp = packet.proto === PROTOCOL.TCP && packet.fragment === 0;
  return [
    tcp ? flagNames(packet.tcpFlags).join('+') || 'no flags' : '',
    packet.fragment === 1 ? 'later fragment' : '',
    packet.badChecksum === 1 ? 'bad checksum' : '',
    packet.tos === 0 ? '' : `tos 0x${packet.tos.toString(16).padStart(2, '0')}`,
    packet.mark === 0 ? '' : `mark 0x${packet.mark.toString(16)}`,
  ].filter((detail) => detail !== '');
}

/** One line: `tcp 10.0.0.1:40000 -> 10.0.0.3:80, SYN`. What is as usual is left out. */
export const describePacket = (packet: Packet): string =>
  [`${kind(packet)} ${ends(packet)}`, ...details(packet)].join(', ');

/** The same with its MAC addresses, if it has them: of a frame that arrives from the wire. */
export const describeFrame = (packet: Packet): string =>
  packet.macSrc === 0
    ? describePacket(packet)
    : `${describePacket(packet)}, frame ${printMac(packet.macSrc)} -> ${printMac(packet.macDst)}`;

/** The packet as JSON reports hold it: addresses dotted, protocols by name, only the fields that such a packet has. */
export function packetJson(packet: Packet): Record<string, string | number | boolean> {
  const { sport, dport, icmpType, icmpCode, icmpId, ttl, tos, length, mark } = packet;
  return {
    src: printAddress(packet.src),
    dst: printAddress(packet.dst),
    proto: protocolName(packet.proto),
    ...(hasPorts(packet) ? { sport, dport } : {}),
    ...(isIcmp(packet) ? { icmpType, icmpCode, icmpId } : {}),
    ...(packet.proto === PROTOCOL.TCP && packet.fragment === 0
      ? { tcpFlags: flagNames(packet.tcpFlags).join(',') }
      : {}),
    ttl,
    tos,
    length,
    mark,
    fragment: packet.fragment === 1,
    badChecksum: packet.badChecksum === 1,
    ...(packet.macSrc === 0 ? {} : { macSrc: printMac(packet.macSrc), macDst: printMac(packet.macDst) }),
  };
}
