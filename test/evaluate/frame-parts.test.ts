import { describe, expect, it } from 'vitest';
import type { Arp, Frame } from '../../src/evaluate/frame.ts';
import { type Devices, testFrame } from '../../src/evaluate/frame-tests.ts';
import type { FrameTest } from '../../src/network/frame-rules.ts';
import type { Interface } from '../../src/network/network.ts';
import { PROTOCOL } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { addr } from './build.ts';

const [A, B, GROUP] = [0x0a0000000001, 0x0a0000000002, 0x01005e000005];
const base = { macSource: A, macDestination: B, type: 'otherhost', mark: 0, tag: undefined } as const;
const four = (more: Partial<Packet> = {}, frame: Partial<Frame> = {}): Frame => ({
  ...base,
  packet: packet({ src: addr('10.0.0.1'), dst: addr('10.0.0.2'), proto: 17, sport: 40000, dport: 53, ...more }),
  ...frame,
});
const arp = (more: Partial<Arp> = {}, frame: Partial<Frame> = {}): Frame => ({
  ...base,
  arp: {
    operation: 1,
    macSource: A,
    source: addr('10.0.0.1'),
    macDestination: 0,
    destination: addr('10.0.0.2'),
    ...more,
  },
  ...frame,
});
const six: Frame = { ...base, packet: { ...packet({ proto: 17 }), src: 1n, dst: 2n } };
const port = (name: string): Interface => ({ name }) as Interface;
const all: Devices = { in: port('p1'), out: port('p2'), bridge: port('br0') };

type Test = FrameTest extends infer T ? (T extends FrameTest ? Omit<T, 'inverted'> : never) : never;
/** The test, and the test turned round. */
const both = (test: Test, frame: Frame, devices: Devices = all) =>
  [false, true].map((inverted) => testFrame({ ...test, inverted } as FrameTest, frame, devices));
const [HOLDS, FAILS, ABSENT] = [
  [true, false],
  [false, true],
  [false, false],
];
const ip = (text: string) => ({ address: addr(text), mask: 0xffffffff });
const mac = (address: number, mask = 0xffffffffffff) => ({ address, mask });

describe('tests of an IPv4 packet', () => {
  it.each<[string, Test, Test, Partial<Packet>?]>([
    ['source', { kind: 'ip source', of: ip('10.0.0.1') }, { kind: 'ip source', of: ip('10.0.0.2') }],
    ['destination', { kind: 'ip destination', of: ip('10.0.0.2') }, { kind: 'ip destination', of: ip('10.0.0.1') }],
    ['protocol', { kind: 'ip protocol', number: 17 }, { kind: 'ip protocol', number: 6 }],
    ['tos', { kind: 'ip tos', value: 0 }, { kind: 'ip tos', value: 16 }],
    ['sport', { kind: 'ip sport', ports: [39999, 40000] }, { kind: 'ip sport', ports: [40001, 40002] }],
    ['dport', { kind: 'ip dport', ports: [53, 54] }, { kind: 'ip dport', ports: [51, 52] }],
    [
      'icmp type and code',
      { kind: 'ip icmp type', types: [8, 8], codes: [0, 255] },
      { kind: 'ip icmp type', types: [8, 8], codes: [1, 255] },
      { proto: PROTOCOL.ICMP, icmpType: 8 },
    ],
    [
      'icmp type',
      { kind: 'ip icmp type', types: [8, 8], codes: [0, 255] },
      { kind: 'ip icmp type', types: [0, 7], codes: [0, 255] },
      { proto: PROTOCOL.ICMP, icmpType: 8 },
    ],
  ])('%s hold or fail, and are nothing of ARP, IPv6 or a tagged frame', (_, holding, failing, more = {}) => {
    expect([both(holding, four(more)), both(failing, four(more))]).toEqual([HOLDS, FAILS]);
    for (const test of [holding, failing]) {
      expect([both(test, arp()), both(test, six)]).toEqual([ABSENT, ABSENT]);
      expect(both(test, four(more, { tag: 5 }))).toEqual(ABSENT);
    }
  });

  it('later fragments have neither ports nor icmp types, and other protocols have no icmp type', () => {
    const piece = four({ fragment: 1 });
    for (const kind of ['ip sport', 'ip dport'] as const)
      expect(both({ kind, ports: [0, 65535] }, piece)).toEqual(ABSENT);
    const types: Test = { kind: 'ip icmp type', types: [0, 255], codes: [0, 255] };
    expect(both(types, four())).toEqual(ABSENT);
    expect(both(types, four({ proto: PROTOCOL.ICMP, fragment: 1 }))).toEqual(ABSENT);
    expect(both(types, four({ proto: PROTOCOL.ICMP }))).toEqual(HOLDS);
    expect(both({ kind: 'ip protocol', number: 17 }, piece)).toEqual(HOLDS);
  });
});

