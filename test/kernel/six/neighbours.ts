import { BRIDGE_NF6 } from '../../evaluate/six-build.ts';
import { bridged, filter, LL, linked, MAC, one, router, type SixCase } from './networks.ts';

export const NEIGHBOURS: Readonly<Record<string, SixCase>> = {
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
};
