import { type Scalar, top } from './scalar.ts';

/**
 * Every field of a packet as netfilter sees it in an `skb`, with its width in bits: the only place where a width is
 * written. Header fields first, then the link layer, then what the kernel attaches to the packet on one node.
 */
export const WIDTH = {
  src: 32, // source address: of IPv4; of IPv6 {@link ADDRESS_WIDTH}
  dst: 32, // IPv4 destination address
  proto: 8, // IP protocol number
  sport: 16, // tcp, udp, sctp, dccp
  dport: 16,
  icmpType: 8,
  icmpCode: 8,
  icmpId: 16, // identifier of echo and its like; conntrack's "port" of such a flow
  tcpFlags: 8, // low to high: FIN SYN RST PSH ACK URG ECE CWR
  tos: 8, // the whole byte: DSCP and ECN
  ttl: 8,
  length: 16, // total length of the datagram, bytes
  fragment: 1, // 1: a later fragment (its transport header is not there)
  badChecksum: 1, // 1: the transport checksum is wrong
  macSrc: 48,
  macDst: 48,
  mark: 32, // skb->mark
  ctState: 3, // one of CT_STATE
  ctStatus: 6, // bits of CT_STATUS
  ctDirection: 1, // 0 original, 1 reply
  ctMark: 32,
  ctOrigSrc: 32, // the flow's original tuple
  ctOrigDst: 32,
  ctOrigSport: 16,
  ctOrigDport: 16,
  ctReplSrc: 32, // the tuple that its answers carry
  ctReplDst: 32,
  ctReplSport: 16,
  ctReplDport: 16,
} as const satisfies Record<string, number>;

/** The name of a packet field. */
export type Field = keyof typeof WIDTH;

/** All fields, in the order of {@link WIDTH}. */
export const FIELDS = Object.keys(WIDTH) as readonly Field[];

/** 4: IPv4, 6: IPv6. */
export type Family = 4 | 6;

/** Fields that hold an address of the packet's family. */
export const ADDRESS_FIELDS = ['src', 'dst', 'ctOrigSrc', 'ctOrigDst', 'ctReplSrc', 'ctReplDst'] as const;
export type AddressField = (typeof ADDRESS_FIELDS)[number];
export const ADDRESS_WIDTH = { 4: 32, 6: 128 } as const;

export const isAddressField = (field: Field): field is AddressField =>
  (ADDRESS_FIELDS as readonly Field[]).includes(field);

/** The width of a field in packets of a family, in bits. */
export const widthIn = (field: Field, family: Family): number =>
  family === 6 && isAddressField(field) ? ADDRESS_WIDTH[6] : WIDTH[field];

/** The largest value of a field. */
export function maximum(field: Exclude<Field, AddressField>, family?: Family): number;
export function maximum(field: Field, family?: 4): number;
export function maximum(field: Field, family?: Family): Scalar;
export function maximum(field: Field, family: Family = 4): Scalar {
  return top(widthIn(field, family));
}

/** Values of `ctState` (`-m conntrack --ctstate`): INVALID means that conntrack has no entry for the packet. */
export const CT_STATE = { INVALID: 0, NEW: 1, ESTABLISHED: 2, RELATED: 3, UNTRACKED: 4 } as const;

/** The conntrack fields of a packet that belongs to no entry. */
export const NO_TRACK = {
  ctState: CT_STATE.INVALID,
  ctStatus: 0,
  ctDirection: 0,
  ctMark: 0,
  ctOrigSrc: 0,
  ctOrigDst: 0,
  ctOrigSport: 0,
  ctOrigDport: 0,
  ctReplSrc: 0,
  ctReplDst: 0,
  ctReplSport: 0,
  ctReplDport: 0,
} as const satisfies Partial<Record<Field, number>>;

/** Bits of `ctStatus`, numbered as in `include/uapi/linux/netfilter/nf_conntrack_common.h`. */
export const CT_STATUS = { EXPECTED: 1, SEEN_REPLY: 2, ASSURED: 4, CONFIRMED: 8, SNAT: 16, DNAT: 32 } as const;

/** Bits of `tcpFlags` (RFC 9293). */
export const TCP_FLAG = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 } as const;

/** IP protocol numbers that have a meaning of their own here (IANA). */
export const PROTOCOL = {
  ICMP: 1,
  TCP: 6,
  UDP: 17,
  DCCP: 33,
  GRE: 47,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  SCTP: 132,
  UDPLITE: 136,
} as const;
