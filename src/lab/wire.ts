import type { Address } from '../packet/address.ts';
import { PROTOCOL } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';

const { ICMP, ICMPV6, TCP, UDP } = PROTOCOL;
/** A probe of any protocol ends with this and its number; the agent knows it by that. */
const MARK = 'NQED';
/** The initial sequence number of tcp probe 0; the number stands in bits 4 to 15 (`agent.pl` says the same). */
const SEQUENCE = 0x51ed0000;

/** The Internet checksum (RFC 1071). */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function tail(id: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(MARK, 'latin1');
  bytes.writeUInt32BE(id, 4);
  return bytes;
}

/** An ICMP message with the probe's number at its end: for a socket that adds the IP header itself. */
export function icmpBytes({ icmpType, icmpCode, icmpId, badChecksum }: Packet, id: number): Buffer {
  const head = Buffer.from([icmpType, icmpCode, 0, 0, icmpId >> 8, icmpId & 255, 0, 1]);
  const message = Buffer.concat([head, tail(id)]);
  message.writeUInt16BE(checksum(message) ^ badChecksum, 2);
  return message;
}

/** The same of ICMPv6, whose checksum covers the addresses, too. */
function icmp6Bytes(packet: Packet, id: number): Buffer {
  const message = icmpBytes({ ...packet, badChecksum: 0 }, id);
  message.writeUInt16BE(0, 2);
  message.writeUInt16BE(transportChecksum(packet, message), 2);
  return message;
}

const isSix = ({ dst }: Packet): boolean => typeof dst === 'bigint';

/** An address as packets carry it. */
export const addressBytes = (address: Address): Buffer =>
  Buffer.from(address.toString(16).padStart(typeof address === 'bigint' ? 32 : 8, '0'), 'hex');

function udpBytes(packet: Packet, id: number): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(8), tail(id)]);
  bytes.writeUInt16BE(packet.sport, 0);
  bytes.writeUInt16BE(packet.dport, 2);
  bytes.writeUInt16BE(bytes.length, 4);
  bytes.writeUInt16BE(transportChecksum(packet, bytes), 6);
  return bytes;
}

function tcpBytes(packet: Packet, id: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeUInt16BE(packet.sport, 0);
  bytes.writeUInt16BE(packet.dport, 2);
  bytes.writeUInt32BE((SEQUENCE | (id << 4)) >>> 0, 4);
  bytes.writeUInt8(0x50, 12);
  bytes.writeUInt8(packet.tcpFlags, 13);
  bytes.writeUInt16BE(0x7210, 14);
  bytes.writeUInt16BE(transportChecksum(packet, bytes), 16);
  return bytes;
}

function transportChecksum({ src, dst, proto, badChecksum }: Packet, segment: Buffer): number {
  const pseudo = Buffer.alloc(4);
  pseudo.writeUInt8(proto, 1);
  pseudo.writeUInt16BE(segment.length, 2);
  const sum = checksum(Buffer.concat([addressBytes(src), addressBytes(dst), pseudo, segment])) ^ badChecksum;
  return sum === 0 ? 0xffff : sum; // 0 would mean that udp has none
}

function payload(packet: Packet, id: number): Buffer {
  if (packet.proto === ICMPV6 && isSix(packet)) return icmp6Bytes(packet, id);
  if (packet.proto === ICMP) return icmpBytes(packet, id);
  if (packet.proto === TCP) return tcpBytes(packet, id);
  return packet.proto === UDP ? udpBytes(packet, id) : Buffer.concat([Buffer.alloc(8), tail(id)]);
}

/** Bytes of the header that the first of two fragments carries: a whole one of udp or icmp. */
const CUT = 8;
const MORE_FRAGMENTS = 0x2000;

/** The datagram (RFC 791), without options; of a later fragment, just that. `length` of the packet is not looked at. */
export const ipBytes = (packet: Packet, id: number): Buffer =>
  packet.fragment === 1 ? fragmentsOf(packet, id)[1] : partOf(packet, id, payload(packet, id), 0);

/** The datagram in two fragments. */
export function fragmentsOf(packet: Packet, id: number): readonly [first: Buffer, later: Buffer] {
  const data = payload(packet, id);
  // a filter takes one that begins within a tcp header for an attack (tcp_mt)
  const cut = packet.proto === TCP ? 2 * CUT : CUT;
  return [partOf(packet, id, data.subarray(0, cut), MORE_FRAGMENTS), partOf(packet, id, data.subarray(cut), cut / 8)];
}

/** Part of a datagram; `offset` as the header has it: flags and units of eight bytes. */
function partOf(packet: Packet, id: number, data: Buffer, offset: number): Buffer {
  if (isSix(packet)) return partOf6(packet, id, data, offset);
  const head = Buffer.alloc(20);
  head.writeUInt8(0x45, 0);
  head.writeUInt8(packet.tos, 1);
  head.writeUInt16BE(20 + data.length, 2);
  // 0 would be filled in by the kernel, for each fragment with another number
  head.writeUInt16BE(offset === 0 ? id & 0xffff : (id & 0x7fff) | 0x8000, 4);
  head.writeUInt16BE(offset, 6);
  head.writeUInt8(packet.ttl, 8);
  head.writeUInt8(packet.proto, 9);
  addressBytes(packet.src).copy(head, 12);
  addressBytes(packet.dst).copy(head, 16);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, data]);
}

const FRAGMENT = 44;

/** A datagram of IPv6 (RFC 8200), with a fragment header where it is a part of one. */
function partOf6(packet: Packet, id: number, data: Buffer, offset: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE((0x60000000 + packet.tos * 2 ** 20) >>> 0, 0);
  const rest = offset === 0 ? data : Buffer.concat([fragmentHeader(packet, id, offset), data]);
  head.writeUInt16BE(rest.length, 4);
  head.writeUInt8(offset === 0 ? packet.proto : FRAGMENT, 6);
  head.writeUInt8(packet.ttl, 7);
  return Buffer.concat([head, addressBytes(packet.src), addressBytes(packet.dst), rest]);
}

function fragmentHeader({ proto }: Packet, id: number, offset: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(proto, 0);
  // units of eight bytes stand three bits higher than in IPv4, the flag below them
  header.writeUInt16BE(offset === MORE_FRAGMENTS ? 1 : offset * 8, 2);
  header.writeUInt32BE(id, 4);
  return header;
}

const macBytes = (mac: number): Buffer => Buffer.from(mac.toString(16).padStart(12, '0'), 'hex');

/** An Ethernet frame; its type is IPv4 unless another is given. */
export const frameBytes = (dst: number, src: number, data: Buffer, type = 0x0800): Buffer =>
  Buffer.concat([macBytes(dst), macBytes(src), Buffer.from([type >> 8, type & 255]), data]);
