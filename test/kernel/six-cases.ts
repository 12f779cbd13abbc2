import type { Packet } from '../../src/packet/packet.ts';
import { BRIDGE_NF6, FORWARDING6, type Host6, host6, NO_BRIDGE_NF6 } from '../evaluate/six-build.ts';

/** `FROM[%DEVICE] PROTO TO [PORT] [src ADDRESS] [FIELD=VALUE]…`; addresses by name where the case has them. */
export type ProbeText = string;

export interface SixCase {
  readonly hosts: Readonly<Record<string, Host6>>;
  readonly links: readonly (readonly string[])[];
  /** Each probe alone, with nothing known of neighbours and flows. */
  readonly cold?: true;
  /** Captures leave something open. */
  readonly open?: true;
  readonly probes: readonly ProbeText[];
}

export const FIELDS = ['ttl', 'tos', 'mark', 'icmpType', 'icmpCode', 'tcpFlags', 'badChecksum'] as const;
export type OddField = (typeof FIELDS)[number] & keyof Packet;

const MAC = { a: '02:00:00:00:00:0a', b: '02:00:00:00:00:0b', r0: '02:00:00:00:01:00', r1: '02:00:00:00:01:01' };
const LL = { a: 'fe80::ff:fe00:a', b: 'fe80::ff:fe00:b', r0: 'fe80::ff:fe00:100', r1: 'fe80::ff:fe00:101' };

const one = (address: string, mac: string, more: Partial<Host6> = {}): Host6 => ({
  interfaces: { eth0: { addresses: [address], mac } },
  ...more,
});
const via = (router: string) => ({ routes: [`default via ${router} dev eth0`] });

const router = (more: Partial<Host6> = {}): Host6 => ({
  interfaces: {
    eth0: { addresses: ['2001:db8:a::1/64'], mac: MAC.r0 },
    eth1: { addresses: ['2001:db8:b::1/64'], mac: MAC.r1 },
  },
  sysctl: FORWARDING6,
  ...more,
});

const routed = (r: Partial<Host6> = {}, a: Partial<Host6> = {}, b: Partial<Host6> = {}): Omit<SixCase, 'probes'> => ({
  hosts: {
    a: one('2001:db8:a::2/64', MAC.a, { ...via('2001:db8:a::1'), ...a }),
    r: router(r),
    b: one('2001:db8:b::2/64', MAC.b, { ...via('2001:db8:b::1'), ...b }),
  },
  links: [
    ['a:eth0', 'r:eth0'],
    ['b:eth0', 'r:eth1'],
  ],
});

const linked = (a: Partial<Host6> = {}, b: Partial<Host6> = {}): Omit<SixCase, 'probes'> => ({
  hosts: { a: one('2001:db8:a::2/64', MAC.a, a), b: one('2001:db8:a::3/64', MAC.b, b) },
  links: [['a:eth0', 'b:eth0']],
});

const filter = (...rules: readonly string[]): string =>
  `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules.join('\n')}\n`;
const nat = (...rules: readonly string[]): string =>
  `*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n${rules.join('\n')}\n`;

/** Guests g1 and g2 at ports of h's bridge, x behind its eth0, and another network of h's. */
const bridged = (
  sysctl: Host6['sysctl'],
  ip6tables?: string,
  more: Readonly<Record<string, Partial<Host6>>> = {},
): Omit<SixCase, 'probes'> => ({
  hosts: {
    h: {
      interfaces: {
        br0: { addresses: ['2001:db8:a::5/64'], mac: '02:00:00:00:05:01' },
        eth0: { master: 'br0', mac: '02:00:00:00:05:02', bare: true },
        tap1: { master: 'br0', mac: '02:00:00:00:05:03', bare: true },
        tap2: { master: 'br0', mac: '02:00:00:00:05:04' },
        eth1: { addresses: ['2001:db8:e::5/64'], mac: '02:00:00:00:05:05' },
      },
      sysctl: sysctl ?? {},
      ...(ip6tables === undefined ? {} : { ip6tables }),
    },
    g1: one('2001:db8:a::11/64', '02:00:00:00:06:01', { ...via('2001:db8:a::5'), ...more['g1'] }),
    g2: one('2001:db8:a::12/64', '02:00:00:00:07:01', via('2001:db8:a::5')),
    x: one('2001:db8:a::20/64', '02:00:00:00:08:01', via('2001:db8:a::5')),
    y: one('2001:db8:e::9/64', '02:00:00:00:09:01', via('2001:db8:e::5')),
  },
  links: [
    ['h:eth0', 'x:eth0'],
    ['h:tap1', 'g1:eth0'],
    ['h:tap2', 'g2:eth0'],
    ['h:eth1', 'y:eth0'],
  ],
});

