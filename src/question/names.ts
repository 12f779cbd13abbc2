import { CT_STATE, PROTOCOL } from '../packet/field.ts';

/** Protocols by the names of `/etc/protocols`. */
export const PROTOCOL_NAMES: Readonly<Record<string, number>> = {
  icmp: PROTOCOL.ICMP,
  igmp: 2,
  ipip: 4,
  ipencap: 4,
  tcp: PROTOCOL.TCP,
  udp: PROTOCOL.UDP,
  dccp: PROTOCOL.DCCP,
  ipv6: 41,
  gre: PROTOCOL.GRE,
  esp: PROTOCOL.ESP,
  ah: PROTOCOL.AH,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: PROTOCOL.SCTP,
  udplite: PROTOCOL.UDPLITE,
  icmpv6: PROTOCOL.ICMPV6,
  'ipv6-icmp': PROTOCOL.ICMPV6,
  icmp6: PROTOCOL.ICMPV6,
};

/** The same in questions about IPv6: its ICMP is another protocol. */
export const PROTOCOL6_NAMES: Readonly<Record<string, number>> = { ...PROTOCOL_NAMES, icmp: PROTOCOL.ICMPV6 };

/** Ports by the names that `/etc/services` and firewalls use. */
export const PORT_NAMES: Readonly<Record<string, number>> = {
  'ftp-data': 20,
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  dns: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  imap: 143,
  imap2: 143,
  snmp: 161,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  openvpn: 1194,
  nfs: 2049,
  iscsi: 3260,
  mysql: 3306,
  postgresql: 5432,
  amqp: 5672,
  vnc: 5900,
  redis: 6379,
  'http-alt': 8080,
};

/** Types of ICMP by the names that `iptables -p icmp -h` lists. */
export const ICMP_NAMES: Readonly<Record<string, number>> = {
  'echo-reply': 0,
  pong: 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  ping: 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'address-mask-request': 17,
  'address-mask-reply': 18,
};

/** Types of ICMPv6 by the names that `ip6tables -p icmpv6 -h` lists. */
export const ICMP6_NAMES: Readonly<Record<string, number>> = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  ping: 128,
  'echo-reply': 129,
  pong: 129,
  'router-solicitation': 133,
  'router-advertisement': 134,
  'neighbour-solicitation': 135,
  'neighbor-solicitation': 135,
  'neighbour-advertisement': 136,
  'neighbor-advertisement': 136,
  redirect: 137,
};

export const STATE_NAMES: Readonly<Record<string, number>> = CT_STATE;

/** Protocols whose header begins with a source and a destination port. */
export const WITH_PORTS: readonly number[] = [
  PROTOCOL.TCP,
  PROTOCOL.UDP,
  PROTOCOL.DCCP,
  PROTOCOL.SCTP,
  PROTOCOL.UDPLITE,
];

export const nameOfProtocol = (number: number): string =>
  Object.entries(PROTOCOL_NAMES).find(([, value]) => value === number)?.[0] ?? `protocol ${number}`;
