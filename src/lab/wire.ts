import { PROTOCOL } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';

const { ICMP, TCP, UDP } = PROTOCOL;
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
  const pseudo = Buffer.alloc(12);
  pseudo.writeUInt32BE(Number(src), 0);
  pseudo.writeUInt32BE(Number(dst), 4);
  pseudo.writeUInt8(proto, 9);
  pseudo.writeUInt16BE(segment.length, 10);
  const sum = checksum(Buffer.concat([pseudo, segment])) ^ badChecksum;
  return sum === 0 ? 0xffff : sum; // 0 would mean that udp has none
}

function payload(packet: Packet, id: number): Buffer {
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
  const head = Buffer.alloc(20);
  head.writeUInt8(0x45, 0);
  head.writeUInt8(packet.tos, 1);
  head.writeUInt16BE(20 + data.length, 2);
  // 0 would be filled in by the kernel, for each fragment with another number
  head.writeUInt16BE(offset === 0 ? id & 0xffff : (id & 0x7fff) | 0x8000, 4);
  head.writeUInt16BE(offset, 6);
  head.writeUInt8(packet.ttl, 8);
  head.writeUInt8(packet.proto, 9);
  head.writeUInt32BE(Number(packet.src), 12);
  head.writeUInt32BE(Number(packet.dst), 16);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, data]);
}

const macBytes = (mac: number): Buffer => Buffer.from(mac.toString(16).padStart(12, '0'), 'hex');

/** An Ethernet frame; its type is IPv4 unless another is given. */
export const frameBytes = (dst: number, src: number, data: Buffer, type = 0x0800): Buffer =>
  Buffer.concat([macBytes(dst), macBytes(src), Buffer.from([type >> 8, type & 255]), data]);
