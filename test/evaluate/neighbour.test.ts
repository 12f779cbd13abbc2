import { expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { ends, every, icmp, send, tcp } from './ask.ts';
import { addr, build, FORWARDING, guest, type Host, host } from './build.ts';

const pair = (b: Partial<Host>, from = '10.0.0.1/24'): Network =>
  build(
    {
      a: { ...host(from), routes: ['172.16.0.0/16 dev eth0', '10.0.0.0/16 dev eth0'] },
      b: { ...host('10.0.0.2/24'), ...b },
    },
    [['a:eth0', 'b:eth0']],
  );

const arp = (mode: number) => ({ 'net.ipv4.conf.all.arp_ignore': mode });
const strict = { 'net.ipv4.conf.all.rp_filter': 1 };
const DROP = '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]';

// fact 10
it('ARP passes no rules: an address is found while everything is dropped', () => {
  const exchange = send(pair({ iptables: DROP }), 'a', icmp('10.0.0.2'));
  expect(ends(exchange)).toEqual(['dropped b: rule', 'none']);
  expect(exchange.walks[0]?.hops.map(({ hook }) => hook)).toContain('neighbour');
});

it('without an answer to the ARP request nothing is sent', () => {
  expect(ends(send(pair({}), 'a', icmp('10.0.0.3')))[0]).toBe('dropped a: no neighbour');
});

// fact 11
const second: Partial<Host> = {
  interfaces: {
    eth0: { addresses: ['10.0.0.2/24'] },
    eth1: { addresses: ['172.16.0.1/32'] },
    lo: { addresses: ['127.0.0.1/8', '172.16.0.2/32'], scope: 253 },
  },
};

it('a host answers on any interface for any of its addresses, those on lo included', () => {
  for (const dst of ['172.16.0.1', '172.16.0.2']) {
    const exchange = send(pair({ ...second, routes: ['10.0.0.1/32 dev eth0'] }), 'a', icmp(dst));
    expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  }
});

it('arp_ignore keeps it from answering for addresses of other interfaces', () => {
  for (const mode of [1, 2, 8])
    expect(ends(send(pair({ ...second, sysctl: arp(mode) }), 'a', icmp('172.16.0.1')))[0]).toBe(
      'dropped a: no neighbour',
    );
  // 3 keeps only addresses of scope link or host back
  expect(ends(send(pair({ ...second, sysctl: arp(3) }), 'a', icmp('172.16.0.1')))[0]).toBe('delivered b');
  expect(ends(send(pair({ ...second, sysctl: arp(3) }), 'a', icmp('172.16.0.2')))[0]).toBe('dropped a: no neighbour');
  for (const [mode, fate] of [
    [1, 'delivered b'],
    [2, 'delivered b'],
    [8, 'dropped a: no neighbour'],
  ] as const)
    expect(ends(send(pair({ sysctl: arp(mode) }), 'a', icmp('10.0.0.2')))[0]).toBe(fate);
});

it('arp_ignore 2 wants the asker in the subnet of the address', () => {
  const far = pair({ sysctl: arp(2) }, '10.0.9.1/32');
  expect(ends(send(far, 'a', icmp('10.0.0.2')))[0]).toBe('dropped a: no neighbour');
});

it('an asker whose address fails source validation gets no answer', () => {
  const asker = '10.0.9.1/32';
  const other = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.9.2/24'] } };
  expect(ends(send(pair({ interfaces: other }, asker), 'a', icmp('10.0.0.2')))[0]).toBe('delivered b');
  expect(ends(send(pair({ interfaces: other, sysctl: strict }, asker), 'a', icmp('10.0.0.2')))[0]).toBe(
    'dropped a: no neighbour',
  );
});

it("an asker with one of the host's own addresses gets no answer, unless accept_local", () => {
  const twin = { interfaces: { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.9.1/32'] } } };
  const accept = { 'net.ipv4.conf.all.accept_local': 1 };
  expect(ends(send(pair(twin, '10.0.9.1/32'), 'a', icmp('10.0.0.2')))[0]).toBe('dropped a: no neighbour');
  expect(ends(send(pair({ ...twin, sysctl: accept }, '10.0.9.1/32'), 'a', icmp('10.0.0.2')))[0]).toBe('delivered b');
});

it('loopback addresses are answered for by nobody', () => {
  const asking = build(
    { a: { ...host('10.0.0.1/24'), routes: ['127.5.0.0/16 dev eth0 table 254'] }, b: host('10.0.0.2/24') },
    [['a:eth0', 'b:eth0']],
  );
  expect(ends(send(asking, 'b', tcp('127.0.0.1', 80)))[0]).toBe('delivered b');
});

const owners = (...extra: readonly string[]): Network =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: host('10.0.0.2/24'),
      c: { interfaces: { eth0: { addresses: ['10.0.0.3/24', ...extra] } } },
    },
    [['a:eth0', 'b:eth0', 'c:eth0']],
  );

it('two owners of an address race: each is a possible one, the same for the whole exchange', () => {
  const both = every(owners('10.0.0.2/24'), 'a', tcp('10.0.0.2', 80));
  expect(both.complete).toBe(true);
  expect(both.map(ends)).toEqual([
    ['delivered b', 'delivered a'],
    ['delivered c', 'delivered a'],
  ]);
  for (const { met } of both)
    expect(met.map(({ unknown }) => unknown.reason)).toEqual([
      expect.stringMatching(/^ambiguous owner of 10\.0\.0\.2 on a:eth0/),
    ]);
  expect(every(owners(), 'a', tcp('10.0.0.2', 80)).map(ends)).toEqual([['delivered b', 'delivered a']]);
});

it('a permanent neighbour is not asked for', () => {
  const entry = {
    address: addr('10.0.0.2'),
    device: 'eth0',
    mac: 0x0a0000000099,
    state: 'PERMANENT',
    place: { file: 'a/ip-neigh.txt', line: 3, column: 1 },
  };
  const network = build({ a: host('10.0.0.1/24', { neighbours: [entry] }), b: host('10.0.0.2/24') }, [
    ['a:eth0', 'b:eth0'],
  ]);
  expect(ends(send(network, 'a', icmp('10.0.0.2')))[0]).toBe('dropped b: not for me');
  const learned = build(
    { a: host('10.0.0.1/24', { neighbours: [{ ...entry, state: 'STALE' }] }), b: host('10.0.0.2/24') },
    [['a:eth0', 'b:eth0']],
  );
  expect(ends(send(learned, 'a', icmp('10.0.0.2')))[0]).toBe('delivered b');
});

it('proxy_arp answers for what is routed out of another device', () => {
  const proxy = (on: number): Network =>
    build(
      {
        a: host('10.0.0.1/16'),
        r: {
          interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'] } },
          sysctl: { ...FORWARDING, 'net.ipv4.conf.eth0.proxy_arp': on },
        },
        b: guest('10.0.1.1/24', '10.0.1.254'),
      },
      [
        ['a:eth0', 'r:eth0'],
        ['r:eth1', 'b:eth0'],
      ],
    );
  expect(ends(send(proxy(1), 'a', icmp('10.0.1.1')))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(proxy(0), 'a', icmp('10.0.1.1')))[0]).toBe('dropped a: no neighbour');
});

it('an interface on no link leads outside: what is not owned in sight may be owned there', () => {
  const edge = build({ a: host('10.0.0.1/24', { routes: ['default via 10.0.0.254'] }) }, []);
  expect(ends(send(edge, 'a', icmp('8.8.8.8')))).toEqual(['leaves a:eth0', 'none']);
  const bridge = build(
    {
      a: host('10.0.0.1/24'),
      h: {
        interfaces: { p1: { master: 'br0' }, eth0: { master: 'br0' }, br0: {} },
        sysctl: { 'net.bridge.bridge-nf-call-iptables': 0 },
      },
    },
    [['a:eth0', 'h:p1']],
  );
  expect(ends(send(bridge, 'a', icmp('10.0.0.7')))[0]).toBe('leaves h:eth0');
});
