import { nodeOf } from '../network/access.ts';
import { inFamily } from '../network/family.ts';
import type { Network } from '../network/network.ts';
import { printAddress } from '../packet/address.ts';
import { maximum } from '../packet/field.ts';
import type { PacketClass } from '../packet/packet.ts';
import type { Assumption } from '../packet/place.ts';
import { between, everything, intersect, isEmpty, only } from '../packet/ranges.ts';
import { frames, UNICAST_MAC } from './frame.ts';
import { ANY_PORT, HEADERS, type Header, largestPacket, transport, wholeDatagram } from './header.ts';
import { targetAddresses } from './places.ts';
import type { Reach } from './question.ts';
import { defaultTtl, localPorts, SENDABLE } from './sender.ts';

/** The packets that one Probe of a question starts with, and what was taken for granted to say so. */
export interface Asked {
  readonly packets: PacketClass;
  readonly assumptions: readonly Assumption[];
}

/** The classes of first packets that a question asks about, one a transport header (and kind of destination). */
export function classesOf(question: Reach, all: Network): readonly Asked[] {
  const network = inFamily(all, question.family);
  const protocols = question.packets.proto ?? everything('proto');
  const silent = notAsked(question, all);
  return HEADERS[question.family ?? 4].flatMap((header) => {
    const proto = intersect(protocols, header.protocols);
    if (isEmpty(proto)) return [];
    const wanted = { ...question.packets, proto };
    const asked =
      question.source.kind === 'socket'
        ? fromSocket(question, wanted, header, network)
        : fromWire(question, wanted, header, network);
    return asked.map(({ packets, assumptions }) => ({ packets, assumptions: [...silent, ...assumptions] }));
  });
}

/** A node as target of a question about IPv4 may be reached by IPv6 too, of which the answer says nothing. */
function notAsked({ family = 4, target }: Reach, all: Network): readonly Assumption[] {
  if (family === 6 || target.kind !== 'node') return [];
  const [address] = targetAddresses(nodeOf(inFamily(all, 6), target.node));
  if (address === undefined) return [];
  return [{ node: target.node, text: `IPv6 was not asked (ask for ${printAddress(address)}, or over icmpv6)` }];
}

/** An ordinary process: what its kernel fills in is fixed, what it may choose is free. */
function fromSocket(question: Reach, wanted: PacketClass, header: Header, network: Network): readonly Asked[] {
  const node = nodeOf(network, question.source.node);
  const ttl = defaultTtl(node, question.family);
  const ports = question.anyPort === true ? { value: ANY_PORT, assumptions: [] } : localPorts(node);
  const packets: PacketClass = {
    dst: everything('dst', question.family),
    ...transport(question, header, ports.value),
    tos: only(0),
    ttl: ttl.value,
    mark: only(0),
    length: between(header.length, largestPacket(question, header, network)),
    ...wholeDatagram(question),
    ...wanted,
    ...(wanted.src === undefined ? {} : { src: intersect(wanted.src, SENDABLE[question.family ?? 4]) }),
  };
  const usesPorts = header.ports && wanted.sport === undefined;
  return [{ packets, assumptions: [...ttl.assumptions, ...(usesPorts ? ports.assumptions : [])] }];
}

/** A frame that arrives from the wire (or that a packet socket puts on it). */
function fromWire(question: Reach, wanted: PacketClass, header: Header, network: Network): readonly Asked[] {
  const { source } = question;
  const packets: PacketClass = {
    src: everything('src', question.family),
    dst: everything('dst', question.family),
    ...transport(question, header, ANY_PORT),
    tos: everything('tos'),
    ttl: between(Math.min(network.nodes.size + 1, 64), maximum('ttl')),
    mark: only(0),
    length: between(header.length, largestPacket(question, header, network)),
    macSrc: UNICAST_MAC,
    ...wholeDatagram(question),
    ...wanted,
  };
  const assumptions =
    question.family === 6 ? [{ text: 'packets from the wire carry no extension headers of IPv6' }] : [];
  return frames(source, packets, network).map((one) => ({ packets: one, assumptions }));
}
