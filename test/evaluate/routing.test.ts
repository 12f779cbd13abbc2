import { describe, expect, it } from 'vitest';
import type { Network, PolicyRule } from '../../src/network/network.ts';
import { printAddress } from '../../src/packet/address.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { ends, every, hopsAt, icmp, send, socket, tcp, udp, wire } from './ask.ts';
import { addr, build, FORWARDING, guest, type Host, host } from './build.ts';

const MAC = 0x0a0000000001;
/** r with two interfaces, a on the first one, b on the second. */
const routed = (more: Partial<Host> = {}, a: Partial<Host> = {}, b: Partial<Host> = {}): Network =>
  build(
    {
      a: { ...guest('10.0.0.1/24', '10.0.0.254'), ...a },
      b: { ...guest('10.0.1.1/24', '10.0.1.254'), ...b },
      r: {
        interfaces: {
          eth0: { addresses: ['10.0.0.254/24'], mac: '0a:00:00:00:00:01' },
          eth1: { addresses: ['10.0.1.254/24'] },
        },
        sysctl: FORWARDING,
        ...more,
      },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );

/** A frame comes in at r's first interface. */
const frame = (src: string, dst: string, more: Partial<Packet> = {}): Packet =>
  udp(dst, 53, { src: addr(src), macDst: MAC, ...more });
const arriving = (network: Network, of: Packet): string => ends(send(network, wire('r', 'eth0'), of))[0];

// fact 23
it('any address of a node is delivered whichever interface it came in by, without ip_forward', () => {
  const off = { sysctl: { 'net.ipv4.ip_forward': 0 } };
  expect(ends(send(routed(off), 'a', icmp('10.0.1.254')))).toEqual(['delivered r', 'delivered a']);
  expect(ends(send(routed(off), 'a', icmp('10.0.1.1')))[0]).toBe('dropped r: not forwarding');
});

// fact 24
describe('rp_filter', () => {
  const rp = (all: number, eth0: number): Network =>
    routed({ sysctl: { ...FORWARDING, 'net.ipv4.conf.all.rp_filter': all, 'net.ipv4.conf.eth0.rp_filter': eth0 } });
  it('is the larger of all and the interface: strict wants answers to leave where the packet came in', () => {
    for (const [all, eth0] of [
      [1, 0],
      [0, 1],
    ] as const) {
      expect(arriving(rp(all, eth0), frame('10.0.1.1', '10.0.0.254'))).toBe('dropped r: rp_filter');
      expect(arriving(rp(all, eth0), frame('10.0.0.1', '10.0.0.254'))).toBe('delivered r');
    }
    expect(arriving(rp(0, 0), frame('10.0.1.1', '10.0.0.254'))).toBe('delivered r');
  });
  it('loose wants any route to the source', () => {
    expect(arriving(rp(1, 2), frame('10.0.1.1', '10.0.0.254'))).toBe('delivered r');
    expect(arriving(rp(1, 2), frame('172.16.0.1', '10.0.0.254'))).toBe('dropped r: rp_filter');
    expect(arriving(rp(0, 0), frame('172.16.0.1', '10.0.0.254'))).toBe('delivered r');
  });
});

describe('martians', () => {
  it.each([
    ['127.0.0.1', '10.0.0.254'],
    ['10.0.0.7', '127.0.0.1'],
    ['224.0.0.5', '10.0.0.254'],
    ['255.255.255.255', '10.0.0.254'],
    ['0.0.0.0', '10.0.0.254'],
    ['10.0.0.7', '0.0.0.0'],
    ['10.0.0.254', '10.0.0.254'],
    ['10.0.1.254', '10.0.0.254'],
  ])('a packet from %s to %s may not come in', (src, dst) => {
    expect(arriving(routed(), frame(src, dst))).toBe('dropped r: martian');
  });
  it("the node's own addresses may with accept_local", () => {
    const accepting = routed({ sysctl: { ...FORWARDING, 'net.ipv4.conf.eth0.accept_local': 1 } });
    expect(arriving(accepting, frame('10.0.1.254', '10.0.0.254'))).toBe('delivered r');
  });
});

// fact 25
it('169.254.0.0/16 is forwarded like any prefix', () => {
  const network = routed(
    { routes: ['169.254.169.254/32 via 10.0.1.1'] },
    {},
    { interfaces: { eth0: { addresses: ['10.0.1.1/24', '169.254.169.254/32'] } } },
  );
  expect(ends(send(network, 'a', tcp('169.254.169.254', 80)))).toEqual(['delivered b', 'delivered a']);
});

// fact 26
describe('the source address', () => {
  const chosen = (a: Host, dst: string): string => {
    const network = build({ a, b: guest('10.0.0.9/16', '10.0.0.1') }, [['a:eth0', 'b:eth0']]);
    return printAddress(send(network, 'a', udp(dst, 53)).walks[0]?.sent.src ?? 0);
  };
  const two = { eth0: { addresses: ['10.0.0.1/24', '10.0.1.1/24'] }, eth1: { addresses: ['192.168.0.1/24'] } };
  it('is the preferred one of the route', () => {
    expect(chosen({ interfaces: two, routes: ['10.9.0.0/16 dev eth0 src 192.168.0.1'] }, '10.9.0.1')).toBe(
      '192.168.0.1',
    );
  });
  it('else the first of the device whose subnet holds the gateway', () => {
    expect(chosen({ interfaces: two, routes: ['10.9.0.0/16 via 10.0.1.9'] }, '10.9.0.1')).toBe('10.0.1.1');
    expect(chosen({ interfaces: two, routes: ['10.9.0.0/16 via 10.0.0.9'] }, '10.9.0.1')).toBe('10.0.0.1');
  });
  it('else the first of the device', () => {
    expect(chosen({ interfaces: two, routes: ['10.9.0.0/16 dev eth0'] }, '10.9.0.1')).toBe('10.0.0.1');
  });
  it("else another device's, never one of scope link", () => {
    const bare = {
      lo: { addresses: ['169.254.1.1/32'], scope: 253 },
      eth0: {},
      eth1: { addresses: ['192.168.0.1/24'] },
    };
    expect(chosen({ interfaces: bare, routes: ['10.9.0.0/16 dev eth0'] }, '10.9.0.1')).toBe('192.168.0.1');
  });
  it('is the destination itself on the way to oneself, 127.0.0.1 in 127.0.0.0/8', () => {
    expect(chosen({ interfaces: two }, '192.168.0.1')).toBe('192.168.0.1');
    expect(chosen({ interfaces: two }, '127.0.0.5')).toBe('127.0.0.1');
  });
});

// fact 29
it('a gateway without a route drops, and there is no answer', () => {
  expect(ends(send(routed(), 'a', icmp('172.16.0.1')))).toEqual(['dropped r: no route', 'none']);
  expect(ends(send(routed({ routes: ['blackhole 172.16.0.0/16'] }), 'a', icmp('172.16.0.1')))).toEqual([
    'dropped r: no route',
    'none',
  ]);
  const { origin } = send(routed({ routes: ['unreachable 172.16.0.0/16'] }), 'a', icmp('172.16.0.1')).disposition
    .request as { origin?: { text: string } };
  expect(origin?.text).toBe('unreachable 172.16.0.0/16');
});

it('the longest prefix decides, then the lowest metric', () => {
  const via = (routes: readonly string[]) =>
    hopsAt(send(routed({ routes }), 'a', udp('172.16.1.1', 53)), 'r', 'route')
      .map(({ text }) => text)
      .at(-1);
  expect(via(['172.16.0.0/16 via 10.0.1.1', '172.16.1.0/24 via 10.0.1.1'])).toBe('172.16.1.0/24 via 10.0.1.1');
  expect(via(['172.16.0.0/16 via 10.0.1.1 metric 20', '172.16.0.0/16 via 10.0.1.1 metric 10'])).toBe(
    '172.16.0.0/16 via 10.0.1.1 metric 10',
  );
  expect(via(['172.16.0.0/16 via 10.0.1.1', 'default via 10.0.1.1'])).toBe('172.16.0.0/16 via 10.0.1.1');
});

it('routes by a device that is down are gone, its addresses still work', () => {
  const down = routed({
    interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'], up: false } },
    routes: ['172.16.0.0/16 dev eth1'],
  });
  expect(ends(send(down, 'a', udp('172.16.0.1', 53)))[0]).toBe('dropped r: no route');
  expect(ends(send(down, 'a', udp('10.0.1.254', 53)))[0]).toBe('delivered r');
});

it('the ttl runs out at the last router that it is too small for, and in a loop', () => {
  expect(ends(send(routed(), 'a', udp('10.0.1.1', 53, { ttl: 1 })))[0]).toBe('dropped r: ttl');
  expect(ends(send(routed(), 'a', udp('10.0.1.1', 53, { ttl: 2 })))[0]).toBe('delivered b');
  expect(ends(send(routed(), 'a', udp('10.0.0.254', 53, { ttl: 1 })))[0]).toBe('delivered r');
  const ring = routed({ routes: ['172.16.0.0/16 via 10.0.1.1'] }, {}, { sysctl: FORWARDING });
  const { request } = send(ring, 'a', udp('172.16.0.1', 53)).disposition;
  expect(request).toMatchObject({
    kind: 'dropped',
    reason: 'ttl',
    origin: { text: expect.stringContaining('in a loop') },
  });
});

const rule = (priority: number, table: number, more: Partial<PolicyRule>): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table },
  text: `${priority}: lookup ${table}`,
  ...more,
});