describe('tests of an IPv6 packet', () => {
  const ip6 = (address: bigint, mask = 2n ** 128n - 1n) => ({ address, mask });
  it.each<[string, Test, Test, Partial<Packet>?]>([
    ['source', { kind: 'ip6 source', of: ip6(1n) }, { kind: 'ip6 source', of: ip6(2n) }],
    ['destination', { kind: 'ip6 destination', of: ip6(2n) }, { kind: 'ip6 destination', of: ip6(1n) }],
    ['masked', { kind: 'ip6 source', of: ip6(0n, 2n ** 128n - 2n) }, { kind: 'ip6 source', of: ip6(0n, 1n) }],
    ['protocol', { kind: 'ip6 protocol', number: 17 }, { kind: 'ip6 protocol', number: 6 }],
    ['tclass', { kind: 'ip6 tclass', value: 0 }, { kind: 'ip6 tclass', value: 16 }],
    ['sport', { kind: 'ip6 sport', ports: [0, 0] }, { kind: 'ip6 sport', ports: [1, 65535] }],
    ['dport', { kind: 'ip6 dport', ports: [0, 0] }, { kind: 'ip6 dport', ports: [1, 65535] }],
    [
      'icmp type',
      { kind: 'ip6 icmp type', types: [133, 135], codes: [0, 255] },
      { kind: 'ip6 icmp type', types: [136, 136], codes: [0, 255] },
      { proto: PROTOCOL.ICMPV6, icmpType: 135 },
    ],
  ])('%s hold or fail, and are nothing of ARP, IPv4 or a tagged frame', (_, holding, failing, more = {}) => {
    const frame = { ...six, packet: { ...packet({ proto: 17 }), src: 1n, dst: 2n, ...more } };
    expect([both(holding, frame), both(failing, frame)]).toEqual([HOLDS, FAILS]);
    for (const test of [holding, failing]) {
      expect([both(test, arp()), both(test, four())]).toEqual([ABSENT, ABSENT]);
      expect(both(test, { ...frame, tag: 5 })).toEqual(ABSENT);
    }
  });
});

