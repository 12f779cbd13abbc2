import { bridgeOf, interfaceOf, nodeOf } from '../network/access.ts';
import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import { type Address, BROADCAST_MAC, familyOf } from '../packet/address.ts';
import type { Probe, Source, Start } from '../packet/exchange.ts';
import { type Field, PROTOCOL, TCP_FLAG } from '../packet/field.ts';
import { familyOfPacket, type Packet, type PacketClass, packet } from '../packet/packet.ts';
import { only } from '../packet/ranges.ts';
import { ICMP } from '../question/header.ts';
import { WITH_PORTS } from '../question/names.ts';
import { defaultTtl } from '../question/sender.ts';
import type { Named } from './packet.ts';

/** What an ordinary sender puts where the packet's text says nothing. */
const USUAL_PORT = 40000;
const LENGTH: Readonly<Record<number, number>> = {
  [PROTOCOL.ICMP]: 84,
  [PROTOCOL.ICMPV6]: 104,
  [PROTOCOL.TCP]: 60,
  [PROTOCOL.UDP]: 56,
};

/** The probe and the packet that `trace` walks: what its text names, and what such a sender usually writes. */
export function startFrom(
  source: Source,
  fields: Named,
  network: Network,
): { readonly probe: Probe; readonly start: Start } {
  const { ctState: state, ...named } = fields;
  const one = packet({ ...usual(source, named, network), ...named });
  const bound: Source = source.kind === 'socket' ? { ...source, bound: named.src !== undefined } : source;
  const family = familyOfPacket(one) === 6 ? { family: 6 as const } : {};
  const states = state === undefined ? [] : [...network.nodes.keys()].map((node): [string, number] => [node, state]);
  return {
    probe: {
      ...family,
      source: bound,
      packets: exactly(one, bound),
      state: state === undefined ? 'fresh' : [state],
      back: true,
    },
    start: { packet: one, states: new Map(states) },
  };
}

function usual(source: Source, { proto = 0, icmpType, dst = 0 }: Named, network: Network): Partial<Packet> {
  const family = familyOf(dst);
  const icmp = ICMP[family];
  return {
    ttl: defaultTtl(nodeOf(network, source.node), family).value[0]?.[0] ?? 64,
    length: LENGTH[proto] ?? 60,
    ...(WITH_PORTS.includes(proto) ? { sport: USUAL_PORT } : {}),
    ...(proto === PROTOCOL.TCP ? { tcpFlags: TCP_FLAG.SYN } : {}),
    ...(proto === icmp.protocol ? { icmpType: icmpType ?? icmp.echo, icmpId: 1 } : {}),
    ...(source.kind === 'socket' ? {} : frame(source, dst, inFamily(network, family))),
  };
}

/** A frame to the interface that it arrives at; at a bridge port, to whoever has the destination. */
function frame(
  { node: name, interface: device }: Extract<Source, { interface: string }>,
  dst: Address,
  network: Network,
): Partial<Packet> {
  const node = nodeOf(network, name);
  const port = interfaceOf(node, device);
  const bridge = bridgeOf(node, port);
  const all = [...network.nodes.values()].flatMap(({ interfaces }) => interfaces);
  const owner = all.find(({ addresses }) => addresses.some(({ local }) => local === dst));
  const everyone =
    dst === 0xffffffff ? BROADCAST_MAC : isGroup6(dst) ? 0x333300000000 + Number(dst & 0xffffffffn) : undefined;
  return { macSrc: 0x020000000001, macDst: everyone ?? (bridge === undefined ? port.mac : (owner ?? bridge).mac) };
}

const isGroup6 = (address: Address): address is bigint => typeof address === 'bigint' && address >> 120n === 0xffn;

/** The class that holds this packet alone; an unbound socket leaves the source address to the kernel. */
function exactly(one: Packet, source: Source): PacketClass {
  const fields = Object.entries(one) as [Field, number][];
  const written = fields.filter(
    ([field]) => !field.startsWith('ct') && (field !== 'src' || source.kind !== 'socket' || source.bound),
  );
  return Object.fromEntries(written.map(([field, value]) => [field, only(value)]));
}
