import { describe, expect, it } from 'vitest';
import { type Frame, frameOf, typeAt, writeBack } from '../../src/evaluate/frame.ts';
import type { Asking } from '../../src/evaluate/frame-chain.ts';
import { changeFrame } from '../../src/evaluate/frame-change.ts';
import { newSkb } from '../../src/evaluate/skb.ts';
import type { FrameAction } from '../../src/network/frame-rules.ts';
import type { Interface } from '../../src/network/network.ts';
import { packet } from '../../src/packet/packet.ts';
import { addr } from './build.ts';

const [A, B, BRIDGE, PORT, GROUP, ALL] = [1, 2, 3, 4, 0x01005e000005, 0xffffffffffff].map((last) =>
  last < 5 ? 0x0a0000000000 + last : last,
) as [number, number, number, number, number, number];
const frame = (more: Partial<Frame> = {}): Frame => ({
  macSource: A,
  macDestination: B,
  type: 'otherhost',
  mark: 0,
  tag: undefined,
  ...more,
});
const REQUEST = {
  operation: 1,
  macSource: A,
  source: addr('10.0.0.1'),
  macDestination: 0,
  destination: addr('10.0.0.2'),
} as const;

type Change = Exclude<FrameAction, { kind: 'verdict' | 'jump' | 'unknown' }>;
type Bare = Change extends infer T ? (T extends Change ? Omit<T, 'then'> : never) : never;
/** What a target makes of a frame, what it says, and the addresses that it answers with. */
function made(action: Bare, of: Frame, hook: Asking['hook'] = 'PREROUTING') {
  const devices = {
    in: { name: 'p1', mac: PORT } as Interface,
    bridge: { name: 'br0', mac: BRIDGE } as Interface,
  };
  const answers: number[] = [];
  const asking = { hook, devices, answer: (mac: number) => answers.push(mac) } as unknown as Asking;
  const said = changeFrame(of, { ...action, then: 'CONTINUE' } as Change, asking);
  return { said, of, answers };
}

describe('a mark', () => {
  it.each([
    ['set', 0x10, 0x10],
    ['or', 0x11, 0x1d],
    ['and', 0x18, 0x8],
    ['xor', 0x18, 0x14],
    ['or', 0x80000000, 0x8000000c],
    ['xor', 0x80000000, 0x8000000c],
  ] as const)('is %s 0x%s', (how, value, expected) => {
    const { said, of } = made({ kind: 'mark', how, value }, frame({ mark: 0xc }));
    expect([of.mark, said]).toEqual([expected, { done: true, text: `mark 0x${expected.toString(16)}` }]);
  });
});

describe('the destination', () => {
  const dnat = (mac: number, hook: Asking['hook']) => {
    const { said, of } = made({ kind: 'dnat', mac, arp: false }, frame({ type: 'host' }), hook);
    expect(said).toEqual({ done: true, text: expect.stringMatching(/^dnat to (..:){5}..$/) });
    expect([of.macDestination, of.macSource]).toEqual([mac, A]);
    return of.type;
  };
  it('makes a frame that came in one for the bridge, a group or another host', () => {
    expect([BRIDGE, PORT, B, GROUP, ALL].map((mac) => dnat(mac, 'PREROUTING'))).toEqual([
      'host',
      'otherhost',
      'otherhost',
      'multicast',
      'broadcast',
    ]);
  });
  it('in BROUTING is asked of the port', () => {
    expect([BRIDGE, PORT, GROUP].map((mac) => dnat(mac, 'BROUTING'))).toEqual(['otherhost', 'host', 'multicast']);
  });
  it('of what the host sends counts only where it is a group', () => {
    expect([BRIDGE, PORT, B, GROUP, ALL].map((mac) => dnat(mac, 'OUTPUT'))).toEqual([
      'host',
      'host',
      'host',
      'multicast',
      'broadcast',
    ]);
  });
  it('is named', () => {
    expect(made({ kind: 'dnat', mac: B, arp: false }, frame()).said.text).toBe('dnat to 0a:00:00:00:00:02');
  });

  it('by redirect is the bridge, in BROUTING the port', () => {
    for (const [hook, mac, name] of [
      ['PREROUTING', BRIDGE, 'br0'],
      ['BROUTING', PORT, 'p1'],
    ] as const) {
      const { said, of } = made({ kind: 'redirect' }, frame(), hook);
      expect([of.macDestination, of.type, said]).toEqual([mac, 'host', { done: true, text: `redirect to ${name}` }]);
    }
    const nowhere = { hook: 'BROUTING', devices: {} } as unknown as Asking;
    expect(() => changeFrame(frame(), { kind: 'redirect', then: 'ACCEPT' }, nowhere)).toThrow('redirect in BROUTING');
  });
});

