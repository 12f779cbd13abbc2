import { describe, expect, it } from 'vitest';
import { groupMac } from '../../src/evaluate/leave.ts';
import { BROADCAST_MAC } from '../../src/packet/address.ts';
import { ends, every, said, send, socket, udp, wire } from './ask.ts';
import { addr, build, host } from './build.ts';

/** One host; the wire is in the test's hand. */
const network = build({ b: host('10.0.0.2/24') }, []);
const sent = (dst: string) =>
  udp(dst, 5000, { src: addr('10.0.0.9'), macSrc: 0x020000000099, macDst: groupMac(addr(dst)) });

describe('a multicast group', () => {
  it('has the MAC address that RFC 1112 gives it: 23 bits of the group behind 01:00:5e', () => {
    expect(groupMac(addr('224.0.0.1'))).toBe(0x01005e000001);
    expect(groupMac(addr('239.255.255.255'))).toBe(0x01005e7fffff);
    expect(groupMac(addr('225.129.2.3'))).toBe(0x01005e010203);
    expect(groupMac(addr('255.255.255.255'))).toBe(BROADCAST_MAC);
  });

  it('of all hosts is joined by everybody', () => {
    const exchange = send(network, wire('b', 'eth0'), sent('224.0.0.1'));
    expect(said(exchange.disposition.request)).toBe('delivered b');
    expect(exchange.met).toEqual([]);
  });

  it('of any other kind leaves open whether a host has joined it', () => {
    const all = every(network, wire('b', 'eth0'), sent('224.0.0.5'));
    expect(all.map(({ disposition }) => said(disposition.request)).sort()).toEqual([
      'delivered b',
      'dropped b: not for me',
    ]);
    expect(all[0]?.met.map(({ unknown }) => unknown.reason)).toEqual([
      'whether b has joined the group 224.0.0.5 on eth0',
    ]);
  });

  it('takes no packet from a group, nor from localhost', () => {
    for (const src of ['224.0.0.9', '255.255.255.255', '127.0.0.9'])
      expect(ends(send(network, wire('b', 'eth0'), { ...sent('224.0.0.1'), src: addr(src) }))[0]).toContain('martian');
  });
});

// as Linux 6.18 does it
it.each([
  ['broadcast', ['b']],
  ['unicast', ['a', 'b']],
  ['multicast', ['a', 'b']],
])('what the sender of a broadcast hears of it itself is one: %s refused at INPUT', (type, heard) => {
  const iptables = `*filter\n-A INPUT -p udp -m pkttype --pkt-type ${type} -j DROP`;
  const both = build({ a: host('10.0.0.1/24', { iptables }), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  const { walks } = send(both, socket('a', true), udp('10.0.0.255', 53, { src: addr('10.0.0.1') }));
  const fates = walks.flatMap((walk) => [walk, ...walk.copies]).map(({ fate }) => fate);
  expect(fates.flatMap((fate) => (fate.kind === 'delivered' ? [fate.node] : [])).sort()).toEqual(heard);
});

describe('a frame to an address behind the port that it came in by', () => {
  const hypervisor = (hairpin: boolean) =>
    build(
      {
        a: host('10.0.0.1/24'),
        h: { interfaces: { p1: { master: 'br0', hairpin }, br0: {} } },
      },
      [['a:eth0', 'h:p1']],
    );
  const sentTo = (of: ReturnType<typeof hypervisor>) => {
    const macDst = of.nodes.get('a')?.interfaces.find(({ name }) => name === 'eth0')?.mac ?? 0;
    return send(of, wire('h', 'p1'), udp('10.0.0.1', 53, { src: addr('10.0.0.9'), macSrc: 0x020000000099, macDst }));
  };

  it('stays out: the bridge sends nothing back', () => {
    const { disposition, walks } = sentTo(hypervisor(false));
    expect(said(disposition.request)).toBe('dropped h: no port');
    expect(walks[0]?.hops.at(-1)?.hook).toBe('bridge');
    expect(walks[0]?.hops.at(-1)?.text).toMatch(/lives behind p1, where the frame came from$/);
  });

  it('goes back where hairpin is on', () => {
    expect(said(sentTo(hypervisor(true)).disposition.request)).toBe('delivered a');
  });
});