describe('policy rules', () => {
  const uses = (rules: readonly PolicyRule[], of = frame('10.0.0.1', '172.16.0.1'), more: Partial<Host> = {}): string =>
    arriving(routed({ rules, routes: ['default via 10.0.1.1', 'blackhole default table 100'], ...more }), of);
  const reached = 'dropped b: not forwarding';
  const turned = 'dropped r: no route';
  it.each<[string, Partial<PolicyRule>, string]>([
    ['from', { from: { address: addr('10.0.0.0'), length: 24 } }, turned],
    ['from elsewhere', { from: { address: addr('10.5.0.0'), length: 24 } }, reached],
    ['not from elsewhere', { from: { address: addr('10.5.0.0'), length: 24 }, inverted: true }, turned],
    ['to', { to: { address: addr('172.16.0.0'), length: 16 } }, turned],
    ['iif', { iif: 'eth0' }, turned],
    ['another iif', { iif: 'eth1' }, reached],
    ['mark', { mark: { value: 1, mask: 0xff } }, reached],
    ['protocol', { protocol: 17 }, turned],
    ['another protocol', { protocol: 6 }, reached],
    ['dport', { dport: [53, 53] }, turned],
    ['another dport', { dport: [54, 99] }, reached],
    ['a rule that prohibits', { action: { kind: 'prohibit' } }, turned],
    [
      'a table that suppresses short prefixes',
      { action: { kind: 'table', table: 100, suppressPrefixLength: 0 } },
      reached,
    ],
    ['a table without routes', { action: { kind: 'table', table: 101 } }, reached],
  ])('%s', (_, more, expected) => {
    expect(uses([rule(100, 100, more)])).toBe(expected);
  });

  it('a mark of mangle PREROUTING chooses the table', () => {
    const marked = { iptables: '*mangle\n-A PREROUTING -p udp -j MARK --set-xmark 0x1/0xffffffff' };
    const rules = [rule(100, 100, { mark: { value: 1, mask: 0xffffffff } })];
    expect(uses(rules, frame('10.0.0.1', '172.16.0.1'), marked)).toBe(turned);
    expect(uses(rules, frame('10.0.0.1', '172.16.0.1', { proto: 6 }), marked)).toBe(reached);
  });

  it('a mark of mangle OUTPUT routes again', () => {
    const network = routed(
      {},
      {
        routes: ['default via 10.0.0.254', 'blackhole default table 100'],
        rules: [rule(100, 100, { mark: { value: 1, mask: 0xffffffff } })],
        iptables: '*mangle\n-A OUTPUT -p udp -j MARK --set-xmark 0x1/0xffffffff',
      },
    );
    expect(ends(send(network, 'a', udp('10.0.1.1', 53)))[0]).toBe('dropped a: no route');
    expect(ends(send(network, 'a', tcp('10.0.1.1', 53)))[0]).toBe('delivered b');
  });

  it('a socket that connects routes again with its source, one that only sends does not', () => {
    const network = routed(
      {},
      {
        routes: ['default via 10.0.0.254', 'blackhole default table 100'],
        rules: [rule(100, 100, { from: { address: addr('10.0.0.1'), length: 32 } })],
      },
    );
    expect(ends(send(network, 'a', tcp('10.0.1.1', 53)))[0]).toBe('dropped a: no route');
    expect(ends(send(network, 'a', icmp('10.0.1.1')))[0]).toBe('delivered b');
    expect(every(network, 'a', udp('10.0.1.1', 53)).map((exchange) => ends(exchange)[0])).toEqual([
      'delivered b',
      'dropped a: no route',
    ]);
    expect(ends(send(network, socket('a', true), udp('10.0.1.1', 53, { src: addr('10.0.0.1') })))[0]).toBe(
      'dropped a: no route',
    );
  });
});

