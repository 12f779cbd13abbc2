import fc from 'fast-check';
import { prefix, printAddress, rangeOf } from '../../../../src/packet/address.ts';
import { parseAddress6 } from '../../../../src/packet/address6.ts';
import type { Probe, Start } from '../../../../src/packet/exchange.ts';
import { type Field, PROTOCOL, TCP_FLAG } from '../../../../src/packet/field.ts';
import { type Packet, type PacketClass, packet } from '../../../../src/packet/packet.ts';
import { only } from '../../../../src/packet/ranges.ts';
import { type Question, shotOf } from '../probe.ts';
import { ownedIn, unownedIn } from '../vocabulary.ts';
import type { World } from '../world.ts';
import { nearOf } from './snapshot.ts';
import { sixOf } from './text.ts';

/** A question about IPv6: one about IPv4, or to an address of one link. */
export interface SixQuestion {
  readonly four: Question;
  /** Instead of the destination, by this device. */
  readonly near?: { readonly dst: string; readonly device: string };
}

const GROUPS = ['ff02::1', 'ff02::2', 'ff05::2', 'ff01::1', 'ff0e::99'] as const;

/** Now and then an address of one link takes the place of the destination. */
export function sixQuestion(world: World, four: Question): fc.Arbitrary<SixQuestion> {
  const { nodes } = world;
  const devices = Object.entries(nodes[four.from]?.interfaces ?? {}).filter(
    ([, { up, master }]) => up !== false && master === undefined,
  );
  const near = Object.entries(nodes).flatMap(([name, { interfaces }]) =>
    Object.keys(interfaces).map((device) => printAddress(nearOf(world, name, device))),
  );
  const plain = fc.constant<SixQuestion>({ four });
  if (devices.length === 0 || four.wire !== undefined) return plain;
  const zoned = fc
    .record({ dst: fc.constantFrom(...near, ...GROUPS), device: fc.constantFrom(...devices.map(([device]) => device)) })
    .map((one): SixQuestion => ({ four, near: one }));
  return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: zoned });
}

const TYPES: Readonly<Record<number, number>> = { 8: 128, 0: 129, 13: 139, 3: 1 };

/** The same as the evaluator asks it. */
export function sixProbeOf({ four, near }: SixQuestion, n: number): { readonly probe: Probe; readonly start: Start } {
  const { source, packet: sent } = shotOf(four, n);
  const { ctOrigSrc: _, ctOrigDst: __, ctReplSrc: ___, ctReplDst: ____, src: _____, dst: ______, ...rest } = sent;
  const proto = sent.proto === PROTOCOL.ICMP ? PROTOCOL.ICMPV6 : sent.proto;
  const start = packet({
    ...rest,
    proto,
    length: lengthOf(proto, sent.tcpFlags),
    icmpType:
      proto === PROTOCOL.ICMPV6 && sent.fragment === 0 ? (TYPES[sent.icmpType] ?? sent.icmpType) : sent.icmpType,
    src: four.src === undefined ? 0n : sixOf(four.src),
    dst: near === undefined ? sixOf(four.dst) : parse(near.dst),
  });
  const by = near === undefined || source.kind !== 'socket' ? source : { ...source, device: near.device };
  return {
    probe: { family: 6, source: by, packets: classOf(start), state: 'fresh', back: true },
    start: { packet: start, states: new Map() },
  };
}

/** Bytes of a kernel's SYN, and of what the lab writes itself; answers are as long. */
const lengthOf = (proto: number, tcpFlags: number): number =>
  proto !== PROTOCOL.TCP ? 56 : tcpFlags === TCP_FLAG.SYN ? 80 : 60;

const classOf = (sent: object): PacketClass =>
  Object.fromEntries(Object.entries(sent).map(([field, value]) => [field as Field, only(value as number)]));

const parse = (text: string): bigint => parseAddress6(text) ?? 0n;

/** A question about many packets, to any address of a range and any port; and packets of it that rules are likely to tell apart. */
export function sixClassOf(
  world: World,
  question: SixQuestion,
): { readonly probe: Probe; readonly corners: readonly Packet[] } {
  const { probe, start } = sixProbeOf(question, 0);
  const [low, high] = rangeOf(prefix(start.packet.dst, 120));
  const ports: PacketClass = start.packet.sport === 0 ? {} : { sport: [[32768, 60999]], dport: [[1, 65535]] };
  const known = [...ownedIn(world), ...unownedIn(world)].map(sixOf);
  const dsts = [...new Set([low, high, start.packet.dst, ...known])].filter((dst) => dst >= low && dst <= high);
  return {
    probe: { ...probe, packets: { ...probe.packets, dst: [[low, high]], ...ports } },
    corners: dsts.map((dst) => ({ ...start.packet, dst })),
  };
}