describe('the source', () => {
  it('is rewritten in the frame, with --snat-arp in ARP, too', () => {
    const snat = (arp: boolean, of: Frame) => made({ kind: 'snat', mac: B, arp }, of);
    expect(snat(false, frame({ arp: REQUEST }))).toMatchObject({
      said: { done: true, text: 'snat to 0a:00:00:00:00:02' },
      of: { macSource: B, macDestination: B, arp: REQUEST },
    });
    expect(snat(true, frame({ arp: REQUEST })).of.arp).toEqual({ ...REQUEST, macSource: B });
    const plain = snat(true, frame()).of;
    expect([plain.macSource, 'arp' in plain]).toEqual([B, false]);
  });
});

describe('arpreply', () => {
  it('answers requests, and nothing else', () => {
    const reply = (of: Frame) => made({ kind: 'arpreply', mac: B }, of);
    expect(reply(frame({ arp: REQUEST }))).toMatchObject({
      said: { done: true, text: 'arpreply 10.0.0.2 is at 0a:00:00:00:00:02' },
      answers: [B],
    });
    for (const of of [frame({ arp: { ...REQUEST, operation: 2 } }), frame()])
      expect(reply(of)).toMatchObject({ said: { done: false, text: 'no ARP request' }, answers: [] });
  });
  it('that nobody listens to is one all the same', () => {
    const deaf = { hook: 'PREROUTING', devices: {} } as unknown as Asking;
    expect(changeFrame(frame({ arp: REQUEST }), { kind: 'arpreply', mac: B, then: 'DROP' }, deaf).done).toBe(true);
  });
});

describe('mangle', () => {
  const mangled = (action: Omit<Extract<Bare, { kind: 'mangle' }>, 'kind'>) => {
    const { said, of } = made({ kind: 'mangle', ...action }, frame({ arp: REQUEST }));
    expect([said, of.macSource, of.macDestination]).toEqual([{ done: true, text: 'mangle' }, A, B]);
    return of.arp;
  };
  it('writes what it names into ARP, and leaves the frame alone', () => {
    for (const part of [{ macSource: 7 }, { macDestination: 7 }, { source: 7 }, { destination: 7 }])
      expect(mangled(part)).toEqual({ ...REQUEST, ...part });
    expect(mangled({})).toEqual(REQUEST);
    expect('arp' in made({ kind: 'mangle', source: 7 }, frame()).of).toBe(false);
  });
});

describe('whom a frame is for', () => {
  it('is everybody, a group, the host, or another host', () => {
    expect([ALL, GROUP, B, PORT, undefined].map((mac) => typeAt(mac, B))).toEqual([
      'broadcast',
      'multicast',
      'host',
      'otherhost',
      'otherhost',
    ]);
    expect([typeAt(B), typeAt(PORT, B, PORT)]).toEqual(['otherhost', 'host']);
  });
});

describe('the frame of a packet', () => {
  const skb = (more: object = {}) => ({
    ...newSkb('request', packet({ macSrc: A, macDst: B, mark: 5 })),
    tag: 7,
    ...more,
  });
  it('has its addresses, mark and tag, and is the host’s own unless it came in', () => {
    const one = skb();
    expect(frameOf(one)).toEqual({
      macSource: A,
      macDestination: B,
      type: 'host',
      mark: 5,
      tag: 7,
      packet: one.packet,
    });
    expect(frameOf(skb({ type: 'otherhost' })).type).toBe('otherhost');
    expect(frameOf(newSkb('request', packet({ macDst: 0 }))).macDestination).toBeUndefined();
  });

  it('is written back where it changed, and only then', () => {
    const same = skb();
    const before = same.packet;
    writeBack(same, { ...frameOf(same), type: 'multicast' });
    expect([same.packet === before, same.type]).toEqual([true, 'multicast']);
    for (const [change, written] of [
      [{ macSource: B }, { macSrc: B }],
      [{ macDestination: A }, { macDst: A }],
      [{ mark: 6 }, { mark: 6 }],
      [{ macSource: undefined }, { macSrc: 0 }],
      [{ macDestination: undefined }, { macDst: 0 }],
    ] as const) {
      const one = skb();
      writeBack(one, { ...frameOf(one), ...change });
      expect(one.packet).toEqual({ ...before, ...written });
    }
  });
});
