import { describe, expect, it } from 'vitest';
import type { Packet } from '../../../src/packet/packet.ts';
import { ends } from '../ask.ts';
import { addr6, build6, FORWARDING6, type Host6 } from '../six-build.ts';
import { filter, ping, send6, tcp6, udp6 } from './ask.ts';

const MAC = 0x020000000100;
const from = (src: string, dst: string, more: Partial<Packet> = {}): Packet =>
  udp6(dst, 53, { src: addr6(src), macSrc: 0x02000000ff02, macDst: MAC, ...more });

/** What becomes of a frame that comes in at eth0 of r, which forwards to b by eth1. */
function comesIn(
  of: Packet,
  sysctl: Readonly<Record<string, number>> = FORWARDING6,
  more: Partial<Host6> = {},
): string {
  const network = build6(
    {
      r: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::1/64'], mac: '02:00:00:00:01:00' },
          eth1: { addresses: ['2001:db8:b::1/64'], mac: '02:00:00:00:01:01' },
        },
        sysctl,
        ...more,
      },
      b: { interfaces: { eth0: { addresses: ['2001:db8:b::2/64'] } } },
      a: { interfaces: { eth0: { addresses: ['2001:db8:a::2/64'] } } },
    },
    [
      ['r:eth1', 'b:eth0'],
      ['r:eth0', 'a:eth0'],
    ],
  );
  return ends(send6(network, { kind: 'wire', node: 'r', interface: 'eth0' }, of))[0];
}

const LL0 = 'fe80::ff:fe00:100';
const LL1 = 'fe80::ff:fe00:101';

describe('a packet that comes in', () => {
  it.each([
    ['to an address of the device is delivered', from('2001:db8:a::2', '2001:db8:a::1'), 'delivered r'],
    ['to an address of another device, too', from('2001:db8:a::2', '2001:db8:b::1'), 'delivered r'],
    ['from anywhere, no source is validated', from('2001:db8:b::2', '2001:db8:a::1'), 'delivered r'],
    ["from one of the node's own addresses", from('2001:db8:a::1', '2001:db8:a::1'), 'delivered r'],
    ['from nobody', from('::', '2001:db8:a::1'), 'delivered r'],
    ['to the link-local address of the device', from('fe80::2', LL0), 'delivered r'],
    ['to that of another device goes back to its link', from('fe80::2', LL1), 'dropped r: no neighbour'],
    ['from localhost is martian', from('::1', '2001:db8:a::1'), 'dropped r: martian'],
    ['from a group is martian', from('ff02::5', '2001:db8:a::1'), 'dropped r: martian'],
    ['to localhost is martian', from('2001:db8:a::2', '::1'), 'dropped r: martian'],
    ['to a group of the interface is martian', from('fe80::2', 'ff01::1'), 'dropped r: martian'],
    ['to the routers of a network is for one', from('2001:db8:a::2', '2001:db8:b::'), 'delivered r'],
    ['to nowhere has no route', from('2001:db8:a::2', '2001:db8:c::1'), 'dropped r: no route'],
  ])('%s', (_, of, expected) => {
    expect(comesIn(of)).toBe(expected);
  });

  it('is looked at before PREROUTING', () => {
    const more = { ip6tables: '*raw\n:PREROUTING DROP [0:0]\n' };
    expect(comesIn(from('::1', '2001:db8:a::1'), FORWARDING6, more)).toBe('dropped r: martian');
    expect(comesIn(from('2001:db8:a::2', '2001:db8:a::1'), FORWARDING6, more)).toBe('dropped r: rule');
  });

  it('in a group frame is taken, unless drop_unicast_in_l2_multicast is on', () => {
    const of = from('2001:db8:a::2', '2001:db8:a::1', { macDst: 0x333300000001 });
    expect(comesIn(of)).toBe('delivered r');
    expect(comesIn(of, { 'net.ipv6.conf.eth0.drop_unicast_in_l2_multicast': 1 })).toBe('dropped r: not for me');
  });

  it('is dropped where the device has no IPv6', () => {
    const of = from('2001:db8:a::2', '2001:db8:a::1');
    expect(comesIn(of, { 'net.ipv6.conf.eth0.disable_ipv6': 1 })).toBe('dropped r: interface down');
    expect(comesIn(of, { 'net.ipv6.conf.eth1.disable_ipv6': 1 })).toBe('delivered r');
  });
});

