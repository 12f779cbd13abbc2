import { start } from '../../ir/bounds.ts';
import type { Slot } from '../../ir/program.ts';
import type { Node } from '../../network/network.ts';
import type { Address } from '../../packet/address.ts';
import { FIELDS, PROTOCOL, widthIn } from '../../packet/field.ts';
import { only, type Range, type Ranges } from '../../packet/ranges.ts';
import { type Scalar, scalar } from '../../packet/scalar.ts';
import type { Station } from '../segment.ts';
import { end, type Walk } from '../walk.ts';

/** Messages of neighbour discovery (RFC 4861): type, and the length of one with a link-layer address. */
export const SOLICITATION = 135;
export const ADVERTISEMENT = 136;
const LENGTH = 72;
/** What a message must still have when it arrives: no router has passed it on (ndisc_rcv). */
export const HOP_LIMIT = 255;

/** A message, and who has it on the way. */
export interface Message {
  readonly type: typeof SOLICITATION | typeof ADVERTISEMENT;
  readonly from: Address;
  readonly to: Range<Address>;
  /** Part of the names of unknowns that it meets. */
  readonly label: string;
  /** Whom its sender knows already. */
  readonly neighbours: ReadonlyMap<string, Station>;
  readonly only: (node: Node, device: string) => boolean;
  /** Of a message that comes in: who sends it is out of sight. */
  readonly macs?: { readonly source: Ranges; readonly destination: number };
}

/** The walk of a message: a packet of its own, of which everything is known, and which conntrack does not look at. */
export function walkOf(at: Walk['at'], message: Message): Walk {
  const { type, from, to, label, neighbours, macs } = message;
  const values: Readonly<Partial<Record<Slot, Ranges<Scalar>>>> = {
    src: only(from),
    dst: [to],
    proto: only(PROTOCOL.ICMPV6),
    icmpType: only(type),
    ttl: only(HOP_LIMIT),
    length: only(LENGTH),
    ...(macs === undefined ? {} : { macSrc: macs.source, macDst: only(macs.destination) }),
  };
  const fields = FIELDS.map((field): [Slot, Ranges<Scalar>] => [
    field,
    values[field] ?? only(scalar(0, widthIn(field, 6))),
  ]);
  return {
    at: {
      ...at,
      probe: { ...at.probe, state: 'fresh', source: { kind: 'socket', node: '', bound: true } },
      arrivals: { count: 0 },
    },
    bounds: start(new Map(fields), 6),
    leg: 'request',
    deliver: (walk, node, device) => end(walk, { kind: 'delivered', node: node.name, interface: device }),
    entries: [],
    neighbours,
    track: { kind: 'none' },
    trail: new Map(),
    forwarded: 0,
    copy: ` ${label}`,
    visits: 0,
    only: message.only,
  };
}
