import { printAddress, printMac, printPrefix } from '../packet/address.ts';
import type { FlowState, Source } from '../packet/exchange.ts';
import { CT_STATE, type Field, maximum, PROTOCOL } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import { type Ranges, single } from '../packet/ranges.ts';
import { ICMP_NAMES, nameOfProtocol } from './names.ts';
import type { Reach, Target } from './question.ts';

/** What a proof ranges over, in words: `every icmp echo request from compute-1 to 10.0.0.3 with any id, …`. */
export function describeClasses(question: Reach, classes: readonly PacketClass[]): string {
  const { source, target, state, back } = question;
  const kinds = [...new Set(classes.map((one) => kindOf(one)))];
  const free = [...new Set(classes.flatMap((one) => freeFields(one)))];
  return [
    `every ${kinds.join(' and every ')} from ${describeSource(source)} to ${describeTarget(target)}`,
    free.length === 0 ? '' : ` with ${free.join(', ')}`,
    describeState(state),
    back ? ', its answer followed back' : '',
  ].join('');
}

const fieldRanges = (of: PacketClass, field: Field): Ranges => of[field] ?? [[0, maximum(field)]];

function kindOf(of: PacketClass): string {
  const proto = single(fieldRanges(of, 'proto'));
  if (proto === undefined) return 'packet of another protocol';
  if (proto === PROTOCOL.TCP) return single(fieldRanges(of, 'tcpFlags')) === 2 ? 'tcp SYN' : 'tcp packet';
  if (proto !== PROTOCOL.ICMP) return proto === PROTOCOL.UDP ? 'udp datagram' : `packet of ${nameOfProtocol(proto)}`;
  const type = single(fieldRanges(of, 'icmpType'));
  const name = Object.entries(ICMP_NAMES).find(([, value]) => value === type)?.[0];
  return type === undefined
    ? 'icmp packet'
    : name === undefined
      ? `icmp packet of type ${type}`
      : `icmp ${name.replaceAll('-', ' ')}`;
}

/** What is worth telling of a field that is not fixed to one value, or to an unusual one. */
const TOLD: readonly {
  readonly field: Field;
  readonly name: string;
  readonly usual?: number;
  readonly print?: (value: number) => string;
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
  { field: 'macSrc', name: 'source MAC address', print: printMac },
  { field: 'macDst', name: 'destination MAC address', print: printMac },
];

const freeFields = (of: PacketClass): readonly string[] =>
  TOLD.flatMap(({ field, name, usual, print = String }) => {
    const ranges = of[field];
    if (ranges === undefined) return [];
    const value = single(ranges);
    if (value !== undefined) return usual === undefined || value === usual ? [] : [`${name} ${print(value)}`];
    const [low, high] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
    if (field === 'badChecksum' || ranges.length > 16 || (low <= 1 && high === maximum(field) && ranges.length === 1))
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

export function describeTarget(target: Target): string {
  switch (target.kind) {
    case 'prefix':
      return target.prefix.length === 32
        ? printAddress(target.prefix.address)
        : `every address of ${printPrefix(target.prefix)}`;
    case 'node':
      return `the addresses of ${target.node}`;
    case 'outside':
      return target.via === undefined ? 'the outside' : `the outside via ${target.via.node}:${target.via.interface}`;
  }
}

function describeState(state: FlowState): string {
  if (state === 'fresh') return ', the first of its flow';
  const names = Object.entries(CT_STATE).flatMap(([name, value]) => (state.includes(value) ? [name] : []));
  return names.length === Object.keys(CT_STATE).length
    ? ', in any state at each node'
    : `, in state ${names.join(' or ')} at each node`;
}