describe('tests of ARP', () => {
  it.each<[string, Test, Test]>([
    ['operation', { kind: 'arp operation', operation: 1 }, { kind: 'arp operation', operation: 2 }],
    ['hardware type', { kind: 'arp hardware type', type: 1 }, { kind: 'arp hardware type', type: 6 }],
    ['protocol type', { kind: 'arp protocol type', type: 0x0800 }, { kind: 'arp protocol type', type: 0x86dd }],
    ['hardware length', { kind: 'arp hardware length', bytes: 6 }, { kind: 'arp hardware length', bytes: 8 }],
    ['source', { kind: 'arp source', of: ip('10.0.0.1') }, { kind: 'arp source', of: ip('10.0.0.2') }],
    ['destination', { kind: 'arp destination', of: ip('10.0.0.2') }, { kind: 'arp destination', of: ip('10.0.0.1') }],
    ['MAC source', { kind: 'arp mac source', of: mac(A) }, { kind: 'arp mac source', of: mac(B) }],
    ['MAC destination', { kind: 'arp mac destination', of: mac(0) }, { kind: 'arp mac destination', of: mac(A) }],
  ])('%s hold or fail, and are nothing of a packet or a tagged frame', (_, holding, failing) => {
    expect([both(holding, arp()), both(failing, arp())]).toEqual([HOLDS, FAILS]);
    for (const test of [holding, failing]) {
      expect([both(test, four()), both(test, six)]).toEqual([ABSENT, ABSENT]);
      expect(both(test, arp({}, { tag: 5 }))).toEqual(ABSENT);
    }
  });

  it('gratuitous is a request for one’s own address', () => {
    const test: Test = { kind: 'arp gratuitous' };
    expect(both(test, arp())).toEqual(FAILS);
    expect(both(test, arp({ destination: addr('10.0.0.1') }))).toEqual(HOLDS);
    expect(both(test, four())).toEqual(ABSENT);
  });
});

describe('tests of the frame', () => {
  it('the ethernet type is that of what it carries, or of a tag', () => {
    const type = (frame: Frame) =>
      [0x0800, 0x0806, 0x86dd, 0x8100].filter((one) => both({ kind: 'protocol', type: one }, frame)[0] === true);
    expect([type(four()), type(arp()), type(six)]).toEqual([[0x0800], [0x0806], [0x86dd]]);
    for (const frame of [four({}, { tag: 5 }), arp({}, { tag: 5 })]) expect(type(frame)).toEqual([0x8100]);
  });

  it('a tag has an id, priority 0 and what it carries', () => {
    const tagged = four({}, { tag: 5 });
    const held = (tag: 'id' | 'priority' | 'type', value: number) => both({ kind: 'vlan', tag, value }, tagged);
    expect([held('id', 5), held('id', 6)]).toEqual([HOLDS, FAILS]);
    expect([held('priority', 0), held('priority', 5)]).toEqual([HOLDS, FAILS]);
    expect([held('type', 0x0800), held('type', 0x8100)]).toEqual([HOLDS, FAILS]);
    expect(both({ kind: 'vlan', tag: 'id', value: 5 }, four())).toEqual(ABSENT);
  });

  it('a mark holds under its mask, or has any bit of it', () => {
    const mark = (value: number, mask: number, any: boolean, of: number) =>
      both({ kind: 'mark', value, mask, any }, four({}, { mark: of }));
    expect([mark(1, 3, false, 5), mark(1, 3, false, 2)]).toEqual([HOLDS, FAILS]);
    expect([mark(0, 3, true, 2), mark(0, 3, true, 4)]).toEqual([HOLDS, FAILS]);
  });

  it('what nobody knows decides nothing, turned round or not', () => {
    expect(both({ kind: 'unknown', reason: 'limit' }, four())).toEqual([{ reason: 'limit' }, { reason: 'limit' }]);
  });
});

