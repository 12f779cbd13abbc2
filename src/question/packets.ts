import { nodeOf } from '../network/access.ts';
import type { Network } from '../network/network.ts';
import { maximum } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import type { Assumption } from '../packet/place.ts';
import { between, everything, intersect, isEmpty, only } from '../packet/ranges.ts';
import { ANY_PORT, FAMILIES, type Family, largestPacket, transport, wholeDatagram } from './family.ts';
import { frames, UNICAST_MAC } from './frame.ts';
import type { Reach } from './question.ts';
import { defaultTtl, localPorts, SENDABLE } from './sender.ts';

/** The packets that one Probe of a question starts with, and what was taken for granted to say so. */
export interface Asked {
  readonly packets: PacketClass;
  readonly assumptions: readonly Assumption[];
}

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
  const ttl = defaultTtl(node);
  const ports = localPorts(node);
  const packets: PacketClass = {
    dst: everything('dst'),
    ...transport(question, family, ports.value),
    tos: only(0),
    ttl: only(ttl.value),
    mark: only(0),
    length: between(family.header, largestPacket(question, family, network)),
    ...wholeDatagram(question),
    ...wanted,
    ...(wanted.src === undefined ? {} : { src: intersect(wanted.src, SENDABLE) }),
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
    length: between(family.header, largestPacket(question, family, network)),
    macSrc: UNICAST_MAC,
    ...wholeDatagram(question),
    ...wanted,
  };
  return frames(source, packets, network).map((one) => ({ packets: one, assumptions: [] }));
}
