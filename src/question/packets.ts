import { bridgeOf, interfaceOf, nodeOf, sysctl } from '../network/access.ts';
import type { Network, Node } from '../network/network.ts';
import { BROADCAST_MAC } from '../packet/address.ts';
import type { Source } from '../packet/exchange.ts';
import { CT_STATE, maximum, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import type { Assumption } from '../packet/place.ts';
import {
  between,
  complement,
  everything,
  intersect,
  isEmpty,
  only,
  type Ranges,
  ranges,
  union,
} from '../packet/ranges.ts';
import { WITH_PORTS } from './names.ts';
import type { Reach } from './question.ts';

/** The packets that one Probe of a question starts with, and what was taken for granted to say so. */
export interface Asked {
  readonly packets: PacketClass;
  readonly assumptions: readonly Assumption[];
}

/** Protocols that share a header, so that one product of ranges says which packets of them are meant. */
interface Family {
  readonly protocols: Ranges;
  /** Length of the IP header and the smallest transport header, bytes. */
  readonly header: number;
  readonly ports: boolean;
}

const numbers = (list: readonly number[]): Ranges => ranges(list.map((one) => [one, one]));

const ICMP: Family = { protocols: only(PROTOCOL.ICMP), header: 28, ports: false };
const TCP: Family = { protocols: only(PROTOCOL.TCP), header: 40, ports: true };
const UDP: Family = { protocols: only(PROTOCOL.UDP), header: 28, ports: true };
const PORTED: Family = {
  protocols: numbers([PROTOCOL.DCCP, PROTOCOL.SCTP, PROTOCOL.UDPLITE]),
  header: 32,
  ports: true,
};
const OTHER: Family = {
  protocols: complement(numbers([PROTOCOL.ICMP, ...WITH_PORTS]), 'proto'),
  header: 20,
  ports: false,
};
const FAMILIES: readonly Family[] = [ICMP, TCP, UDP, PORTED, OTHER];

/** The classes of first packets that a question asks about, one a family of protocols (and kind of destination). */
export function classesOf(question: Reach, network: Network): readonly Asked[] {
  const protocols = question.packets.proto ?? everything('proto');
  return FAMILIES.flatMap((family) => {
    const proto = intersect(protocols, family.protocols);
    if (isEmpty(proto)) return [];
    const wanted = { ...question.packets, proto };
    return question.source.kind === 'socket'
      ? fromSocket(question, wanted, family, network)
      : fromWire(question, wanted, family, network);
  });
}

/** An ordinary process: what its kernel fills in is fixed, what it may choose is free. */
function fromSocket(question: Reach, wanted: PacketClass, family: Family, network: Network): readonly Asked[] {
  const node = nodeOf(network, question.source.node);
  const ttl = sysctlOr(node, 'net.ipv4.ip_default_ttl', 64);
  const ports = localPorts(node);
  const packets: PacketClass = {
    ...(question.anySource ? { src: everything('src') } : {}),
    dst: everything('dst'),
    ...transport(question, family, ports.value),
    tos: only(0),
    ttl: only(ttl.value),
    mark: only(0),
    length: between(family.header, family === TCP ? LARGEST_SYN : largestDatagram(network)),
    ...wholeDatagram(question),
    ...wanted,
  };
  const usesPorts = family.ports && wanted.sport === undefined;
  return [{ packets, assumptions: [...ttl.assumptions, ...(usesPorts ? ports.assumptions : [])] }];
}

/** A frame that arrives from the wire (or that a packet socket puts on it). */
function fromWire(question: Reach, wanted: PacketClass, family: Family, network: Network): readonly Asked[] {
  const { source } = question;
  const packets: PacketClass = {
    src: everything('src'),
    dst: everything('dst'),
    ...transport(question, family, ANY_PORT),
    tos: everything('tos'),
    ttl: between(Math.min(network.nodes.size + 1, 64), maximum('ttl')),
    mark: only(0),
    length: between(family.header, largestDatagram(network)),
    macSrc: UNICAST_MAC,
    ...wholeDatagram(question),
    ...wanted,
  };
  return destinations(source, packets, network).map((one) => ({ packets: one, assumptions: [] }));
}

/** A SYN carries no data: two headers and their options. */
const LARGEST_SYN = 60;
const ANY_PORT: Ranges = between(1, maximum('dport'));

/** The fields of the transport header: 0 where the protocol has none. */
function transport({ packets, state, source }: Reach, family: Family, ports: Ranges): PacketClass {
  const none = {
    sport: only(0),
    dport: only(0),
    icmpType: only(0),
    icmpCode: only(0),
    icmpId: only(0),
    tcpFlags: only(0),
  };
  if (family === ICMP) return { ...none, ...echo(packets, source), icmpId: everything('icmpId') };
  if (!family.ports) return none;
  const begins = state === 'fresh' || state.every((one) => one === CT_STATE.NEW);
  return {
    ...none,
    sport: ports,
    dport: ANY_PORT,
    ...(family === TCP ? { tcpFlags: firstFlags(begins, source) } : {}),
  };
}

/** `icmp` alone is an echo request; an ordinary process sends it with code 0. */
const echo = ({ icmpType }: PacketClass, source: Source): PacketClass =>
  icmpType === undefined
    ? { icmpType: only(8), icmpCode: source.kind === 'socket' ? only(0) : everything('icmpCode') }
    : { icmpType, icmpCode: everything('icmpCode') };

/** A flow begins with a SYN; on the wire with whatever bits beside it leave it one. Later packets may have any flags. */
function firstFlags(begins: boolean, source: Source): Ranges {
  if (!begins) return everything('tcpFlags');
  if (source.kind === 'socket') return only(TCP_FLAG.SYN);
  const beside = TCP_FLAG.FIN | TCP_FLAG.RST | TCP_FLAG.ACK;
  const flags = Array.from({ length: 256 }, (_, value) => value).filter(
    (value) => value & TCP_FLAG.SYN && !(value & beside),
  );
  return ranges(flags.map((value) => [value, value]));
}

/** Unfragmented, and with a good checksum unless the packet may be INVALID. */
const wholeDatagram = ({ state }: Reach): PacketClass => ({
  fragment: only(0),
  badChecksum: state !== 'fresh' && state.includes(CT_STATE.INVALID) ? everything('badChecksum') : only(0),
});

/** Not longer than any interface of the network takes in one piece. */
function largestDatagram(network: Network): number {
  const mtus = [...network.nodes.values()].flatMap((node) =>
    node.interfaces.filter(({ kind, up }) => up && kind !== 'loopback').map(({ mtu }) => mtu),
  );
  return mtus.length === 0 ? 1500 : Math.max(576, Math.min(...mtus));
}

/** MAC addresses without the group bit, 00:00:00:00:00:00 left out. */
const UNICAST_MAC: Ranges = Array.from({ length: 128 }, (_, byte) => [
  Math.max(1, byte * 2 * 2 ** 40),
  (byte * 2 + 1) * 2 ** 40 - 1,
]);
const MULTICAST: Ranges = between(0xe0000000, 0xefffffff);
const MULTICAST_MAC: Ranges = between(0x01005e000000, 0x01005e7fffff);

/** Which MAC address a frame is sent to goes with what its destination is: one class each. */
function destinations(source: Source, packets: PacketClass, network: Network): readonly PacketClass[] {
  if (source.kind === 'socket' || packets.macDst !== undefined) return [packets];
  const node = nodeOf(network, source.node);
  const device = interfaceOf(node, source.interface);
  const broadcast = broadcasts(node);
  const dst = packets.dst ?? everything('dst');
  const unicast = intersect(dst, complement(union(broadcast, MULTICAST), 'dst'));
  return [
    { ...packets, dst: unicast, macDst: bridgeOf(node, device) === undefined ? only(device.mac) : UNICAST_MAC },
    { ...packets, dst: intersect(dst, broadcast), macDst: only(BROADCAST_MAC) },
    { ...packets, dst: intersect(dst, MULTICAST), macDst: MULTICAST_MAC },
  ].filter((one) => !isEmpty(one.dst));
}

const broadcasts = ({ routes }: Node): Ranges =>
  ranges([
    [0xffffffff, 0xffffffff],
    ...routes.flatMap(({ type, destination }): [number, number][] =>
      type === 'broadcast' && destination.length === 32 ? [[destination.address, destination.address]] : [],
    ),
  ]);

interface Read<T> {
  readonly value: T;
  readonly assumptions: readonly Assumption[];
}

function sysctlOr(node: Node, key: string, standard: number): Read<number> {
  const found = sysctl(node, key);
  if (found.kind === 'known')
    return { value: found.value, assumptions: found.assumption === undefined ? [] : [found.assumption] };
  return {
    value: standard,
    assumptions: [{ node: node.name, text: `${key} = ${standard} (kernel default: no capture shows it)` }],
  };
}

const LOCAL_PORTS = 'net.ipv4.ip_local_port_range';

/** Where an unbound socket's source port lies: `ip_local_port_range`, two numbers. */
function localPorts(node: Node): Read<Ranges> {
  const [low, high] = (node.settings.get(LOCAL_PORTS)?.value ?? '').trim().split(/\s+/).map(Number);
  if (low !== undefined && high !== undefined && low <= high) return { value: between(low, high), assumptions: [] };
  return {
    value: between(32768, 60999),
    assumptions: [{ node: node.name, text: `${LOCAL_PORTS} = 32768 60999 (kernel default: no capture shows it)` }],
  };
}
