import { type Bounds, start } from '../ir/bounds.ts';
import { assume, simplify } from '../ir/decide.ts';
import { all, FALSE, not, TRUE, unknownBit } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import type { MaskedIp, MaskedMac } from '../network/frame-rules.ts';
import { type Address, BROADCAST_MAC, isGroupMac } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import type { ArpTest, Contents, FramePlace, PacketType } from './frame-test.ts';

/** ARP's operations (RFC 826). */
export const ARP = { request: 1, answer: 2 } as const;

/** An ARP frame of Ethernet and IPv4: all of it is known, but for the address of somebody out of sight. */
export interface ArpFrame {
  readonly macSource: number | undefined;
  readonly macDestination: number;
  readonly operation: number;
  readonly senderMac: number | undefined;
  /** Who has the address that is not known. */
  readonly stranger?: string;
  readonly sender: Address;
  readonly targetMac: number;
  readonly target: Address;
  /** What the host where it is has written on it. */
  readonly mark: number;
  /** The address by which it was taken as for the host, for others, or for many. */
  readonly type: number;
}

/** A frame on its way, and for which values of the unknowns it is. */
export interface Flight {
  readonly frame: ArpFrame;
  readonly when: Predicate;
  readonly bounds: Bounds;
  /** Answers of `arpreply` that have left before it went on, by their positions in the trip's list. */
  readonly behind: readonly number[];
}

export const flying = (frame: ArpFrame, bounds: Bounds = start(new Map())): Flight => ({
  frame,
  when: TRUE,
  bounds,
  behind: [],
});

/** The same frame where something else holds as well; `undefined`: nowhere. */
export function fork(flight: Flight, of: Predicate): Flight | undefined {
  const when = simplify(flight.bounds, of);
  const bounds = assume(flight.bounds, when);
  return bounds && { ...flight, when: all(flight.when, when), bounds };
}

/** What an ARP frame holds. */
export const arpContents = (frame: ArpFrame, place: FramePlace): Contents => ({
  type: 0x0806,
  mac: (side, of) => macUnder(side === 'source' ? frame.macSource : frame.macDestination, of, frame, place),
  address: (side, value) => truth((side === 'source' ? frame.sender : frame.target) === value),
  mark: ({ value, mask, any }) => {
    const bits = bitAnd(frame.mark, mask);
    return truth(any ? bits !== 0 : bits === value);
  },
  packetType: (type) => truth(typeOf(frame, place) === type),
  ip: () => FALSE,
  arp: (test) => {
    const so = arpHolds(test, frame, place);
    return test.inverted ? not(so) : so;
  },
});

const truth = (value: boolean): Predicate => (value ? TRUE : FALSE);

/** eth_type_trans, br_handle_frame. */
export function typeOf({ type }: ArpFrame, { node, bridge, port }: FramePlace): PacketType {
  if (node.interfaces.some(({ name, mac }) => (name === bridge?.name || name === port) && mac === type)) return 'host';
  return type === BROADCAST_MAC ? 'broadcast' : isGroupMac(type) ? 'multicast' : 'otherhost';
}

function arpHolds(test: ArpTest, frame: ArpFrame, place: FramePlace): Predicate {
  switch (test.kind) {
    case 'arp operation':
      return truth(test.operation === frame.operation);
    case 'arp hardware type':
      return truth(test.type === 1);
    case 'arp protocol type':
      return truth(test.type === 0x0800);
    case 'arp hardware length':
      return truth(test.bytes === 6);
    case 'arp source':
      return addressUnder(frame.sender, test.of);
    case 'arp destination':
      return addressUnder(frame.target, test.of);
    case 'arp mac source':
      return macUnder(frame.senderMac, test.of, frame, place);
    case 'arp mac destination':
      return macUnder(frame.targetMac, test.of, frame, place);
    case 'arp gratuitous':
      return truth(frame.sender === frame.target);
  }
}

const addressUnder = (value: Address, { address, mask }: MaskedIp): Predicate =>
  truth(typeof value === 'number' && bitAnd(value, mask) === bitAnd(address, mask));

/** The bit that makes an address one of many: no host has it. */
const GROUP = 0x010000000000;

/** Whoever is out of sight has one address, and nobody knows which. */
function macUnder(
  value: number | undefined,
  { address, mask }: MaskedMac,
  { stranger }: ArpFrame,
  { node }: FramePlace,
): Predicate {
  const wanted = bitAnd(address, mask);
  if (value !== undefined) return truth(bitAnd(value, mask) === wanted);
  if (bitAnd(wanted, GROUP) !== 0) return FALSE;
  if (mask - bitAnd(mask, GROUP) === 0) return TRUE;
  const id = `${node.name} sees ${stranger} as ${wanted}/${mask}`;
  return unknownBit({ id, reason: `the MAC address of somebody out of sight of ${node.name}` });
}
