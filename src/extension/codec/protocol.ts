import { type Read, refused, value } from './codec.ts';
import { readNumber } from './number.ts';

/** Protocol names as `/etc/protocols` has them; the first name of a number is the one that is printed. */
// biome-ignore format: a table
const NAMES: Readonly<Record<string, number>> = {
  hopopt: 0, icmp: 1, igmp: 2, ggp: 3, ipencap: 4, st: 5, tcp: 6, egp: 8, igp: 9, pup: 12, udp: 17, hmp: 20,
  'xns-idp': 22, rdp: 27, 'iso-tp4': 29, dccp: 33, xtp: 36, ddp: 37, 'idpr-cmtp': 38, ipv6: 41, 'ipv6-route': 43,
  'ipv6-frag': 44, idrp: 45, rsvp: 46, gre: 47, esp: 50, ah: 51, skip: 57, 'ipv6-icmp': 58, 'ipv6-nonxt': 59,
  'ipv6-opts': 60, rspf: 73, vmtp: 81, eigrp: 88, ospf: 89, 'ax.25': 93, ipip: 94, etherip: 97, encap: 98,
  pim: 103, ipcomp: 108, vrrp: 112, l2tp: 115, isis: 124, sctp: 132, fc: 133, 'mobility-header': 135,
  udplite: 136, 'mpls-in-ip': 137, manet: 138, hip: 139, shim6: 140, wesp: 141, rohc: 142, ethernet: 143,
};

// biome-ignore format: a table
const ALIASES: Readonly<Record<string, number>> = {
  all: 0, ip: 0, icmpv6: 58, icmp6: 58, 'ipv6-mh': 135, mh: 135,
  'ip-encap': 4, 'ipsec-esp': 50, 'ipsec-ah': 51, cphb: 73, ospfigp: 89,
};

const BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries({ ...NAMES, ...ALIASES }));
const BY_NUMBER: ReadonlyMap<number, string> = new Map(Object.entries(NAMES).map(([name, number]) => [number, name]));

/** Reads a protocol by name (any case) or number; `all` and `ip` are 0. */
export function readProtocol(text: string): Read<number> {
  const known = BY_NAME.get(text.toLowerCase());
  if (known !== undefined) return value(known);
  const number = readNumber(text, 0, 255);
  return 'refused' in number
    ? refused(`\`${text}\` is no protocol`, 'a name such as tcp, or a number from 0 to 255')
    : number;
}

/** As `iptables-save` prints it: by name where there is one. */
export const printProtocol = (number: number): string => BY_NUMBER.get(number) ?? `${number}`;
