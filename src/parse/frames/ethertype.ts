import { value } from '../../extension/codec/codec.ts';
import { type FrameCodec, hexadecimal, named, number } from './codec.ts';

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, rarp: 0x8035, vlan: 0x8100, ipv6: 0x86dd } as const;

/** Ethernet types by the names of `/etc/ethertypes`. */
// biome-ignore format: a table
const NAMES: Readonly<Record<string, number>> = {
  IPv4: 0x0800, X25: 0x0805, ARP: 0x0806, FR_ARP: 0x0808, BPQ: 0x08ff, TRILL: 0x22f3, 'L2-IS-IS': 0x22f4, TEB: 0x6558, RAW_FR: 0x6559,
  RARP: 0x8035, ATALK: 0x809b, AARP: 0x80f3, '802_1Q': 0x8100, IPX: 0x8137, NetBEUI: 0x8191, IPv6: 0x86dd, PPP: 0x880b,
  MPLS: 0x8847, MPLS_MULTI: 0x8848, ATMMPOA: 0x884c, PPP_DISC: 0x8863, PPP_SES: 0x8864, ATMFATE: 0x8884, EAPOL: 0x888e,
  'S-TAG': 0x88a8, EAP_PREAUTH: 0x88c7, LLDP: 0x88cc, MACSEC: 0x88e5, PBB: 0x88e7, MVRP: 0x88f5, PTP: 0x88f7, FCOE: 0x8906, FIP: 0x8914,
  ROCE: 0x8915, LoWPAN: 0xa0ed,
};
const ALIASES = new Map(Object.entries({ ip: 0x0800, ip4: 0x0800, 'ether-arp': 0x0806, ip6: 0x86dd }));

/** From here on the field is a type, below it a length (IEEE 802.3); ebtables refuses lower numbers. */
const LOWEST = 0x0600;
const LENGTH = 'length';

const types = named(NAMES, number(LOWEST, 0xffff, hexadecimal), 'ethernet type');

/** `-p`: a name, a number in hexadecimal (with or without `0x`), or `Length` for frames of 802.3. */
export const ethertype: FrameCodec<number | 'length'> = {
  metavar: 'TYPE',
  parse(text) {
    if (text.toLowerCase() === LENGTH) return value(LENGTH);
    const alias = ALIASES.get(text.toLowerCase());
    return alias === undefined ? types.parse(/^[\da-f]+$/i.test(text) ? `0x${text}` : text) : value(alias);
  },
  print: (of) => (of === LENGTH ? 'Length' : types.print(of)),
};
