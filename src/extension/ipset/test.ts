import { bitAnd } from '../../packet/bits.ts';
import type { Packet } from '../../packet/packet.ts';
import { contains, type Ranges } from '../../packet/ranges.ts';
import { type Scalar } from '../../packet/scalar.ts';
import { fits } from '../codec/interface.ts';
import type { ContextSet, RuleContext } from '../definition.ts';
import {
  type Direction,
  deviceOf,
  dimensions,
  hasMac,
  ICMP,
  membersOf,
  PORTED,
  protocolsOf,
  type SetPart,
  type SetQuestion,
  setOf,
  stopsOf,
} from './dimension.ts';

/**
 * What the kernel answers when a packet is looked up in a set (`ip_set_test`).
 * @throws Error for a set that can't be told: `doubtOf` comes first
 */
export function testSet(name: string, question: SetQuestion, packet: Packet, context: RuleContext): boolean {
  const set = setOf(name, context);
  // fewer directions than the set has dimensions: never in it
  if (question.directions.length < dimensions(set.type)) return false;
  if (set.type !== 'list:set') return testEntries(set, question, packet, context);
  // list_set_ktest: the first member that has it
  return membersOf(set).some((member) => testSet(member, question, packet, context));
}

function testEntries(set: ContextSet, question: SetQuestion, packet: Packet, context: RuleContext): boolean {
  for (const { parts, nomatch } of stopsOf(set))
    if (parts.every((part, i) => testPart(part, question.directions[i] ?? 'src', packet, context)))
      return nomatch === question.returnNomatch;
  return false;
}

function testPart(part: SetPart, direction: Direction, packet: Packet, context: RuleContext): boolean {
  const device = deviceOf(direction, context);
  switch (part.kind) {
    case 'address':
      return inMasked(part, packet[direction]);
    case 'mark':
      return inMasked(part, packet.mark);
    case 'mac':
      return hasMac(context) && contains(part.ranges, packet[direction === 'src' ? 'macSrc' : 'macDst']);
    case 'interface':
      return device !== undefined && fits(part.name, device);
    case 'set':
      return false; // of lists alone, which are asked member by member
    case 'port':
      return protocolsOf(part.protocol).includes(packet.proto) && testPort(part.ranges, direction, packet);
  }
}

const inMasked = (
  { mask, ranges }: { readonly mask?: Scalar; readonly ranges: Ranges<Scalar> },
  value: Scalar,
): boolean => contains(ranges, mask === undefined ? value : bitAnd(value, mask));

function testPort(ranges: Extract<SetPart, { kind: 'port' }>['ranges'], direction: Direction, packet: Packet): boolean {
  if (!PORTED.includes(packet.proto) && packet.proto !== ICMP) return contains(ranges, 0);
  if (packet.fragment === 1) return false;
  if (packet.proto === ICMP) return contains(ranges, packet.icmpType * 256 + packet.icmpCode);
  return contains(ranges, direction === 'src' ? packet.sport : packet.dport);
}
