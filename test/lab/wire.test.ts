import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum, frameBytes, icmpBytes, ipBytes } from '../../src/lab/wire.ts';
import { BROADCAST_MAC } from '../../src/packet/address.ts';
import { packet } from '../../src/packet/packet.ts';

const byte = fc.integer({ min: 0, max: 255 });

describe('packets as bytes', () => {
  it('has the checksum of the example of RFC 1071', () => {
    expect(checksum(Uint8Array.from([0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]))).toBe(0x220d);
  });

  it('a message that carries its own checksum sums up to nothing', () => {
    fc.assert(
      fc.property(
        byte,
        byte,
        fc.integer({ min: 0, max: 65535 }),
        fc.integer({ min: 0, max: 4095 }),
        (icmpType, icmpCode, icmpId, id) => {
          expect(checksum(icmpBytes(packet({ icmpType, icmpCode, icmpId }), id))).toBe(0);
        },
      ),
    );
  });

  it('a bad checksum is wrong, and only then', () => {
    for (const proto of [6, 17])
      for (const badChecksum of [0, 1]) {
        const bytes = ipBytes(
          packet({ src: 0x0a000001, dst: 0x0a000002, proto, sport: 40000, dport: 53, badChecksum }),
          7,
        );
        const segment = bytes.subarray(20);
        const pseudo = Buffer.from([10, 0, 0, 1, 10, 0, 0, 2, 0, proto, 0, segment.length]);
        expect(checksum(Buffer.concat([pseudo, segment])) === 0).toBe(badChecksum === 0);
      }
  });

  it('the header says what the packet says', () => {
    const bytes = ipBytes(packet({ src: 0xc0a80001, dst: 0x08080808, proto: 47, ttl: 3, tos: 0x10 }), 1);
    expect([bytes[0], bytes[1], bytes[8], bytes[9], bytes.readUInt32BE(12), bytes.readUInt32BE(16)]).toEqual([
      0x45, 0x10, 3, 47, 0xc0a80001, 0x08080808,
    ]);
    expect(bytes.readUInt16BE(2)).toBe(bytes.length);
    expect(checksum(bytes.subarray(0, 20))).toBe(0);
  });

  it('a connection probe carries its number in its sequence number', () => {
    expect(ipBytes(packet({ proto: 6, tcpFlags: 2 }), 0xabc).readUInt32BE(24)).toBe(0x51edabc0);
  });

  it('a frame begins with where to, where from, and what', () => {
    expect(frameBytes(BROADCAST_MAC, 0x020000000001, Buffer.from([1])).toString('hex')).toBe(
      'ffffffffffff020000000001080001',
    );
  });
});