describe('a router', () => {
  const through = (src: string, more: Partial<Packet> = {}): Packet => from(src, '2001:db8:b::2', more);
  it.each([
    ['forwards', through('2001:db8:a::2'), 'delivered b'],
    ['from any source of the world', through('2001:db8:77::1'), 'delivered b'],
    ['no link-local source', through('fe80::2'), 'dropped r: martian'],
    ['nobody', through('::'), 'dropped r: martian'],
    ['no group frame', through('2001:db8:a::2', { macDst: 0x333300000001 }), 'dropped r: not for me'],
    ['no hop limit of 1', through('2001:db8:a::2', { ttl: 1 }), 'dropped r: ttl'],
    ['a hop limit of 2', through('2001:db8:a::2', { ttl: 2 }), 'delivered b'],
    ['back to the link that it came from, link-local sources too', from('fe80::2', '2001:db8:a::2'), 'delivered a'],
  ])('%s', (_, of, expected) => {
    expect(comesIn(of)).toBe(expected);
  });

  it.each([
    ['all.forwarding', { 'net.ipv6.conf.all.forwarding': 1 }, 'delivered b'],
    ['nothing', {}, 'dropped r: not forwarding'],
    ['forwarding of the device alone', { 'net.ipv6.conf.eth0.forwarding': 1 }, 'dropped r: not forwarding'],
    ['all.forwarding, whatever the device says', { ...FORWARDING6, 'net.ipv6.conf.eth0.forwarding': 0 }, 'delivered b'],
    ['force_forwarding of the device', { 'net.ipv6.conf.eth0.force_forwarding': 1 }, 'delivered b'],
    ['force_forwarding of the other device', { 'net.ipv6.conf.eth1.force_forwarding': 1 }, 'dropped r: not forwarding'],
  ])('is made by %s', (_, sysctl, expected) => {
    expect(comesIn(through('2001:db8:a::2'), sysctl)).toBe(expected);
  });

  it('shows FORWARD the hop limit that the next host will see', () => {
    const more = (limit: number) => ({ ip6tables: filter(`-A FORWARD -m hl --hl-eq ${limit} -j DROP`) });
    expect(comesIn(through('2001:db8:a::2'), FORWARDING6, more(63))).toBe('dropped r: rule');
    expect(comesIn(through('2001:db8:a::2'), FORWARDING6, more(64))).toBe('delivered b');
  });

  it('by lo forwards to itself until the hop limit is gone', () => {
    const routes = ['2001:db8:c::/64 dev lo'];
    expect(comesIn(from('2001:db8:a::2', '2001:db8:c::1'), FORWARDING6, { routes })).toBe('dropped r: ttl');
    expect(
      comesIn(from('2001:db8:a::2', '2001:db8:c::1'), FORWARDING6, { routes: ['local 2001:db8:c::/64 dev lo'] }),
    ).toBe('delivered r');
  });
});

describe('fragments', () => {
  it('wait behind INPUT, if nothing tracks connections', () => {
    const of = from('2001:db8:a::2', '2001:db8:a::1', { fragment: 1, sport: 0, dport: 0 });
    expect(comesIn(of)).toBe('dropped r: fragment');
    expect(comesIn(of, FORWARDING6, { ip6tables: filter('-A INPUT -j DROP') })).toBe('dropped r: rule');
  });
});

describe('ttl and frames of others', () => {
  it('do not matter to who is the destination', () => {
    expect(comesIn(from('2001:db8:a::2', '2001:db8:a::1', { ttl: 0 }))).toBe('delivered r');
    expect(comesIn(from('2001:db8:a::2', '2001:db8:a::1', { macDst: 0x020000000101 }))).toBe('dropped r: not for me');
    expect(comesIn(tcp6('2001:db8:a::1', 80, { src: addr6('2001:db8:a::2'), macDst: MAC }))).toBe('delivered r');
    expect(comesIn(ping('2001:db8:a::1', { src: addr6('2001:db8:a::2'), macDst: MAC }))).toBe('delivered r');
  });
});
