import { type Address, printAddress, printMac, printPrefix } from '../packet/address.ts';
import type { FlowState, Source } from '../packet/exchange.ts';
import { type AddressField, CT_STATE, type Field, maximum, PROTOCOL } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import { familyOf, isSubset, type Ranges, single, size } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import { SYN_FLAGS } from './header.ts';
import { ICMP_NAMES, ICMP6_NAMES, nameOfProtocol } from './names.ts';
import type { Reach, Target } from './question.ts';

/** What a proof ranges over, in words: `every icmp echo request from compute-1 to 10.0.0.3 with any id, …`. */
export function describeClasses(question: Reach, classes: readonly PacketClass[]): string {
  const { source, target, state, back } = question;
  const kinds = new Map<string, string>();
  for (const one of classes) if (!kinds.has(kindOf(one))) kinds.set(kindOf(one), freeFields(one).join(', '));
  const ends = `from ${describeSource(source)} to ${describeTarget(target, question.packets.dst)}`;
  const [[kind, free] = ['packet', '']] = kinds;
  const several = [...kinds].map(([name, fields]) => (fields === '' ? `every ${name}` : `every ${name} (${fields})`));
  const packets =
    kinds.size > 1 ? `${several.join(', ')} ${ends}` : `every ${kind} ${ends}${free === '' ? '' : ` with ${free}`}`;
  return `${packets}${describeState(state)}${back ? ', and the answer to it' : ''}`;
}

type PlainField = Exclude<Field, AddressField>;

const fieldRanges = (of: PacketClass, field: PlainField): Ranges => of[field] ?? [[0, maximum(field)]];

function kindOf(of: PacketClass): string {
  const proto = single(fieldRanges(of, 'proto'));
  if (proto === undefined) return `packet of ${namesOf(fieldRanges(of, 'proto'))}`;
  if (proto === PROTOCOL.TCP) return isSubset(fieldRanges(of, 'tcpFlags'), SYN_FLAGS) ? 'tcp SYN' : 'tcp packet';
  if (proto !== PROTOCOL.ICMP && proto !== PROTOCOL.ICMPV6)
    return proto === PROTOCOL.UDP ? 'udp datagram' : `packet of ${nameOfProtocol(proto)}`;
  const type = single(fieldRanges(of, 'icmpType'));
  const [icmp, names] = proto === PROTOCOL.ICMP ? ['icmp', ICMP_NAMES] : ['icmpv6', ICMP6_NAMES];
  const name = Object.entries(names).find(([, value]) => value === type)?.[0];
  if (type === undefined) return `${icmp} packet`;
  return name === undefined ? `${icmp} packet of type ${type}` : `${icmp} ${name.replaceAll('-', ' ')}`;
}

/** A few protocols by name; of many, that they are others. */
const namesOf = (protocols: Ranges): string =>
  size(protocols) > 8
    ? 'any other protocol'
    : protocols
        .flatMap(([low, high]) => Array.from({ length: high - low + 1 }, (_, i) => nameOfProtocol(low + i)))
        .join(', ');

/** What is worth telling of a field that is not fixed to one value, or to an unusual one. */
const TOLD: readonly {
  readonly field: Field;
  readonly name: string;
  readonly usual?: number;
  readonly print?: (value: Scalar) => string;
}[] = [
  { field: 'src', name: 'source address', print: printAddress },
  { field: 'sport', name: 'source port', usual: 0 },
  { field: 'dport', name: 'destination port', usual: 0 },
  { field: 'icmpType', name: 'icmp type' },
  { field: 'icmpCode', name: 'icmp code', usual: 0 },
  { field: 'icmpId', name: 'id', usual: 0 },
  { field: 'tcpFlags', name: 'tcp flags' },
  { field: 'tos', name: 'tos', usual: 0 },
  { field: 'ttl', name: 'ttl' },
  { field: 'mark', name: 'mark', usual: 0 },
  { field: 'length', name: 'length' },
  { field: 'badChecksum', name: 'checksum, good or bad', usual: 0 },
  { field: 'macSrc', name: 'source MAC address', print: (value) => printMac(Number(value)) },
  { field: 'macDst', name: 'destination MAC address', print: (value) => printMac(Number(value)) },
];

const freeFields = (of: PacketClass): readonly string[] =>
  TOLD.flatMap(({ field, name, usual, print = String }) => {
    const ranges: Ranges<Scalar> | undefined = of[field];
    if (ranges === undefined) return [];
    const value = single(ranges);
    if (value !== undefined) return usual === undefined || value === usual ? [] : [`${name} ${print(value)}`];
    if (field === 'tcpFlags' && isSubset<Scalar>(ranges, SYN_FLAGS))
      return ['any flags beside SYN but FIN, RST and ACK'];
    const [low, high] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
    if (
      field === 'badChecksum' ||
      ranges.length > 16 ||
      (low <= 1 && high === maximum(field, familyOf(ranges)) && ranges.length === 1)
    )
      return [`any ${name}`];
    return [
      `any ${name} of ${ranges.map(([from, to]) => (from === to ? print(from) : `${print(from)}-${print(to)}`)).join(', ')}`,
    ];
  });

export const describeSource = (source: Source): string =>
  source.kind === 'socket'
    ? source.node
    : source.kind === 'wire'
      ? `the wire at ${source.node}:${source.interface}`
      : `a packet socket on ${source.node}:${source.interface}`;

function describeTarget(target: Target, dst: Ranges<Address> | undefined): string {
  switch (target.kind) {
    case 'prefix':
      return dst === undefined ? `every address of ${printPrefix(target.prefix)}` : addresses(dst);
    case 'node':
      return `${target.node}${dst === undefined ? '' : ` (${addresses(dst)})`}`;
    case 'outside':
      return target.via === undefined ? 'the outside' : `the outside via ${target.via.node}:${target.via.interface}`;
  }
}

const addresses = (ranges: Ranges<Address>): string =>
  ranges.length > 8
    ? `${size(ranges)} addresses`
    : ranges
        .map(([low, high]) => (low === high ? printAddress(low) : `${printAddress(low)}-${printAddress(high)}`))
        .join(', ');

function describeState(state: FlowState): string {
  if (state === 'fresh') return ', the first of its flow';
  const names = Object.entries(CT_STATE).flatMap(([name, value]) => (state.includes(value) ? [name] : []));
  return names.length === Object.keys(CT_STATE).length
    ? ', in any state at each node'
    : `, in state ${names.join(' or ')} at each node`;
}
