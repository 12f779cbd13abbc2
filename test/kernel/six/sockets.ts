import { addr6 } from '../../evaluate/six-build.ts';
import { filter, LL, MAC, nat, type SixCase } from './networks.ts';

const [NEAR, FAR, LOCAL] = ['2001:db8:4::2', '2001:db8:5::2', '2001:db8:63::63'] as const;

/** s and r on two links: what s sends by its eth0 from its address on eth1 is answered by the other link. */
const twoLinks = (more: Partial<SixCase['hosts'][string]> = {}, asker: typeof more = {}): Omit<SixCase, 'probes'> => ({
  hosts: {
    s: {
      interfaces: {
        lo: { addresses: [`${LOCAL}/128`] },
        eth0: { addresses: [`${NEAR}/64`], mac: MAC.a },
        eth1: { addresses: [`${FAR}/64`], mac: MAC.b },
      },
      ...asker,
    },
    r: {
      interfaces: {
        eth1: { addresses: ['2001:db8:4::1/64'], mac: MAC.r0 },
        eth2: { addresses: ['2001:db8:5::1/64'], mac: MAC.r1 },
      },
      ...more,
    },
  },
  links: [
    ['s:eth0', 'r:eth1'],
    ['s:eth1', 'r:eth2'],
  ],
});

/** A destination by a socket that is bound to the device, and by one that names it as the zone alone. */
const bothWays = (device: string, to: string, src: string): readonly string[] => [
  `s%${device} icmp ${to} src ${src}`,
  `s%${device} udp ${to} 53 src ${src}`,
  `s icmp ${to}%${device} src ${src}`,
  `s udp ${to}%${device} 53 src ${src}`,
];

const HOP_LIMIT = `*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A OUTPUT -p udp -j HL --hl-set 63
`;

/** r's other address by two ways; packets that have the source already take the second. */
const bySource = (more: Partial<SixCase['hosts'][string]> = {}): Omit<SixCase, 'probes'> =>
  twoLinks(
    { interfaces: { ...twoLinks().hosts['r']?.interfaces, lo: { addresses: ['2001:db8:9::9/128'] } } },
    {
      routes: ['2001:db8:9::/64 via 2001:db8:4::1 dev eth0', '2001:db8:9::/64 via 2001:db8:5::1 dev eth1 table 100'],
      rules: [
        {
          priority: 100,
          inverted: false,
          from: { address: addr6(NEAR), length: 128 },
          action: { kind: 'table', table: 100 },
          text: 'from',
        },
      ],
      ...more,
    },
  );

export const SOCKETS: Readonly<Record<string, SixCase>> = {
  'a socket that is bound to a device hears what comes in there, one that is not all': {
    ...twoLinks(),
    probes: [
      ...bothWays('eth0', LL.r0, FAR),
      `s%eth0 tcp ${LL.r0} 80 src ${FAR}`,
      ...bothWays('eth0', LL.r0, NEAR),
      `s%eth0 tcp ${LL.r0} 80 src ${NEAR}`,
      `s%eth0 icmp ${LL.r0}`,
      `s udp ${LL.r0}%eth0 53`,
      's%eth0 icmp ff02::1',
      `s%eth0 icmp ff02::1 src ${FAR}`,
    ],
  },
  'what comes back by lo came in by the device that has its destination': {
    ...twoLinks(),
    probes: [
      ...[FAR, NEAR, LOCAL].flatMap((src) => [...bothWays('eth0', LL.a, src), `s%eth0 tcp ${LL.a} 80 src ${src}`]),
      's%lo icmp ::1',
      's%lo tcp ::1 80',
      `s%eth1 icmp ${NEAR}`,
      `s%eth0 tcp ${NEAR} 80`,
      `s%eth0 udp ${FAR} 53`,
    ],
  },
  'a udp socket that is bound to an address of a link answers by that link alone': {
    ...twoLinks({ routes: [`default via ${NEAR} dev eth1`] }),
    probes: [
      ...bothWays('eth0', LL.r0, FAR),
      ...bothWays('eth0', LL.r0, NEAR),
      `s%eth0 tcp ${LL.r0} 80 src ${FAR}`,
      `s%eth0 udp ${LL.r0} 53 src ${LOCAL}`,
    ],
  },
  'a rule for sources is for sockets that have one, and for what OUTPUT has changed': {
    ...bySource({ ip6tables: HOP_LIMIT }),
    probes: [
      's icmp 2001:db8:9::9',
      's tcp 2001:db8:9::9 80',
      's udp 2001:db8:9::9 53',
      `s icmp 2001:db8:9::9 src ${NEAR}`,
      `s tcp 2001:db8:9::9 80 src ${NEAR}`,
    ],
  },
  'a connection keeps the route that it began with': {
    ...bySource({
      ip6tables: filter(
        '-A OUTPUT -o eth1 -p tcp -m tcp --tcp-flags SYN,ACK ACK -j DROP',
        '-A OUTPUT -o eth1 -p udp -j DROP',
      ),
    }),
    probes: ['s tcp 2001:db8:9::9 80', `s tcp 2001:db8:9::9 80 src ${NEAR}`, 's udp 2001:db8:9::9 53'],
  },
  'a listener that is bound to a device answers by it, and takes what comes in there': {
    ...twoLinks({
      listeners: [
        [6, 80, '::', 'eth1'],
        [6, 81],
        [6, 82, '::', 'eth2'],
        [6, 83, '::', 'eth1'],
        [6, 83],
        [6, 84, '2001:db8:4::1'],
        [6, 84, '::', 'eth1'],
      ],
    }),
    probes: [80, 81, 82, 83, 84].flatMap((port) => [
      `s tcp 2001:db8:4::1 ${port} src ${FAR}`,
      `s tcp 2001:db8:4::1 ${port} src ${NEAR}`,
      `r tcp 2001:db8:4::1 ${port}`,
    ]),
  },
  'what is turned away from a link goes on by the socket’s device, if it is bound': {
    ...twoLinks({}, { ip6tables: nat(`-A OUTPUT -d ${LL.r0}/128 -j DNAT --to-destination 2001:db8:5::1`) }),
    probes: [...bothWays('eth0', LL.r0, FAR), ...bothWays('eth0', LL.r0, NEAR), `s%eth0 tcp ${LL.r0} 80 src ${FAR}`],
  },
};
