import { describe, expect, it } from 'vitest';
import { only } from '../../../src/packet/ranges.ts';
import { TOPOLOGIES } from '../../agreement/generate/topology.ts';
import { FORWARDING, hostOf, nodeOf, plug, type World } from '../../agreement/generate/world.ts';
import { ask, at, LOST } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const NEAR_R = 'fe80::200:0:201';
const wire = (interfaces: string, mac: number) =>
  ({ source: { kind: 'wire', node: 'r', interface: interfaces }, macDst: mac }) as const;

/** One router with two ways to 10.9.0.9: by b and by c, which both have that address. */
const twoWays = (...routes: readonly string[]): World => ({
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    r: nodeOf({ eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24') }, { settings: FORWARDING, routes }),
    b: hostOf('10.2.0.2/24', '10.2.0.1', { loopback: ['10.9.0.9/32'] }),
    c: hostOf('10.2.0.3/24', '10.2.0.1', { loopback: ['10.9.0.9/32'] }),
  },
  links: { left: ['a:eth0', 'r:eth0'], right: ['r:eth1', 'b:eth0', 'c:eth0'] },
  filtered: [],
});
const FAR = { from: 'a', to: '2001:db8::a09:9' } as const;

describe('routes of IPv6', () => {
  it('are taken by the longest prefix, then by the lowest metric', () => {
    const long = twoWays('10.9.0.0/16 via 10.2.0.2 dev eth1', '10.9.0.0/24 via 10.2.0.3 dev eth1');
    expect(ask(long, FAR)).toEqual(['delivered c | delivered a']);
    const metric = twoWays('10.9.0.0/24 via 10.2.0.2 dev eth1', '10.9.0.0/24 via 10.2.0.3 dev eth1 metric 10');
    expect(ask(metric, FAR)).toEqual(['delivered c | delivered a']);
    expect(ask(twoWays('blackhole 10.9.0.0/24'), FAR)).toEqual([`r: no route | ${LOST}`]);
  });

  it('may lead by gateways that are named by their address of the link', () => {
    const { from, to } = { from: 'a', to: '2001:db8::a02:2' };
    expect(ask(router, { from, to }, { near: true })).toEqual(['delivered b | delivered a']);
  });

  it('to addresses of a link are those of the device that is asked about', () => {
    expect(ask(router, { from: 'a', to: NEAR_R, by: 'eth0' })).toEqual(['delivered r | delivered a']);
    expect(ask(router, { from: 'a', to: 'fe80::200:0:202', by: 'eth0' })).toEqual([`a: no neighbour | ${LOST}`]);
  });

  it('to addresses of a link without a zone: tcp has none, others may', () => {
    expect(ask(router, { from: 'a', to: NEAR_R, proto: 'TCP' })).toEqual([`a: no route | ${LOST}`]);
    expect(ask(router, { from: 'a', to: NEAR_R })).toEqual([`a: no route | ${LOST}`, 'delivered r | delivered a']);
  });
});

describe('forwarding', () => {
  const TO_B = { from: 'a', to: '2001:db8::a02:2' } as const;

  it('is one switch for the whole node, or one of a device', () => {
    const off = { settings: { r: { 'net.ipv6.conf.all.forwarding': 0 } } };
    expect(ask(router, TO_B, off)).toEqual([`r: not forwarding | ${LOST}`]);
    const one = { 'net.ipv6.conf.all.forwarding': 0, 'net.ipv6.conf.eth0.force_forwarding': 1 };
    expect(ask(router, { ...TO_B, back: false }, { settings: { r: one } })).toEqual(['delivered b | not followed']);
    const device = { 'net.ipv6.conf.all.forwarding': 1, 'net.ipv6.conf.eth0.forwarding': 0 };
    expect(ask(router, TO_B, { settings: { r: device } })).toEqual(['delivered b | delivered a']);
  });

  it('takes no source of one link to another device', () => {
    const { source, macDst } = wire('eth0', 0x020000000201);
    const from = (src: string) => ({
      ...TO_B,
      source,
      back: false,
      fields: { src: only(at(src)), macDst: only(macDst), macSrc: only(0x02000000ff02) },
    });
    expect(ask(router, from('fe80::9'))).toEqual([`r: martian | ${LOST}`]);
    expect(ask(router, from('::'))).toEqual([`r: martian | ${LOST}`]);
    expect(ask(router, from('2001:db8::a01:9'))).toEqual(['delivered b | not followed']);
  });

  it('spends the hop limit', () => {
    expect(ask(router, { ...TO_B, fields: { ttl: only(1) } })).toEqual([`r: ttl | ${LOST}`]);
    expect(ask(router, { ...TO_B, fields: { ttl: only(2) } })).toEqual(['delivered b | delivered a']);
  });
});

describe('what comes in', () => {
  const come = (src: string, dst: string) => ({
    from: 'r',
    to: dst,
    back: false,
    source: { kind: 'wire', node: 'r', interface: 'eth0' } as const,
    fields: { src: only(at(src)), macDst: only(0x020000000201), macSrc: only(0x02000000ff02) },
  });

  it('is nothing from a group, and nothing of the loopback address', () => {
    expect(ask(router, come('ff02::1', '2001:db8::a01:1'))).toEqual([`r: martian | ${LOST}`]);
    expect(ask(router, come('::1', '2001:db8::a01:1'))).toEqual([`r: martian | ${LOST}`]);
    expect(ask(router, come('2001:db8::a01:9', '::1'))).toEqual([`r: martian | ${LOST}`]);
    expect(ask(router, come('2001:db8::a02:9', '2001:db8::a01:1'))).toEqual(['delivered r | not followed']);
  });

  it('is local whichever device has the address, but for those of a link', () => {
    expect(ask(router, come('2001:db8::a01:9', '2001:db8::a02:1'))).toEqual(['delivered r | not followed']);
    expect(ask(router, come('fe80::9', 'fe80::200:0:201'))).toEqual(['delivered r | not followed']);
    expect(ask(router, come('fe80::9', 'fe80::200:0:202'))).not.toEqual(['delivered r | not followed']);
  });
});
