import fc from 'fast-check';
import type { Shot } from '../../../src/lab/verdict.ts';
import { BROADCAST_MAC, parseAddress, prefix, rangeOf } from '../../../src/packet/address.ts';
import type { Probe, Start } from '../../../src/packet/exchange.ts';
import { type Field, PROTOCOL, TCP_FLAG } from '../../../src/packet/field.ts';
import { type Packet, type PacketClass, packet } from '../../../src/packet/packet.ts';
import { only } from '../../../src/packet/ranges.ts';
import { PORTS } from './match.ts';
import { macOf } from './snapshot.ts';
import { broadcastsIn, ownedIn, unownedIn } from './vocabulary.ts';
import type { World } from './world.ts';

/** One packet to send, as a person would write it down. */
export interface Question {
  readonly from: string;
  /** Or an IP protocol by number. */
  readonly proto: 'tcp' | 'udp' | 'icmp' | number;
  readonly dst: string;
  readonly dport: number;
  /** The address that the socket is bound to; the kernel picks one if there is none. */
  readonly src?: string;
  /** It arrives from the wire at this interface of the node, addressed to this MAC. */
  readonly wire?: { readonly interface: string; readonly to: number };
  /** What is not as an ordinary socket would send it. */
  readonly odd?: Partial<
    Pick<Packet, 'tcpFlags' | 'icmpType' | 'icmpCode' | 'tos' | 'ttl' | 'mark' | 'badChecksum' | 'fragment'>
  >;
}

const { SYN, ACK, RST, FIN } = TCP_FLAG;
const ODD = {
  any: [{ tos: 0x10 }, { ttl: 1 }, { ttl: 2 }, { ttl: 3 }],
  socket: [{ mark: 1 }, { mark: 2 }, { mark: 0x101 }],
  /** Only a raw socket sends these, and it needs a source. */
  raw: [{ badChecksum: 1 }, { fragment: 1 }],
  tcp: [{ tcpFlags: ACK }, { tcpFlags: SYN | ACK }, { tcpFlags: RST }, { tcpFlags: FIN | ACK }, { tcpFlags: 0 }],
  udp: [],
  icmp: [{ icmpType: 0 }, { icmpType: 13 }, { icmpType: 3, icmpCode: 1 }, { icmpType: 8, icmpCode: 1 }],
} as const;

const OTHER_PROTOCOLS = [47, 50, 99] as const;
const STRANGER = 0x02000000ff01;
/** Source of frames from the wire: nobody's, so that no bridge believes that somebody has moved. */
const SENDER = 0x02000000ff02;

/** Questions worth asking in a world: every address is a destination, nobody's too; sources are bound now and then, rarely to another's address. */
export function question(world: World): fc.Arbitrary<Question> {
  const owned = ownedIn(world);
  const everyone = [...owned, ...unownedIn(world)];
  const names = Object.keys(world.nodes);
  const dst = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...owned) },
    { weight: 2, arbitrary: fc.constantFrom(...unownedIn(world)) },
    { weight: 2, arbitrary: fc.constantFrom('127.0.0.1', '127.0.0.5') },
    { weight: 1, arbitrary: fc.constantFrom(...broadcastsIn(world), '255.255.255.255', '0.0.0.0') },
  );
  const flow = { dst, dport: fc.constantFrom(...PORTS) };
  const from = fc.constantFrom(...names);
  const proto = fc.constantFrom('tcp' as const, 'udp' as const, 'icmp' as const);
  const plain = fc.record({ from, proto, ...flow });
  const bound = fc.record({ from, proto, ...flow, src: fc.constantFrom(...everyone) });
  // a raw socket writes 0.0.0.0 into the header, an ordinary one does not
  const somewhere = dst.filter((text) => text !== '0.0.0.0');
  const odd = fc
    .record({ from, proto: oneProtocol, ...flow, dst: somewhere, src: fc.constantFrom(...everyone) })
    .chain((one) => oddity(one, [...ODD.any, ...ODD.socket, ...ODD.raw]));
  const wire = fc.oneof(
    ...names.flatMap((name) => pluggedIn(world, name).map((device) => frames(world, name, device))),
  );
  return fc.oneof(
    { weight: 12, arbitrary: plain },
    { weight: 2, arbitrary: bound },
    { weight: 2, arbitrary: odd },
    { weight: 3, arbitrary: wire },
  );
}

const oneProtocol = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('tcp' as const, 'udp' as const, 'icmp' as const) },
  { weight: 1, arbitrary: fc.constantFrom(...OTHER_PROTOCOLS) },
);

const oddity = (one: Question, choices: readonly NonNullable<Question['odd']>[]): fc.Arbitrary<Question> =>
  fc.constantFrom(...choices, ...(typeof one.proto === 'number' ? [] : ODD[one.proto])).map((odd) => ({ ...one, odd }));

