import fc from 'fast-check';
import type { Shot } from '../../../src/lab/verdict.ts';
import type { Network } from '../../../src/network/network.ts';
import { parseAddress } from '../../../src/packet/address.ts';
import type { Probe, Start } from '../../../src/packet/exchange.ts';
import { type Field, PROTOCOL, TCP_FLAG } from '../../../src/packet/field.ts';
import { type Packet, type PacketClass, packet } from '../../../src/packet/packet.ts';
import { only } from '../../../src/packet/ranges.ts';
import { PORTS } from './match.ts';
import { ownedIn, unownedIn } from './vocabulary.ts';
import type { World } from './world.ts';

/** One packet that a process of a node sends, as a person would write it down. */
export interface Question {
  readonly from: string;
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly dst: string;
  readonly dport: number;
  /** The address that the socket is bound to; the kernel picks one if there is none. */
  readonly src?: string;
}

/** Questions worth asking in a world: every address is a destination, nobody's too; sources are bound now and then, rarely to another's address. */
export function question(world: World): fc.Arbitrary<Question> {
  const owned = ownedIn(world);
  const bound = fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...owned, ...unownedIn(world)) },
  );
  return fc
    .record({
      from: fc.constantFrom(...Object.keys(world.nodes)),
      proto: fc.constantFrom('tcp' as const, 'udp' as const, 'icmp' as const),
      dst: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom(...owned) },
        { weight: 1, arbitrary: fc.constantFrom(...unownedIn(world)) },
        { weight: 1, arbitrary: fc.constantFrom('127.0.0.1', '127.0.0.5') },
      ),
      dport: fc.constantFrom(...PORTS),
      src: bound,
    })
    .map(({ src, ...rest }) => (src === undefined ? rest : { ...rest, src }));
}

const NUMBER = { tcp: PROTOCOL.TCP, udp: PROTOCOL.UDP, icmp: PROTOCOL.ICMP } as const;
/** The first of the source ports: above those that anything listens on, one for each question of a round. */
export const FIRST_PORT = 40000;

/** The `n`th question of a round as the packet that is sent: flows differ by source port or ICMP identifier. */
export function packetOf({ proto, dst, dport, src }: Question, n: number): Packet {
  const flow = proto === 'icmp' ? { icmpType: 8, icmpId: 1 + n } : { sport: FIRST_PORT + n, dport };
  const flags = proto === 'tcp' ? { tcpFlags: TCP_FLAG.SYN } : {};
  return packet({
    proto: NUMBER[proto],
    dst: address(dst),
    src: src === undefined ? 0 : address(src),
    length: LENGTH[proto],
    ...flow,
    ...flags,
  });
}

/** What the lab sends, all headers counted: SYN with its options, eight bytes in a datagram, sixteen of ICMP. */
const LENGTH = { tcp: 60, udp: 36, icmp: 36 } as const;

const address = (text: string): number => parseAddress(text) ?? 0;

export const shotOf = (one: Question, n: number): Shot => ({
  source: { kind: 'socket', node: one.from, bound: one.src !== undefined },
  packet: packetOf(one, n),
});

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

/** The address that the network's nodes own under that number, for messages. */
export const ownersOf = (network: Network, local: number): readonly string[] =>
  [...network.nodes.values()]
    .filter((node) => node.interfaces.some((one) => one.addresses.some((own) => own.local === local)))
    .map(({ name }) => name);
