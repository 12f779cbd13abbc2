import { filter, LL, linked, MAC, mangle, nat, routed, type SixCase } from './networks.ts';

export const RULES: Readonly<Record<string, SixCase>> = {
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
  'answers that OUTPUT changes are routed again': {
    ...linked(
      {
        ip6tables: mangle(
          '-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j HL --hl-dec 1',
          '-A OUTPUT -p tcp -m tcp --sport 53 -j TOS --set-tos 0x10/0xff',
          '-A OUTPUT -p tcp -m tcp --sport 54 -j MARK --set-xmark 0x1/0xffffffff',
        ),
      },
      { sysctl: { 'net.ipv6.icmp.echo_ignore_all': 1 } },
    ),
    probes: [
      'a%eth0 icmp ff02::1',
      `a%eth0 icmp ${LL.a}`,
      'a icmp 2001:db8:a::2',
      `b%eth0 icmp ${LL.a}`,
      'b icmp 2001:db8:a::2',
      `a%eth0 tcp ${LL.a} 53`,
      `a%eth0 tcp ${LL.a} 54`,
      `a%eth0 tcp ${LL.a} 55`,
      `b%eth0 tcp ${LL.a} 53`,
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
};
