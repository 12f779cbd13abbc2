import { FORWARDING6 } from '../../evaluate/six-build.ts';
import { LL, MAC, one, routed, type SixCase, via } from './networks.ts';

export const ROUTES: Readonly<Record<string, SixCase>> = {
  'sources: scope, deprecation, labels, prefixes': {
    hosts: {
      a: {
        interfaces: {
          eth0: {
            addresses: ['2001:db8:a::2/64', '2001:db8:a::22/64 deprecated', 'fd00::2/64', '2001:db8:a:0:ff::2/80'],
            mac: MAC.a,
          },
          eth1: { addresses: ['2001:db8:b::2/64', 'fd00:1::2/64'] },
        },
        routes: ['default via 2001:db8:a::3 dev eth0', 'fd00:2::/64 via fd00::3 dev eth0 src fd00:1::2'],
      },
      b: {
        interfaces: {
          eth0: {
            addresses: ['2001:db8:a::3/64', 'fd00::3/64', '2001:db8:a:0:ff::3/80', '2001:db8:5::1/64'],
            mac: MAC.b,
          },
        },
        routes: ['default via 2001:db8:a::2 dev eth0'],
      },
      c: one('2001:db8:b::3/64', '02:00:00:00:00:0c'),
    },
    links: [
      ['a:eth0', 'b:eth0'],
      ['a:eth1', 'c:eth0'],
    ],
    probes: [
      'a udp 2001:db8:a::3 53',
      'a udp fd00::3 53',
      'a udp 2001:db8:a:0:ff::3 53',
      'a udp 2001:db8:5::1 53',
      'a udp 2001:db8:b::3 53',
      `a%eth0 udp ${LL.b} 53`,
      'a icmp 2001:db8:a::2',
      'a icmp fd00:1::2',
      'a icmp fd00:2::9',
      'a icmp ::1',
      'b udp 2001:db8:a::22 53',
      'b udp fd00::2 53',
      'b icmp 2001:db8:b::2',
    ],
  },
  'policy rules': {
    hosts: {
      a: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::2/64', '2001:db8:a::22/64'], mac: MAC.a },
          eth1: { addresses: ['2001:db8:b::2/64'] },
        },
        routes: [
          'default via 2001:db8:b::3 dev eth1 table 100',
          '2001:db8:6::/48 via 2001:db8:a::3 dev eth0',
          'unreachable 2001:db8:7::/48',
          'throw 2001:db8:6::/48 table 100',
        ],
        rules: [
          {
            priority: 100,
            inverted: false,
            from: { address: 0x20010db8000a00000000000000000022n, length: 128 },
            action: { kind: 'table', table: 100 },
            text: 'from',
          },
          {
            priority: 200,
            inverted: false,
            mark: { value: 5, mask: 0xffffffff },
            action: { kind: 'table', table: 100 },
            text: 'mark',
          },
          {
            priority: 300,
            inverted: false,
            to: { address: 0x20010db8000900000000000000000000n, length: 48 },
            action: { kind: 'prohibit' },
            text: 'to',
          },
        ],
      },
      b: one('2001:db8:a::3/64', MAC.b, {
        interfaces: { eth0: { addresses: ['2001:db8:a::3/64', '2001:db8:6::1/64'], mac: MAC.b } },
        routes: ['default via 2001:db8:a::2 dev eth0'],
      }),
      c: one('2001:db8:b::3/64', '02:00:00:00:00:0c', {
        interfaces: {
          eth0: {
            addresses: [
              '2001:db8:b::3/64',
              '2001:db8:8::1/64',
              '2001:db8:6::1/64',
              '2001:db8:7::1/64',
              '2001:db8:9::1/64',
            ],
            mac: '02:00:00:00:00:0c',
          },
        },
        routes: ['default via 2001:db8:b::2 dev eth0'],
      }),
    },
    links: [
      ['a:eth0', 'b:eth0'],
      ['a:eth1', 'c:eth0'],
    ],
    probes: [
      'a udp 2001:db8:8::1 53',
      'a udp 2001:db8:8::1 53 src 2001:db8:a::22',
      'a udp 2001:db8:8::1 53 mark=5',
      'a udp 2001:db8:6::1 53',
      'a udp 2001:db8:6::1 53 mark=5',
      'a udp 2001:db8:7::1 53',
      'a udp 2001:db8:7::1 53 mark=5',
      'a udp 2001:db8:9::1 53',
      'a tcp 2001:db8:9::1 53 mark=5',
      'a icmp 2001:db8:8::1 mark=5',
      'b icmp 2001:db8:a::22',
      'c icmp 2001:db8:a::22',
    ],
  },
  'a chain of routers': {
    hosts: {
      a: one('2001:db8:a::2/64', MAC.a, via('fe80::ff:fe00:100')),
      r: {
        interfaces: { eth0: { addresses: ['2001:db8:a::1/64'], mac: MAC.r0 }, eth1: { mac: MAC.r1 } },
        sysctl: { ...FORWARDING6, 'net.ipv6.conf.eth1.hop_limit': 7 },
        routes: [
          '2001:db8:b::/64 via fe80::ff:fe00:200 dev eth1',
          'blackhole 2001:db8:dead::/48',
          'default via fe80::ff:fe00:200 dev eth1',
        ],
      },
      s: {
        interfaces: {
          eth0: { mac: '02:00:00:00:02:00' },
          eth1: { addresses: ['2001:db8:b::1/64'], mac: '02:00:00:00:02:01' },
        },
        sysctl: FORWARDING6,
        routes: ['2001:db8:a::/64 via fe80::ff:fe00:101 dev eth0', 'default via fe80::ff:fe00:101 dev eth0'],
      },
      b: one('2001:db8:b::2/64', MAC.b, via('2001:db8:b::1')),
    },
    links: [
      ['a:eth0', 'r:eth0'],
      ['r:eth1', 's:eth0'],
      ['s:eth1', 'b:eth0'],
    ],
    probes: [
      'a icmp 2001:db8:b::2',
      'b tcp 2001:db8:a::2 80',
      'a udp 2001:db8:b::1 53',
      'r icmp 2001:db8:b::2',
      's icmp 2001:db8:a::2',
      'a icmp 2001:db8:dead::1',
      'a icmp 2001:db8:cafe::1',
      'a icmp 2001:db8:b::2 ttl=3',
      'a icmp 2001:db8:b::2 ttl=2',
      'r%eth1 icmp ff02::2',
    ],
  },
  'routes of one prefix by two devices': {
    hosts: {
      a: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::2/64'], mac: MAC.a },
          eth1: { addresses: ['2001:db8:a::3/64'] },
        },
      },
      b: one('2001:db8:a::9/64', MAC.b),
      c: one('2001:db8:a::9/64', '02:00:00:00:00:0c'),
    },
    links: [
      ['a:eth0', 'b:eth0'],
      ['a:eth1', 'c:eth0'],
    ],
    probes: [
      'a icmp 2001:db8:a::9',
      'a%eth1 icmp 2001:db8:a::9',
      'c icmp 2001:db8:a::3',
      'b icmp 2001:db8:a::2',
      'c tcp 2001:db8:a::3 80',
      'c icmp 2001:db8:a::2',
    ],
  },
  'marks of OUTPUT route again': {
    hosts: {
      a: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::2/64'], mac: MAC.a },
          eth1: { addresses: ['2001:db8:b::2/64'] },
        },
        routes: ['default via 2001:db8:a::3 dev eth0', 'default via 2001:db8:b::3 dev eth1 table 100'],
        rules: [
          {
            priority: 100,
            inverted: false,
            mark: { value: 7, mask: 0xffffffff },
            action: { kind: 'table', table: 100 },
            text: 'mark',
          },
        ],
        ip6tables:
          '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A OUTPUT -p tcp -j MARK --set-xmark 0x7/0xffffffff\n-A OUTPUT -p ipv6-icmp -j MARK --set-xmark 0x7/0xffffffff\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -o eth1 -p tcp -m tcp --dport 81 -j DROP\n',
      },
      b: one('2001:db8:a::3/64', MAC.b, {
        interfaces: { eth0: { addresses: ['2001:db8:a::3/64', '2001:db8:9::1/64'], mac: MAC.b } },
        routes: ['default via 2001:db8:a::2 dev eth0'],
      }),
      c: one('2001:db8:b::3/64', '02:00:00:00:00:0c', {
        interfaces: { eth0: { addresses: ['2001:db8:b::3/64', '2001:db8:9::1/64'], mac: '02:00:00:00:00:0c' } },
        routes: ['default via 2001:db8:b::2 dev eth0'],
      }),
    },
    links: [
      ['a:eth0', 'b:eth0'],
      ['a:eth1', 'c:eth0'],
    ],
    cold: true,
    probes: [
      'a udp 2001:db8:9::1 53',
      'a tcp 2001:db8:9::1 80',
      'a tcp 2001:db8:9::1 81',
      'a icmp 2001:db8:9::1',
      'a icmp 2001:db8:a::3',
      'a tcp 2001:db8:b::3 80',
      'b icmp 2001:db8:a::2',
      'c icmp 2001:db8:b::2',
      'a%eth0 icmp 2001:db8:9::1',
      `a%eth0 icmp ${LL.b}`,
      'a%eth0 icmp ff02::1',
    ],
  },
  'routes by lo': {
    ...routed({
      routes: [
        'local 2001:db8:c::/64 dev lo',
        '2001:db8:d::/64 dev lo metric 1024',
        'unreachable default metric 4096',
        'local 2001:db8:b::9/128 dev eth1',
      ],
    }),
    probes: [
      'a icmp 2001:db8:c::1',
      'a tcp 2001:db8:c::2 80',
      'r icmp 2001:db8:c::1',
      'a udp 2001:db8:d::1 53',
      'r icmp 2001:db8:d::1',
      'r udp 2001:db8:d::1 53',
      'a icmp 2001:db8:ffff::1',
      'r icmp 2001:db8:ffff::1',
      'a icmp 2001:db8:b::9',
      'b icmp 2001:db8:b::9',
    ],
  },
  'several next hops': {
    hosts: {
      a: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::2/64'], mac: MAC.a },
          eth1: { addresses: ['2001:db8:b::2/64'] },
        },
        routes: ['2001:db8:9::/48 nexthop via 2001:db8:a::3 dev eth0 nexthop via 2001:db8:b::3 dev eth1'],
      },
      b: one('2001:db8:a::3/64', MAC.b, {
        interfaces: { eth0: { addresses: ['2001:db8:a::3/64', '2001:db8:9::1/64'], mac: MAC.b } },
        routes: ['default via 2001:db8:a::2 dev eth0'],
      }),
      c: one('2001:db8:b::3/64', '02:00:00:00:00:0c', {
        interfaces: { eth0: { addresses: ['2001:db8:b::3/64', '2001:db8:9::1/64'], mac: '02:00:00:00:00:0c' } },
        routes: ['default via 2001:db8:b::2 dev eth0'],
      }),
    },
    links: [
      ['a:eth0', 'b:eth0'],
      ['a:eth1', 'c:eth0'],
    ],
    open: true,
    probes: [
      'a udp 2001:db8:9::1 53',
      'a udp 2001:db8:9::1 54',
      'a udp 2001:db8:9::1 55',
      'a tcp 2001:db8:9::1 80',
      'a%eth1 icmp 2001:db8:9::1',
      'a%eth0 tcp 2001:db8:9::1 81',
    ],
  },
};