describe('MAC addresses', () => {
  /** What somebody out of sight would have to have, and what he must not have. */
  const sought = (...macs: readonly ReturnType<typeof mac>[]) => [
    { macs, inverted: false },
    { macs, inverted: true },
  ];
  it('hold under a mask, in all of their 48 bits', () => {
    const source = (of: number, mask?: number) => both({ kind: 'mac source', of: mac(of, mask) }, four());
    expect([source(A), source(B), source(A + 2 ** 40)]).toEqual([HOLDS, FAILS, FAILS]);
    expect([source(B, 0xfffffffffffc), source(0x0a0000ffffff, 0xffffff000000), source(0, 0)]).toEqual([
      HOLDS,
      HOLDS,
      HOLDS,
    ]);
    const destination = (of: number, mask?: number) => both({ kind: 'mac destination', of: mac(of, mask) }, four());
    expect([destination(B), destination(A)]).toEqual([HOLDS, FAILS]);
  });

  it('of somebody out of sight are not known', () => {
    const lost = four({}, { macDestination: undefined });
    const destination = (of: number, mask?: number) => both({ kind: 'mac destination', of: mac(of, mask) }, lost);
    expect(destination(B)).toEqual(sought(mac(B)));
    expect(destination(GROUP, 0x010000000000)).toEqual(sought(mac(GROUP, 0x010000000000)));
  });

  it('are among pairs, with an address or without', () => {
    const among = (
      pairs: readonly { mac: number; address?: number }[],
      frame: Frame,
      side: 'source' | 'destination' = 'source',
    ) => both({ kind: `among ${side}`, pairs }, frame);
    const [mine, other] = [addr('10.0.0.1'), addr('10.0.0.9')];
    expect([among([{ mac: B }, { mac: A }], four()), among([{ mac: B }], four())]).toEqual([HOLDS, FAILS]);
    expect(among([{ mac: A, address: mine }], four())).toEqual(HOLDS);
    expect(among([{ mac: A, address: other }], four())).toEqual(FAILS);
    expect(among([{ mac: A, address: 0 }], four())).toEqual(HOLDS);
    expect(among([{ mac: B, address: addr('10.0.0.2') }], four(), 'destination')).toEqual(HOLDS);
    expect(among([{ mac: B, address: mine }], four(), 'destination')).toEqual(FAILS);
    // pairs with an address are for IPv4 alone in ebtables-nft, for ARP, too, in ebtables-legacy
    expect(among([{ mac: A, address: mine }], arp())).toEqual(['legacy only', false]);
    expect(among([{ mac: A, address: other }], arp())).toEqual([false, 'legacy only']);
    expect(among([{ mac: A }, { mac: B, address: other }], arp())).toEqual(['legacy only', false]);
    expect(among([{ mac: A }], arp())).toEqual(HOLDS);
    expect(among([{ mac: B, address: addr('10.0.0.2') }], arp(), 'destination')).toEqual(['legacy only', false]);
    const lost = four({}, { macSource: undefined });
    expect(among([{ mac: A }], lost)).toEqual(sought(mac(A)));
    expect(among([{ mac: A, address: other }], lost)).toEqual(FAILS);
  });
});

describe('devices', () => {
  const names = (kind: 'in' | 'out' | 'logical in' | 'logical out', name: string, devices: Devices = all) =>
    both({ kind, name }, four(), devices);
  it('are compared by name or prefix', () => {
    expect([names('in', 'p1'), names('in', 'p'), names('in', 'p+'), names('in', 'p2')]).toEqual([
      HOLDS,
      FAILS,
      HOLDS,
      FAILS,
    ]);
    expect([names('out', 'p2'), names('out', 'p1')]).toEqual([HOLDS, FAILS]);
    for (const kind of ['logical in', 'logical out'] as const)
      expect([names(kind, 'br0'), names(kind, 'br+'), names(kind, 'p1')]).toEqual([HOLDS, HOLDS, FAILS]);
  });

  it('that a hook does not know are none, but the bridge passes in ebtables-legacy', () => {
    const none: Devices = { bridge: port('br0') };
    for (const kind of ['in', 'out'] as const)
      expect([names(kind, 'p1', none), names(kind, '+', none)]).toEqual([FAILS, FAILS]);
    for (const kind of ['logical in', 'logical out'] as const) {
      expect(names(kind, 'br0', none)).toEqual(['legacy only', true]);
      expect(names(kind, 'br9', none)).toEqual(['legacy only', true]);
    }
    // each asks for its own port
    expect(names('logical in', 'br0', { ...none, in: port('p1') })).toEqual(HOLDS);
    expect(names('logical out', 'br0', { ...none, in: port('p1') })).toEqual(['legacy only', true]);
    expect(names('logical out', 'br0', { ...none, out: port('p2') })).toEqual(HOLDS);
  });
});
