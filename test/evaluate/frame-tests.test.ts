import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { ends, every, icmp, said, send, tcp, udp } from './ask.ts';
import { addr, build, type Host, NO_BRIDGE_NF, type Port } from './build.ts';
import { forwarding, MAC, PASSES } from './frame-network.ts';
import { ebtables, exactly, IPV4, ip, macOf, not, type Written } from './frame-rules.ts';

const DROPPED = ['dropped h: rule', 'none'];

describe('a test of a rule', () => {
  /** The request's end, with the test and with the test turned round. */
  const both = (test: Written, of = tcp('10.0.0.2', 80, { tos: 0x10 })): readonly string[] =>
    [test, not(test)].map((one) => said(send(forwarding(one), 'a', of).disposition.request));
  const HOLDS = ['dropped h: rule', 'delivered b'];
  const FAILS = ['delivered b', 'dropped h: rule'];
  const NEITHER = ['delivered b', 'delivered b'];

  it.each<readonly [string, Written, Written]>([
    ['protocol', { kind: 'protocol', type: 0x0800 }, { kind: 'protocol', type: 0x86dd }],
    ['protocol, none of 802.3', { kind: 'protocol', type: 0x0800 }, { kind: 'protocol', type: 'length' }],
    ['mac source', { kind: 'mac source', of: exactly(MAC.a) }, { kind: 'mac source', of: exactly(MAC.b) }],
    [
      'mac source with a mask',
      { kind: 'mac source', of: { address: macOf('02:00:00:00:00:00'), mask: macOf('ff:ff:ff:00:00:00') } },
      { kind: 'mac source', of: { address: macOf('02:00:01:00:00:00'), mask: macOf('ff:ff:ff:00:00:00') } },
    ],
    [
      'mac destination',
      { kind: 'mac destination', of: exactly(MAC.b) },
      { kind: 'mac destination', of: exactly(MAC.a) },
    ],
    ['in', { kind: 'in', name: 'p1' }, { kind: 'in', name: 'br0' }],
    ['in with +', { kind: 'in', name: 'p+' }, { kind: 'in', name: 'p1+1' }],
    ['out', { kind: 'out', name: 'p2' }, { kind: 'out', name: 'p1' }],
    ['logical in', { kind: 'logical in', name: 'br0' }, { kind: 'logical in', name: 'p1' }],
    ['logical out', { kind: 'logical out', name: 'br+' }, { kind: 'logical out', name: 'br1' }],
    ['ip source', { kind: 'ip source', of: ip('10.0.0.1') }, { kind: 'ip source', of: ip('10.0.0.2') }],
    [
      'ip destination with a mask',
      { kind: 'ip destination', of: { address: addr('10.0.0.0'), mask: 0xffffff00 } },
      { kind: 'ip destination', of: { address: addr('10.0.1.0'), mask: 0xffffff00 } },
    ],
    ['ip protocol', { kind: 'ip protocol', number: 6 }, { kind: 'ip protocol', number: 17 }],
    ['ip tos', { kind: 'ip tos', value: 0x10 }, { kind: 'ip tos', value: 0 }],
    ['ip sport', { kind: 'ip sport', ports: [40000, 40001] }, { kind: 'ip sport', ports: [1, 1023] }],
    ['ip dport', { kind: 'ip dport', ports: [80, 80] }, { kind: 'ip dport', ports: [81, 65535] }],
    ['mark', { kind: 'mark', value: 0, mask: 0xff, any: false }, { kind: 'mark', value: 0, mask: 0xff, any: true }],
    ['packet type', { kind: 'packet type', type: 'otherhost' }, { kind: 'packet type', type: 'host' }],
    [
      'among source',
      { kind: 'among source', pairs: [{ mac: macOf(MAC.b) }, { mac: macOf(MAC.a), address: addr('10.0.0.1') }] },
      { kind: 'among source', pairs: [{ mac: macOf(MAC.b) }, { mac: macOf(MAC.a), address: addr('10.0.0.7') }] },
    ],
    [
      'among destination',
      { kind: 'among destination', pairs: [{ mac: macOf(MAC.b) }] },
      { kind: 'among destination', pairs: [{ mac: macOf(MAC.b), address: addr('10.0.0.7') }] },
    ],
  ])('of its %s holds, and does not hold, and is turned round', (_, right, wrong) => {
    expect(both(right)).toEqual(HOLDS);
    expect(both(wrong)).toEqual(FAILS);
  });

  it('of icmp types holds for the type and code', () => {
    const type = (low: number, high: number): Written => ({
      kind: 'ip icmp type',
      types: [low, high],
      codes: [0, 255],
    });
    expect(both(type(8, 8), icmp('10.0.0.2'))).toEqual(HOLDS);
    expect(both(type(3, 3), icmp('10.0.0.2'))).toEqual(FAILS);
    // tcp has no icmp type, turned round or not
    expect(both(type(0, 255))).toEqual(NEITHER);
  });

  it.each<readonly [string, Written]>([
    ['ARP', { kind: 'arp operation', operation: 1 }],
    ['ARP addresses', { kind: 'arp source', of: ip('10.0.0.1') }],
    ['ARP MAC addresses', { kind: 'arp mac source', of: exactly(MAC.a) }],
    ['gratuitous ARP', { kind: 'arp gratuitous' }],
    ['IPv6', { kind: 'ip6 protocol', number: 6 }],
    ['tags', { kind: 'vlan', tag: 'id', value: 5 }],
  ])('of %s holds for no untagged IPv4, turned round or not', (_, test) => {
    expect(both(test)).toEqual(NEITHER);
  });

  it('of ports holds for no later fragment, turned round or not', () => {
    const later = tcp('10.0.0.2', 80, { fragment: 1 });
    const waits = 'dropped b: fragment';
    expect(both({ kind: 'ip dport', ports: [0, 65535] }, later)).toEqual([waits, waits]);
    expect(both({ kind: 'ip protocol', number: 6 }, later)).toEqual(['dropped h: rule', waits]);
  });

  it('that no frame decides is a free Boolean at each visit', () => {
    const runs = every(forwarding({ kind: 'unknown', reason: '--limit 5/s' }), 'a', udp('10.0.0.2', 53));
    expect(runs.map(ends).sort()).toEqual([DROPPED, ['delivered b', 'dropped h: rule'], PASSES].sort());
    const ids = new Set(runs.flatMap(({ met }) => met.map(({ unknown }) => unknown.id)));
    expect(ids.size).toBe(2);
    expect(runs[0]?.met[0]?.unknown).toMatchObject({ reason: '--limit 5/s', origin: { node: 'h' } });
  });
});