it('several next hops: each may be taken', () => {
  const network = routed({ routes: ['172.16.0.0/16 nexthop via 10.0.1.1 dev eth1 nexthop via 10.0.1.7 dev eth1'] });
  expect(every(network, 'a', udp('172.16.0.1', 53)).map((exchange) => ends(exchange)[0])).toEqual([
    'dropped b: not forwarding',
    'dropped r: no neighbour',
  ]);
});

it('an unknown ip_forward leaves both ends open', () => {
  const open = every(
    routed({
      sysctl: {
        'net.ipv4.conf.all.rp_filter': 0,
        'net.ipv4.conf.default.rp_filter': 0,
        'net.ipv4.conf.all.accept_local': 0,
        'net.ipv4.conf.default.accept_local': 0,
      },
      partial: true,
    }),
    'a',
    udp('10.0.1.1', 53),
  );
  expect(new Set(open.map((exchange) => ends(exchange)[0]))).toContain('dropped r: not forwarding');
  expect(new Set(open.map((exchange) => ends(exchange)[0]))).toContain('delivered b');
});

it('a kernel default that nothing shows is an assumption', () => {
  const { assumptions } = send(routed({ sysctl: {} }), 'a', udp('10.0.1.1', 53));
  expect(assumptions.map(({ node, text }) => `${node}: ${text}`)).toContain(
    'r: net.ipv4.ip_forward = 0 (kernel default: no capture shows it)',
  );
});

it('the broadcast of its subnet comes to a host, and its sender gets a copy', () => {
  const { walks } = send(
    build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]),
    'a',
    udp('10.0.0.255', 9),
  );
  expect(walks[0]?.fate).toMatchObject({ kind: 'delivered', node: 'b' });
  expect(walks[0]?.copies.map(({ fate }) => fate)).toEqual([{ kind: 'delivered', node: 'a', interface: 'eth0' }]);
});

it('a vlan device takes the frames with its tag, and nobody else does', () => {
  const tagged = (id: number): Network =>
    build(
      {
        a: {
          interfaces: {
            eth0: {},
            'eth0.5': { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, addresses: ['10.0.0.1/24'] },
          },
        },
        b: {
          interfaces: {
            eth0: { addresses: ['10.0.0.3/24'] },
            v: { kind: 'vlan', vlan: { parent: 'eth0', id }, addresses: ['10.0.0.2/24'] },
          },
        },
      },
      [['a:eth0', 'b:eth0']],
    );
  expect(ends(send(tagged(5), 'a', icmp('10.0.0.2')))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(tagged(6), 'a', icmp('10.0.0.2')))[0]).toBe('dropped a: no neighbour');
});
