import { describe, expect, it } from 'vitest';
import { hasPorts, ICMP_ANSWER, inverse, sameTuple, type Tuple, tupleOf } from '../../src/evaluate/tuple.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { packet } from '../../src/packet/packet.ts';

const base = { src: 1, dst: 2, sport: 3, dport: 4, icmpCode: 5, icmpId: 6 };

describe('the tuple of a packet', () => {
  it.each([PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE])(
    'of protocol %i has its ports',
    (proto) => {
      expect(hasPorts(proto)).toBe(true);
      expect(tupleOf(packet({ ...base, proto }))).toEqual({ src: 1, dst: 2, proto, sport: 3, dport: 4 });
    },
  );

  it.each([PROTOCOL.GRE, PROTOCOL.ESP, PROTOCOL.ICMPV6, 0, 255])('of protocol %i has none', (proto) => {
    expect(hasPorts(proto)).toBe(false);
    expect(tupleOf(packet({ ...base, proto }))).toEqual({ src: 1, dst: 2, proto, sport: 0, dport: 0 });
  });

  it('of an icmp request or answer has the id, and type and code as the kernel packs them', () => {
    for (const icmpType of [0, 8, 13, 14, 15, 16, 17, 18])
      expect(tupleOf(packet({ ...base, proto: PROTOCOL.ICMP, icmpType }))).toEqual({
        src: 1,
        dst: 2,
        proto: PROTOCOL.ICMP,
        sport: 6,
        dport: icmpType * 256 + 5,
      });
  });

  it('is none for icmp errors and later fragments', () => {
    for (const icmpType of [3, 4, 5, 9, 10, 11, 12])
      expect(tupleOf(packet({ ...base, proto: PROTOCOL.ICMP, icmpType }))).toBeUndefined();
    for (const proto of [PROTOCOL.ICMP, PROTOCOL.TCP, PROTOCOL.GRE])
      expect(tupleOf(packet({ ...base, proto, icmpType: 8, fragment: 1 }))).toBeUndefined();
  });
});

describe('the tuple that answers carry', () => {
  it('has addresses and ports the other way round', () => {
    expect(inverse({ src: 1, dst: 2, proto: PROTOCOL.UDP, sport: 3, dport: 4 })).toEqual({
      src: 2,
      dst: 1,
      proto: PROTOCOL.UDP,
      sport: 4,
      dport: 3,
    });
  });

  it('of an icmp request has the answering type, the same id and code, and back', () => {
    for (const [request, answer] of ICMP_ANSWER) {
      const asked = { src: 1, dst: 2, proto: PROTOCOL.ICMP, sport: 6, dport: request * 256 + 5 };
      const answered = { src: 2, dst: 1, proto: PROTOCOL.ICMP, sport: 6, dport: answer * 256 + 5 };
      expect(inverse(asked)).toEqual(answered);
      expect(inverse(answered)).toEqual(asked);
    }
  });
});

it('tuples are the same only where nothing differs', () => {
  const one: Tuple = { src: 1, dst: 2, proto: 6, sport: 3, dport: 4 };
  expect(sameTuple(one, { ...one })).toBe(true);
  for (const field of ['src', 'dst', 'proto', 'sport', 'dport'] as const)
    expect(sameTuple(one, { ...one, [field]: 9 })).toBe(false);
});