describe('tags', () => {
  const tagged = (frameRules: Host['frameRules'], more: Readonly<Record<string, Port>> = {}): Network =>
    build(
      {
        a: {
          interfaces: { eth0: {}, v5: { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, addresses: ['10.0.0.1/24'] } },
        },
        b: {
          interfaces: { eth0: {}, v5: { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, addresses: ['10.0.0.2/24'] } },
        },
        h: {
          interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: { mac: MAC.br }, ...more },
          sysctl: NO_BRIDGE_NF,
          ...(frameRules === undefined ? {} : { frameRules }),
        },
      },
      [
        ['a:eth0', 'h:p1'],
        ['b:eth0', 'h:p2'],
      ],
    );
  const VLAN: Written = { kind: 'protocol', type: 0x8100 };
  const ending = (...tests: readonly Written[]): string | undefined =>
    ends(send(tagged(ebtables({ filter: { FORWARD: [{ tests }] } })), 'a', icmp('10.0.0.2')))[0];

  it('make the ethernet type 802.1Q, and what is inside is out of reach of other tests', () => {
    expect(ending(IPV4)).toBe('delivered b');
    expect(ending({ kind: 'ip protocol', number: 1 })).toBe('delivered b');
    expect(ending(VLAN, { kind: 'vlan', tag: 'type', value: 0x0800 })).toBe('dropped h: rule');
    expect(ending(VLAN, { kind: 'vlan', tag: 'type', value: 0x86dd })).toBe('delivered b');
  });

  it('are what --vlan-id and --vlan-prio test', () => {
    const ipv4: Written = { kind: 'vlan', tag: 'type', value: 0x0800 };
    expect(ending(VLAN, ipv4, { kind: 'vlan', tag: 'id', value: 5 })).toBe('dropped h: rule');
    expect(ending(VLAN, ipv4, not({ kind: 'vlan', tag: 'id', value: 5 }))).toBe('delivered b');
    expect(ending(VLAN, ipv4, { kind: 'vlan', tag: 'id', value: 6 })).toBe('delivered b');
    expect(ending(VLAN, ipv4, { kind: 'vlan', tag: 'priority', value: 0 })).toBe('dropped h: rule');
  });

  it('take a frame up to the vlan device of the bridge, if it has one', () => {
    const v5 = (id: number): Port => ({
      kind: 'vlan',
      vlan: { parent: 'br0', id },
      mac: MAC.br,
      addresses: ['10.0.0.254/24'],
    });
    const up = (id: number): string | undefined => {
      const rules = ebtables({ filter: { FORWARD: [] } });
      return ends(send(tagged(rules, { 'br0.5': v5(id) }), 'a', icmp('10.0.0.254')))[0];
    };
    expect(up(5)).toBe('delivered h');
    expect(up(6)).toBe('dropped a: no neighbour');
  });
});
