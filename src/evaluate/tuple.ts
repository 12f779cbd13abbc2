import { type Address, familyOf } from '../packet/address.ts';
import { PROTOCOL } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';

/** What identifies one direction of a flow. For icmp `sport` is the id, `dport` type and code. */
export interface Tuple {
  readonly src: Address;
  readonly dst: Address;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
}

/** Protocols whose tuples have ports. */
const PORTS: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE];
export const hasPorts = (proto: number): boolean => PORTS.includes(proto);

/** Requests and their answers (`invmap` of nf_conntrack_proto_icmp.c): echo, timestamp, information, address mask. */
export const ICMP_ANSWER: ReadonlyMap<number, number> = new Map([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
]);
/** The same of ICMPv6 (nf_conntrack_proto_icmpv6.c): echo, node information. */
export const ICMP6_ANSWER: ReadonlyMap<number, number> = new Map([
  [128, 129],
  [139, 140],
]);

type Answers = ReadonlyMap<number, number>;
const bothWays = (answers: Answers): Answers => new Map([...answers, ...[...answers].map(([a, b]) => [b, a] as const)]);
const ICMP_INVERSE = bothWays(ICMP_ANSWER);
const ICMP6_INVERSE = bothWays(ICMP6_ANSWER);

/** Messages and their answers, of a protocol that has them. */
const inverses = (proto: number, address: Address): Answers | undefined =>
  proto === PROTOCOL.ICMP ? ICMP_INVERSE : isIcmp6(proto, address) ? ICMP6_INVERSE : undefined;

const isIcmp6 = (proto: number, address: Address): boolean => proto === PROTOCOL.ICMPV6 && familyOf(address) === 6;

/** The packet's tuple; a later fragment has none, and neither has an icmp message that is no request or answer. */
export function tupleOf({
  src,
  dst,
  proto,
  sport,
  dport,
  icmpType,
  icmpCode,
  icmpId,
  fragment,
}: Packet): Tuple | undefined {
  if (fragment === 1) return undefined;
  if (hasPorts(proto)) return { src, dst, proto, sport, dport };
  const answers = inverses(proto, src);
  if (answers === undefined) return { src, dst, proto, sport: 0, dport: 0 };
  return answers.has(icmpType) ? { src, dst, proto, sport: icmpId, dport: icmpType * 256 + icmpCode } : undefined;
}

/** The tuple that answers to this one carry (`nf_ct_invert_tuple`). */
export function inverse({ src, dst, proto, sport, dport }: Tuple): Tuple {
  const answers = inverses(proto, src);
  if (answers === undefined) return { src: dst, dst: src, proto, sport: dport, dport: sport };
  const type = answers.get(Math.floor(dport / 256)) ?? 0;
  return { src: dst, dst: src, proto, sport, dport: type * 256 + (dport % 256) };
}

export const sameTuple = (a: Tuple, b: Tuple): boolean =>
  a.src === b.src && a.dst === b.dst && a.proto === b.proto && a.sport === b.sport && a.dport === b.dport;
