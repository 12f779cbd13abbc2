import { all, any, equals, inRanges, not, sameSlots, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot } from '../ir/program.ts';
import { type Field, PROTOCOL } from '../packet/field.ts';
import { only, type Ranges, ranges, union } from '../packet/ranges.ts';
import { type Assignments, isSix, type Walk } from './walk.ts';

/** A flow in some node's conntrack table. Its tuples, mark and status are slots; what is here is the same for all packets. */
export interface Entry {
  readonly node: string;
  /** `NODE/0`: part of the names of its slots. */
  readonly name: string;
  /** How far a tcp connection has come, as this node has seen it (enum tcp_conntrack). */
  readonly tcp: 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'none';
  /** Whether nat has been consulted for the destination, and for the source (IPS_DST_NAT_DONE, IPS_SRC_NAT_DONE). */
  readonly done: { readonly destination: boolean; readonly source: boolean };
}

export type Direction = 'original' | 'reply';

/** The slot of an entry's tuple: `orig`, or what its answers carry. */
export const tupleSlot = (field: Field, { name }: Entry, side: 'orig' | 'repl'): Slot => `${field}@${name}.${side}`;

/** Protocols whose tuples have ports. */
export const PORTS: Ranges = ranges(
  [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE].map((one) => [one, one] as const),
);
/** Packets whose flows are told by an id, and by the type of the message. */
export const icmpOf = (walk: Walk): Predicate =>
  isSix(walk)
    ? inRanges('proto', union(only<number>(PROTOCOL.ICMP), only<number>(PROTOCOL.ICMPV6)))
    : equals('proto', PROTOCOL.ICMP);

/** The number (from 1) of the device that an entry was masqueraded for (`nf_conn_nat.masq_index`); 0: none. */
export const masqueradeSlot = ({ name }: Entry): Slot => `mark@${name}.masquerade`;

/** The zone that an entry is in. */
export const zoneSlot = ({ name }: Entry): Slot => `ctMark@${name}.zone`;
/** The zone of the packet's template, 0 without one. */
export const ZONE: Slot = 'ctMark@zone';

/** Whether the packet carries a flow's tuple. */
export function matches(entry: Entry, direction: Direction, zones: boolean, six: boolean): Predicate {
  const side = direction === 'original' ? 'orig' : 'repl';
  const is = (field: Field): Predicate => sameSlots(field, tupleSlot(field, entry, side));
  const answers = (reply: number, request: number): Predicate =>
    all(equals('icmpType', reply), equals(tupleSlot('icmpType', entry, 'orig'), request));
  const type = direction === 'original' ? is('icmpType') : answers(0, 8);
  const type6 = direction === 'original' ? is('icmpType') : any(answers(129, 128), answers(140, 139));
  return all(
    sameSlots('proto', tupleSlot('proto', entry, 'orig')),
    is('src'),
    is('dst'),
    any(not(inRanges('proto', PORTS)), all(is('sport'), is('dport'))),
    any(not(equals('proto', PROTOCOL.ICMP)), all(is('icmpId'), type)),
    six ? any(not(equals('proto', PROTOCOL.ICMPV6)), all(is('icmpId'), type6)) : TRUE,
    zones ? sameSlots(ZONE, zoneSlot(entry)) : TRUE,
  );
}

/** What rules see of the flow. */
export const shown = (entry: Entry, direction: Direction): Assignments => ({
  ctStatus: `ctStatus@${entry.name}`,
  ctDirection: direction === 'original' ? 0 : 1,
  ctMark: `ctMark@${entry.name}`,
  ctOrigSrc: tupleSlot('src', entry, 'orig'),
  ctOrigDst: tupleSlot('dst', entry, 'orig'),
  ctOrigSport: tupleSlot('sport', entry, 'orig'),
  ctOrigDport: tupleSlot('dport', entry, 'orig'),
  ...replyShown(entry),
});

/** The answers' tuple, which nat changes. */
export const replyShown = (entry: Entry): Assignments => ({
  ctReplSrc: tupleSlot('src', entry, 'repl'),
  ctReplDst: tupleSlot('dst', entry, 'repl'),
  ctReplSport: tupleSlot('sport', entry, 'repl'),
  ctReplDport: tupleSlot('dport', entry, 'repl'),
});