const BRIDGE_PROBES: readonly string[] = [
  'g1 icmp 2001:db8:a::12',
  'g2 tcp 2001:db8:a::11 80',
  'g1 udp 2001:db8:a::20 53',
  'x tcp 2001:db8:a::12 80',
  'x udp 2001:db8:a::5 53',
  'g1 icmp 2001:db8:a::5',
  'g1 udp 2001:db8:a::5 53',
  'h icmp 2001:db8:a::11',
  'h udp 2001:db8:a::12 53',
  'g1 icmp 2001:db8:e::9',
  'y icmp 2001:db8:a::11',
  'g1%eth0 icmp fe80::ff:fe00:501',
  'g1%eth0 icmp fe80::ff:fe00:504',
  'g1%eth0 icmp fe80::ff:fe00:701',
  'g1%eth0 icmp ff02::1',
  'h%br0 icmp ff02::1',
  'h%tap2 icmp fe80::ff:fe00:701',
  'g1 icmp 2001:db8:a::12 icmpType=129 src 2001:db8:a::11',
  'g1 icmp 2001:db8:a::12 ttl=1',
];

export const SIX_CASES: Readonly<Record<string, SixCase>> = {
  'two hosts on a link': {
    ...linked(),
    probes: [
      'a icmp 2001:db8:a::3',
      'a tcp 2001:db8:a::3 80',
      'a udp 2001:db8:a::3 53',
      'a icmp 2001:db8:a::4',
      'a icmp 2001:db8:ffff::1',
      'a icmp 2001:db8:a::2',
      'a tcp 2001:db8:a::2 80',
      'a udp ::1 53',
      'a icmp ::1',
      'a tcp :: 80',
      `a%eth0 icmp ${LL.b}`,
      `a%eth0 tcp ${LL.b} 80`,
      `a%eth0 udp ${LL.b} 53`,
      `a%eth0 icmp ${LL.a}`,
      `a tcp ${LL.b} 80`,
      `a udp ${LL.b} 53`,
      'a%eth0 icmp ff02::1',
      'a%eth0 udp ff02::1 53',
      'a%eth0 icmp ff02::2',
      'a%eth0 icmp ff02::1:ff00:3',
      'a%eth0 icmp ff02::1:ff00:b',
      'a%eth0 icmp ff02::1:ff00:77',
      'a%eth0 udp ff01::1 53',
      'a tcp ff02::1 80',
      'a icmp 2001:db8:a::3 src 2001:db8:a::99',
      'a udp 2001:db8:a::3 53 src 2001:db8:a::99',
      `a%eth0 icmp 2001:db8:a::3 src ${LL.a}`,
      'a icmp 2001:db8:a::3 ttl=1',
      'a icmp 2001:db8:a::',
      'a%eth0 icmp 2001:db8:a::3',
      'a%lo icmp 2001:db8:a::3',
      'a icmp 2001:db8:a::3 icmpType=129 src 2001:db8:a::2',
      'a tcp 2001:db8:a::3 80 tcpFlags=16 src 2001:db8:a::2',
    ],
  },
  'two hosts and a router': {
    ...routed(),
    probes: [
      'a icmp 2001:db8:b::2',
      'a tcp 2001:db8:b::2 80',
      'a udp 2001:db8:b::2 53',
      'b tcp 2001:db8:a::2 22',
      'a icmp 2001:db8:b::2 ttl=1',
      'a icmp 2001:db8:b::2 ttl=2',
      'a icmp 2001:db8:b::1',
      'a tcp 2001:db8:b::1 80',
      'a icmp 2001:db8:a::1',
      'a icmp 2001:db8:b::99',
      'a icmp 2001:db8:c::1',
      'a icmp 2001:db8:a::',
      'a icmp 2001:db8:b::',
      'a tcp 2001:db8:b:: 80',
      'a udp 2001:db8:a:: 53',
      'r icmp 2001:db8:a::',
      'r icmp 2001:db8:a::2',
      'r icmp 2001:db8:b::2',
      'r icmp 2001:db8:b::2 src 2001:db8:a::1',
      `r%eth0 icmp ${LL.a}`,
      `r%eth1 icmp ${LL.a}`,
      `a%eth0 icmp ${LL.r0}`,
      `a%eth0 icmp ${LL.r1}`,
      `a%eth0 icmp ${LL.b}`,
      `a%eth0 icmp 2001:db8:b::2 src ${LL.a}`,
      `a%eth0 udp 2001:db8:b::1 53 src ${LL.a}`,
      'a%eth0 icmp ff02::1',
      'a%eth0 icmp ff02::2',
      'a%eth0 icmp ff05::2',
      'r%eth0 icmp ff02::1',
      'r%eth0 udp ff02::2 53',
      'a icmp 2001:db8:b::2 src 2001:db8:77::1',
      'a udp 2001:db8:b::2 53 src 2001:db8:b::99',
      'a icmp 2001:db8:b::2 mark=1',
      'a icmp 2001:db8:b::2 tos=16',
      'r icmp 2001:db8:a::2 ttl=1',
    ],
  },
  'a router that forwards nothing': {
    ...routed({ sysctl: {} }),
    probes: [
      'a icmp 2001:db8:b::2',
      'a icmp 2001:db8:b::1',
      'a tcp 2001:db8:b::1 80',
      'r icmp 2001:db8:b::2',
      'a%eth0 icmp ff02::2',
    ],
  },
  'one device forwards by itself': {
    ...routed({ sysctl: { 'net.ipv6.conf.eth0.force_forwarding': 1 } }),
    probes: ['a icmp 2001:db8:b::2', 'b icmp 2001:db8:a::2', 'a udp 2001:db8:b::1 5'],
  },
  'a device that is a host on a router': {
    ...routed({ sysctl: { ...FORWARDING6, 'net.ipv6.conf.eth0.forwarding': 0 } }),
    probes: ['a icmp 2001:db8:b::2', 'b icmp 2001:db8:a::2', 'a%eth0 icmp ff02::2', 'b%eth0 icmp ff02::2'],
  },
  'neighbours past rules: OUTPUT of who asks': {
    ...linked({ ip6tables: filter('-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP') }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2', `a%eth0 tcp ${LL.b} 80`],
  },
  'neighbours past rules: INPUT of who is asked': {
    ...linked({}, { ip6tables: filter('-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP') }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2', 'a udp 2001:db8:a::3 53'],
  },
  'neighbours past rules: the advertisement': {
    ...linked({}, { ip6tables: filter('-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP') }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2'],
  },
  'neighbours past rules: the advertisement is not heard': {
    ...linked({ ip6tables: filter('-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP') }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2'],
  },
  'neighbours past rules: all ICMPv6 is dropped': {
    ...linked({}, { ip6tables: filter('-A INPUT -p ipv6-icmp -j DROP') }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'a tcp 2001:db8:a::3 80', 'b udp 2001:db8:a::2 53'],
  },
  'neighbours past rules: a policy of DROP that lets connections in': {
    ...linked(
      {},
      {
        ip6tables:
          '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n',
      },
    ),
    cold: true,
    probes: ['a tcp 2001:db8:a::3 80', 'b tcp 2001:db8:a::2 80', 'b icmp 2001:db8:a::2'],
  },
  'neighbours past rules: messages are UNTRACKED, by groups, with hop limit 255': {
    ...linked(
      {},
      {
        ip6tables:
          '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -m conntrack --ctstate UNTRACKED -d ff02::1:ff00:0/104 -m hl --hl-eq 255 -j ACCEPT\n-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT\n',
      },
    ),
    cold: true,
    probes: ['a tcp 2001:db8:a::3 80', 'b tcp 2001:db8:a::2 80', 'a udp 2001:db8:a::3 53'],
  },
  'neighbours past rules: PREROUTING and POSTROUTING': {
    ...linked(
      {
        ip6tables:
          '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -d ff02::/16 -j DROP\n',
      },
      {
        ip6tables:
          '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -s 2001:db8:a::2/128 -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP\n',
      },
    ),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2', `b%eth0 icmp ${LL.a}`],
  },
  'neighbours past rules: another hop limit': {
    ...linked({
      ip6tables:
        '*mangle\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -j HL --hl-set 64\n',
    }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2'],
  },
  'permanent neighbours ask nobody': {
    ...linked({
      neighbours: [['2001:db8:a::3', 'eth0', MAC.b]],
      ip6tables: filter('-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j DROP'),
    }),
    cold: true,
    probes: ['a icmp 2001:db8:a::3', 'b icmp 2001:db8:a::2', 'a tcp 2001:db8:a::3 80'],
  },
  'a device answers for its own addresses only': {
    hosts: {
      a: one('2001:db8:a::2/64', MAC.a, { routes: ['2001:db8:b::/64 dev eth0'] }),
      r: router({ sysctl: {} }),
    },
    links: [['a:eth0', 'r:eth0']],
    probes: ['a icmp 2001:db8:b::1', 'a icmp 2001:db8:a::1', 'r icmp 2001:db8:a::2 src 2001:db8:b::1'],
  },
  'whoever knows the neighbour reaches any address of it': {
    hosts: {
      a: one('2001:db8:a::2/64', MAC.a, {
        routes: ['2001:db8:b::/64 dev eth0'],
        neighbours: [['2001:db8:b::1', 'eth0', MAC.r0]],
      }),
      r: router({ sysctl: {} }),
    },
    links: [['a:eth0', 'r:eth0']],
    probes: ['a icmp 2001:db8:b::1', 'a tcp 2001:db8:b::1 80', `a%eth0 icmp ${LL.r1}`],
  },
  'a device without a link-local address asks in the name of the packet, or not at all': {
    hosts: {
      a: { interfaces: { eth0: { addresses: ['2001:db8:a::2/64'], mac: MAC.a, bare: true } } },
      b: one('2001:db8:a::3/64', MAC.b),
    },
    links: [['a:eth0', 'b:eth0']],
    cold: true,
    probes: [
      'a icmp 2001:db8:a::3',
      'a udp 2001:db8:a::3 53 src 2001:db8:77::1',
      'b icmp 2001:db8:a::2',
      `a%eth0 icmp ${LL.b}`,
    ],
  },
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
  'source and destination nat on the router': {
    ...routed({
      ip6tables: nat(
        '-A PREROUTING -d 2001:db8:a::1/128 -p tcp -m tcp --dport 8080 -j DNAT --to-destination [2001:db8:b::2]:80',
        '-A PREROUTING -d 2001:db8:c::1/128 -j DNAT --to-destination 2001:db8:b::2',
        '-A PREROUTING -p tcp -m tcp --dport 3000 -j REDIRECT --to-ports 3128',
        '-A PREROUTING -p udp -m udp --dport 3000 -j DNAT --to-destination ::1',
        '-A OUTPUT -d 2001:db8:d::1/128 -j DNAT --to-destination 2001:db8:b::2',
        '-A OUTPUT -p tcp -m tcp --dport 3001 -j REDIRECT --to-ports 3128',
        '-A POSTROUTING -s 2001:db8:77::/64 -o eth1 -j SNAT --to-source 2001:db8:b::1',
        '-A POSTROUTING -s 2001:db8:a::/64 -o eth1 -p udp -j MASQUERADE',
      ),
    }),
    probes: [
      'a tcp 2001:db8:a::1 8080',
      'a icmp 2001:db8:c::1',
      'a udp 2001:db8:c::1 53',
      'a tcp 2001:db8:b::2 3000',
      'a tcp 2001:db8:a::1 3000',
      'a udp 2001:db8:b::2 3000',
      'a udp 2001:db8:b::2 53',
      'a icmp 2001:db8:b::2',
      'b udp 2001:db8:a::2 53',
      'r icmp 2001:db8:d::1',
      'r tcp 2001:db8:d::1 80',
      'r tcp 2001:db8:b::2 3001',
      `a%eth0 tcp ${LL.r0} 3000`,
    ],
  },
  'a router that filters by state': {
    ...routed({
      ip6tables:
        '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -i eth0 -o eth1 -p tcp -j ACCEPT\n-A FORWARD -i eth0 -p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT\n-A FORWARD -m hl --hl-eq 62 -j ACCEPT\n',
    }),
    probes: [
      'a tcp 2001:db8:b::2 80',
      'b tcp 2001:db8:a::2 80',
      'a icmp 2001:db8:b::2',
      'b icmp 2001:db8:a::2',
      'a udp 2001:db8:b::2 53',
      'a udp 2001:db8:b::2 53 ttl=63',
      'a icmp 2001:db8:b::2 icmpType=129 src 2001:db8:a::2',
      'a tcp 2001:db8:b::2 80 tcpFlags=18 src 2001:db8:a::2',
    ],
  },
  'echo requests that are ignored': {
    ...linked(
      { sysctl: { 'net.ipv6.icmp.echo_ignore_all': 1 } },
      { sysctl: { 'net.ipv6.icmp.echo_ignore_multicast': 1 } },
    ),
    probes: [
      'a%eth0 icmp ff02::1',
      'b%eth0 icmp ff02::1',
      'a icmp 2001:db8:a::3',
      'b icmp 2001:db8:a::2',
      'b udp 2001:db8:a::2 7',
    ],
  },
  'IPv6 is off on a device': {
    hosts: {
      ...linked().hosts,
      b: one('2001:db8:a::3/64', MAC.b, { sysctl: { 'net.ipv6.conf.eth0.drop_unicast_in_l2_multicast': 1 } }),
    },
    links: [['a:eth0', 'b:eth0']],
    probes: ['a icmp 2001:db8:a::3', 'a%eth0 icmp ff02::1'],
  },
  'frames from the wire': {
    ...routed(),
    probes: [
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:77::1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src :: to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src ::1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src ff02::5 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src fe80::5 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:b::2 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:a::1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::1 53 src 2001:db8:a::1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::1 53 src 2001:db8:b::1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::1 53 src :: to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::1 53 src fe80::5 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::1 53 src ff02::5 to ${MAC.r0}`,
      `r:eth0 udp ::1 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp :: 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:a::77 to 33:33:00:00:00:01`,
      `r:eth0 udp 2001:db8:a::1 53 src 2001:db8:a::77 to 33:33:00:00:00:01`,
      `r:eth0 tcp 2001:db8:a::1 80 src 2001:db8:a::77 to 33:33:00:00:00:01`,
      `r:eth0 udp 2001:db8:a::1 53 src 2001:db8:a::77 to ff:ff:ff:ff:ff:ff`,
      `r:eth0 udp 2001:db8:a::1 53 src 2001:db8:a::77 to ${MAC.r1}`,
      `r:eth0 udp 2001:db8:a::2 53 src 2001:db8:77::1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::2 53 src fe80::77 to ${MAC.r0}`,
      `r:eth0 udp ${LL.r0} 53 src fe80::77 to ${MAC.r0}`,
      `r:eth0 udp ${LL.r1} 53 src fe80::77 to ${MAC.r0}`,
      `r:eth0 udp ${LL.a} 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp ff02::1 53 src fe80::77 to 33:33:00:00:00:01`,
      `r:eth0 udp ff01::1 53 src fe80::77 to 33:33:00:00:00:01`,
      `r:eth0 udp ff00::1 53 src fe80::77 to 33:33:00:00:00:01`,
      `r:eth0 udp ff02::1 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp ff05::2 53 src 2001:db8:a::77 to 33:33:00:00:00:02`,
      `r:eth0 udp ff0e::7 53 src 2001:db8:a::77 to 33:33:00:00:00:07`,
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:a::77 ttl=1 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b::2 53 src 2001:db8:a::77 ttl=2 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::1 53 src 2001:db8:a::77 ttl=0 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:: 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:b:: 53 src 2001:db8:a::77 to ${MAC.r0}`,
      `r:eth0 udp 2001:db8:a::1 53 src 2001:db8:a::77 badChecksum=1 to ${MAC.r0}`,
      `a:eth0 udp 2001:db8:b::2 53 src 2001:db8:a::77 to ${MAC.a}`,
      `a:eth0 udp 2001:db8:a::2 53 src 2001:db8:a::2 to ${MAC.a}`,
    ],
  },
  'two devices on one link': {
    hosts: {
      a: one('2001:db8:a::2/64', MAC.a),
      r: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::11/64'], mac: MAC.r0 },
          eth1: { addresses: ['2001:db8:a::12/64'], mac: MAC.r1 },
        },
      },
    },
    links: [['a:eth0', 'r:eth0', 'r:eth1']],
    probes: [
      'a icmp 2001:db8:a::11',
      'a icmp 2001:db8:a::12',
      'a tcp 2001:db8:a::12 80',
      'r icmp 2001:db8:a::2',
      'r icmp 2001:db8:a::2 src 2001:db8:a::12',
      'r%eth1 icmp 2001:db8:a::2',
      `a%eth0 icmp ${LL.r1}`,
      `r%eth1 icmp ${LL.a}`,
      'a%eth0 icmp ff02::1',
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
  'a bridge with guests': {
    ...bridged(BRIDGE_NF6),
    probes: BRIDGE_PROBES,
  },
  'a bridge with guests that br_netfilter does not look at': {
    ...bridged(NO_BRIDGE_NF6, filter('-A FORWARD -j DROP', '-A INPUT -i br0 -p udp -j DROP')),
    probes: BRIDGE_PROBES,
  },
  'a bridge with rules for its guests': {
    ...bridged(
      BRIDGE_NF6,
      filter(
        '-A FORWARD -m physdev --physdev-in tap1 --physdev-is-bridged -p udp -j DROP',
        '-A FORWARD -m physdev --physdev-out tap2 --physdev-is-bridged -p tcp -j DROP',
        '-A FORWARD -i br0 -o br0 -m conntrack --ctstate INVALID -j DROP',
        '-A INPUT -m physdev --physdev-in eth0 -p udp -j DROP',
      ),
    ),
    // of a group's answers only one is followed: here some are dropped
    probes: BRIDGE_PROBES.filter((text) => !text.includes('ff02::1')),
  },
  'a bridge that takes neighbour messages': {
    ...bridged(
      BRIDGE_NF6,
      filter(
        '-A FORWARD -m physdev --physdev-in tap1 --physdev-is-bridged -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP',
      ),
    ),
    cold: true,
    probes: [
      'g1 icmp 2001:db8:a::12',
      'g2 icmp 2001:db8:a::11',
      'x icmp 2001:db8:a::11',
      'g1 icmp 2001:db8:a::5',
      'h icmp 2001:db8:a::11',
    ],
  },
  'a bridge that knows no groups': {
    ...bridged(
      BRIDGE_NF6,
      '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -i br0 -d ff02::/16 -j DROP\n',
    ),
    cold: true,
    probes: ['g1 icmp 2001:db8:a::12', 'g1 icmp 2001:db8:a::5', 'h icmp 2001:db8:a::11', 'x%eth0 icmp ff02::1'],
  },
  'nat on a bridge': {
    ...bridged(
      { ...BRIDGE_NF6, ...FORWARDING6 },
      nat(
        '-A PREROUTING -d 2001:db8:a::88/128 -j DNAT --to-destination 2001:db8:a::12',
        '-A PREROUTING -p tcp -m tcp --dport 3000 -j REDIRECT --to-ports 3128',
        '-A PREROUTING -d 2001:db8:a::89/128 -j DNAT --to-destination 2001:db8:e::9',
        '-A POSTROUTING -s 2001:db8:a::11/128 -o br0 -p udp -j SNAT --to-source 2001:db8:a::5',
      ),
      {
        g1: {
          neighbours: [
            ['2001:db8:a::88', 'eth0', '02:00:00:00:09:99'],
            ['2001:db8:a::89', 'eth0', '02:00:00:00:09:99'],
          ],
        },
      },
    ),
    probes: [
      'g1 icmp 2001:db8:a::88',
      'g1 tcp 2001:db8:a::88 80',
      'g1 tcp 2001:db8:a::12 3000',
      'g1 icmp 2001:db8:a::89',
      'g1 udp 2001:db8:a::12 53',
      'g1 udp 2001:db8:a::20 53',
      'x tcp 2001:db8:a::11 3000',
      'g2 icmp 2001:db8:a::11',
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
  'types of addresses': {
    ...routed({
      ip6tables: filter(
        '-A INPUT -p udp -m udp --dport 1001 -m addrtype --dst-type LOCAL -j DROP',
        '-A INPUT -p udp -m udp --dport 1002 -m addrtype ! --dst-type LOCAL -j DROP',
        '-A INPUT -p udp -m udp --dport 1003 -m addrtype --dst-type MULTICAST -j DROP',
        '-A INPUT -p udp -m udp --dport 1004 -m addrtype --dst-type UNICAST -j DROP',
        '-A INPUT -p udp -m udp --dport 1005 -m addrtype --dst-type LOCAL --limit-iface-in -j DROP',
        '-A INPUT -p udp -m udp --dport 1006 -m addrtype --src-type UNREACHABLE -j DROP',
        '-A INPUT -p udp -m udp --dport 1007 -m addrtype --dst-type ANYCAST -j DROP',
        '-A INPUT -p udp -m udp --dport 1008 -m addrtype --dst-type LOCAL,MULTICAST -j DROP',
        '-A INPUT -p udp -m udp --dport 1009 -m addrtype --src-type LOCAL -j DROP',
        '-A INPUT -p udp -m udp --dport 1010 -m addrtype --dst-type UNICAST,LOCAL -j DROP',
      ),
      routes: ['unreachable 2001:db8:dead::/48', 'prohibit 2001:db8:beef::/48'],
    }),
    probes: [
      ...Array.from({ length: 10 }, (_, n) => `a udp 2001:db8:a::1 ${1001 + n}`),
      ...Array.from({ length: 10 }, (_, n) => `a udp 2001:db8:b::1 ${1001 + n}`),
      ...[1, 3, 4, 7, 8].map((n) => `a%eth0 udp ff02::1 ${1000 + n}`),
      ...[1, 2, 7].map((n) => `a udp 2001:db8:a:: ${1000 + n}`),
      'a udp 2001:db8:a::1 1006 src 2001:db8:dead::1',
      'a udp 2001:db8:a::1 1006 src 2001:db8:beef::1',
      'a udp 2001:db8:a::1 1006 src 2001:db8:cafe::1',
      'r udp 2001:db8:a::1 1009',
      'r udp 2001:db8:a::1 1006',
    ],
  },
  '-m rpfilter': {
    hosts: {
      ...routed({
        ip6tables:
          '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -p udp -m udp --dport 1001 -m rpfilter --invert -j DROP\n-A PREROUTING -p udp -m udp --dport 1002 -m rpfilter --loose --invert -j DROP\n-A PREROUTING -p udp -m udp --dport 1003 -m rpfilter --accept-local --invert -j DROP\n',
        routes: [
          '2001:db8:c::/64 via 2001:db8:b::2 dev eth1',
          '2001:db8:c::/64 via 2001:db8:a::2 dev eth0 metric 2000',
        ],
      }).hosts,
    },
    links: routed().links,
    probes: [
      '2001:db8:a::77',
      '2001:db8:b::77',
      '2001:db8:77::1',
      '2001:db8:a::1',
      '2001:db8:b::1',
      '2001:db8:c::1',
      'fe80::77',
      '::',
      '2001:db8:a::',
    ].flatMap((src) => [1001, 1002, 1003].map((port) => `r:eth0 udp 2001:db8:a::1 ${port} src ${src} to ${MAC.r0}`)),
  },
  'nat on a bridge whose host forwards nothing': {
    ...bridged(
      BRIDGE_NF6,
      nat(
        '-A PREROUTING -d 2001:db8:a::88/128 -j DNAT --to-destination 2001:db8:a::12',
        '-A PREROUTING -d 2001:db8:a::89/128 -j DNAT --to-destination 2001:db8:e::9',
        '-A PREROUTING -d 2001:db8:a::8a/128 -j DNAT --to-destination 2001:db8:ffff::1',
        '-A PREROUTING -d 2001:db8:a::8b/128 -j DNAT --to-destination 2001:db8:a::99',
        '-A PREROUTING -d 2001:db8:a::8c/128 -j DNAT --to-destination ::1',
        '-A PREROUTING -d 2001:db8:a::8d/128 -j DNAT --to-destination 2001:db8:a::11',
      ),
      {
        g1: {
          neighbours: ['88', '89', '8a', '8b', '8c', '8d'].map(
            (end) => [`2001:db8:a::${end}`, 'eth0', '02:00:00:00:09:99'] as const,
          ),
        },
      },
    ),
    probes: ['88', '89', '8a', '8b', '8c', '8d'].flatMap((end) => [
      `g1 icmp 2001:db8:a::${end}`,
      `g1 udp 2001:db8:a::${end} 53`,
    ]),
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
  'a device without IPv6': {
    hosts: {
      ...routed().hosts,
      r: router({
        sysctl: { ...FORWARDING6, 'net.ipv6.conf.eth1.disable_ipv6': 1 },
        interfaces: {
          eth0: { addresses: ['2001:db8:a::1/64'], mac: MAC.r0 },
          eth1: { mac: MAC.r1, bare: true, off: true },
        },
      }),
    },
    links: routed().links,
    probes: ['a icmp 2001:db8:b::2', 'a icmp 2001:db8:a::1', 'b icmp 2001:db8:a::2', 'a%eth0 icmp ff02::2'],
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
  'sockets that listen': {
    ...linked(
      {},
      {
        listeners: [
          [6, 80],
          [6, 81, '2001:db8:a::3'],
          [6, 82, '::1'],
          [17, 53, LL.b],
          [17, 54],
        ],
      },
    ),
    probes: [
      'a tcp 2001:db8:a::3 80',
      'a tcp 2001:db8:a::3 81',
      'a tcp 2001:db8:a::3 82',
      'a tcp 2001:db8:a::3 83',
      `a%eth0 tcp ${LL.b} 81`,
      'a udp 2001:db8:a::3 54',
      'a udp 2001:db8:a::3 55',
    ],
  },
  'a switch that delivers to the own address only, and hairpin': {
    hosts: { ...bridged(BRIDGE_NF6).hosts },
    links: [
      ['h:eth0!', 'x:eth0'],
      ['h:tap1', 'g1:eth0'],
      ['h:tap2', 'g2:eth0'],
      ['h:eth1', 'y:eth0'],
    ],
    cold: true,
    probes: [
      'x icmp 2001:db8:a::11',
      'g1 icmp 2001:db8:a::20',
      'x icmp 2001:db8:a::5',
      'h icmp 2001:db8:a::20',
      'g1 icmp 2001:db8:a::12',
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
export { BRIDGE_NF6, filter, host6, LL, linked, MAC, NO_BRIDGE_NF6, nat, one, routed, router, via };
