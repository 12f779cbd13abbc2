import { BRIDGE_NF6, FORWARDING6, NO_BRIDGE_NF6 } from '../../evaluate/six-build.ts';
import { BRIDGE_PROBES, bridged, filter, framed, nat, type SixCase } from './networks.ts';

export const BRIDGES: Readonly<Record<string, SixCase>> = {
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
  'a bridge that knows no groups': {
    ...bridged(
      BRIDGE_NF6,
      '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A PREROUTING -i br0 -d ff02::/16 -j DROP\n',
    ),
    cold: true,
    probes: ['g1 icmp 2001:db8:a::12', 'g1 icmp 2001:db8:a::5', 'h icmp 2001:db8:a::11', 'x%eth0 icmp ff02::1'],
  },
  'a bridge whose rules for frames look into IPv6': {
    ...framed(
      bridged(BRIDGE_NF6),
      '-A FORWARD -p IPv6 --ip6-proto tcp --ip6-dport 80 -j DROP',
      '-A FORWARD -p IPv6 --ip6-src 2001:db8:a::11 --ip6-proto udp --ip6-sport ! 1:1023 --ip6-dport 50:60 -j DROP',
      '-A FORWARD -p IPv6 --ip6-dst 2001:db8:a::20/::ff --ip6-proto ipv6-icmp --ip6-icmp-type echo-request -j DROP',
      '-A INPUT -p IPv6 --ip6-tclass ! 0x10 --ip6-proto tcp -j DROP',
      '-A OUTPUT -o tap2 -p IPv6 --ip6-proto ipv6-icmp --ip6-icmp-type 135:136/0 -j DROP',
    ),
    cold: true,
    probes: [
      'g1 tcp 2001:db8:a::12 80',
      'g1 tcp 2001:db8:a::12 81',
      'g1 udp 2001:db8:a::12 53',
      'g2 udp 2001:db8:a::11 53',
      'g1 udp 2001:db8:a::12 61',
      'g1 icmp 2001:db8:a::20',
      'g1 icmp 2001:db8:a::12',
      'g1 tcp 2001:db8:a::5 22',
      'g1 tcp 2001:db8:a::5 22 tos=16 src 2001:db8:a::11',
      'h icmp 2001:db8:a::12',
      'h icmp 2001:db8:a::11',
      'g2 icmp 2001:db8:a::5',
    ],
  },
  'a port of a bridge that sends to a group': {
    ...bridged(BRIDGE_NF6),
    cold: true,
    probes: [
      'h%tap2 udp ff02::1 53',
      'h%tap2 icmp ff02::1',
      'h%tap2 icmp ff02::1:ff00:504',
      'h udp ff02::1 53 src fe80::ff:fe00:504',
      'h icmp ff02::1 src fe80::ff:fe00:504',
      'h icmp ff02::1',
    ],
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
      // REDIRECT turns ::1 to nothing else
      'h:tap1 tcp ::1 3000 src 2001:db8:a::11 to 02:00:00:00:05:01',
      'h:tap1 tcp fe80::ff:fe00:9 3000 src 2001:db8:a::11 to 02:00:00:00:05:01',
      'g2 icmp 2001:db8:a::11',
    ],
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
};