/** Cables of a node that are up. */
const pluggedIn = (world: World, name: string): readonly string[] =>
  Object.entries(world.nodes[name]?.interfaces ?? {}).flatMap(([device, { kind, up }]) =>
    kind === 'ethernet' && up !== false ? [device] : [],
  );

function frames(world: World, from: string, device: string): fc.Arbitrary<Question> {
  const everyone = [...ownedIn(world), ...unownedIn(world)];
  const to = fc.oneof(
    { weight: 6, arbitrary: fc.constant(macIn(world, from, device)) },
    { weight: 1, arbitrary: fc.constantFrom(...macsIn(world), STRANGER, BROADCAST_MAC) },
  );
  return fc
    .record({
      from: fc.constant(from),
      proto: oneProtocol,
      dst: fc.constantFrom(...everyone, '255.255.255.255', '127.0.0.1'),
      dport: fc.constantFrom(...PORTS),
      src: fc.constantFrom(...everyone, '0.0.0.0', '127.0.0.1'),
      wire: fc.record({ interface: fc.constant(device), to }),
    })
    .chain((one) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.constant(one) },
        { weight: 1, arbitrary: oddity(one, [...ODD.any, ...ODD.raw]) },
      ),
    );
}

const NUMBER = { tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP, icmp: PROTOCOL.ICMP } as const;
/** The first of the source ports: above those that anything listens on, one for each question of a round. */
export const FIRST_PORT = 40000;

/** The `n`th question of a round as the packet that is sent: flows differ by source port or ICMP identifier. */
export function packetOf({ proto, dst, dport, src, odd }: Question, n: number): Packet {
  const headed = odd?.fragment !== 1;
  const ports = headed && (proto === 'tcp' || proto === 'udp') ? { sport: FIRST_PORT + n, dport } : {};
  const icmp = headed && proto === 'icmp' ? { icmpType: 8, icmpId: 1 + n } : {};
  const flags = headed && proto === 'tcp' ? { tcpFlags: SYN } : {};
  const number = typeof proto === 'number' ? proto : NUMBER[proto];
  return packet({
    proto: number,
    dst: address(dst),
    src: src === undefined ? 0 : address(src),
    length: 36,
    ...ports,
    ...icmp,
    ...flags,
    ...odd,
  });
}

const address = (text: string): number => parseAddress(text) ?? 0;

export function shotOf(one: Question, n: number): Shot {
  const sent = packetOf(one, n);
  const { from, src, wire } = one;
  if (wire === undefined) return { source: { kind: 'socket', node: from, bound: src !== undefined }, packet: sent };
  return {
    source: { kind: 'wire', node: from, interface: wire.interface },
    packet: { ...sent, macSrc: SENDER, macDst: wire.to },
  };
}

/** The same as the evaluator asks it. */
export function probeOf(one: Question, n: number): { readonly probe: Probe; readonly start: Start } {
  const { source, packet: sent } = shotOf(one, n);
  return {
    probe: { source, packets: classOf(sent), state: 'fresh', back: true },
    start: { packet: sent, states: new Map() },
  };
}

const classOf = (sent: Packet): PacketClass =>
  Object.fromEntries(Object.entries(sent).map(([field, value]) => [field as Field, only(value)]));

function macIn(world: World, name: string, device: string): number {
  const node = world.nodes[name];
  if (node === undefined) throw new Error(`no node ${name}`);
  return macOf(node, Object.keys(world.nodes).indexOf(name), device);
}

const macsIn = (world: World): readonly number[] =>
  Object.keys(world.nodes).flatMap((name) => pluggedIn(world, name).map((device) => macIn(world, name, device)));

/** A question about many packets: from one node, to any address of a range, to any port. */
export function classOfPackets(one: Question): Probe {
  const { source, packet: sent } = shotOf(one, 0);
  const [low, high] = rangeOf(prefix(sent.dst, 24));
  const ports: PacketClass = sent.sport === 0 ? {} : { sport: [[32768, 60999]], dport: [[1, 65535]] };
  return { source, packets: { ...classOf(sent), dst: [[low, high]], ...ports }, state: 'fresh', back: true };
}

/** Packets of such a class that rules and routes are likely to tell apart. */
export function cornersOf(world: World, { packets, source }: Probe, one: Question): readonly Packet[] {
  const { packet: sent } = shotOf(one, 0);
  const [low = 0, high = 0] = packets.dst?.[0] ?? [];
  const known = [...ownedIn(world), ...unownedIn(world), ...broadcastsIn(world)].map(address);
  const dsts = [...new Set([low, high, ...known])].filter((dst) => dst >= low && dst <= high);
  const dports = packets.dport?.[0]?.[1] === 65535 ? [1, 65535, ...PORTS] : [sent.dport];
  return dsts.flatMap((dst) =>
    dports.map((dport) =>
      packet({ ...sent, dst, dport, src: source.kind === 'socket' && !source.bound ? 0 : sent.src }),
    ),
  );
}
