import { all, any, equals, FALSE, inRanges, masked, not } from '../ir/predicate.ts';
import type { Predicate, Slot } from '../ir/program.ts';
import type { MaskedIp, MaskedMac } from '../network/frame-rules.ts';
import { BROADCAST_MAC } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import type { Family } from '../packet/field.ts';
import { only } from '../packet/ranges.ts';
import type { Contents, FramePlace, IpTest, PacketType, Side } from './frame-test.ts';

/**
 * The address by which a frame was taken as for the host, for others, or for many (`skb->pkt_type`): the one that it
 * came with, until a rule of nat or broute says otherwise.
 */
export const TYPE: Slot = 'macDst@type';

const MAC = { source: 'macSrc', destination: 'macDst' } as const;
const ADDRESS = { source: 'src', destination: 'dst' } as const;

/** A frame that carries the packet in hand: of IPv6 rules see no more than that it is one. */
export const ipContents = (place: FramePlace, family: Family): Contents => ({
  type: family === 6 ? 0x86dd : 0x0800,
  mac: (side, of) => macUnder(MAC[side], of),
  address: (side, value) => (family === 6 ? FALSE : equals(ADDRESS[side], value)),
  mark: ({ value, mask, any: some }) => (some ? not(masked('mark', mask, only(0))) : masked('mark', mask, only(value))),
  packetType: (type) => isOfType(type, place),
  ip: (test) => (family === 6 ? FALSE : ipHolds(test)),
  arp: () => FALSE,
});

const macUnder = (slot: Slot, { address, mask }: MaskedMac): Predicate =>
  masked(slot, mask, only(bitAnd(address, mask)));

/** eth_type_trans, br_handle_frame: the addresses of the port and of its bridge are the host's. */
function isOfType(type: PacketType, { node, bridge, port }: FramePlace): Predicate {
  const own = node.interfaces.filter(({ name }) => name === bridge?.name || name === port);
  const host = any(...own.map(({ mac }) => equals(TYPE, mac)));
  const many = masked(TYPE, 2 ** 40, only(2 ** 40));
  switch (type) {
    case 'host':
      return host;
    case 'broadcast':
      return equals(TYPE, BROADCAST_MAC);
    case 'multicast':
      return all(many, not(equals(TYPE, BROADCAST_MAC)));
    case 'otherhost':
      return all(not(host), not(many));
  }
}

/** The transport header of a later fragment is not there: no test of it holds, `!` or not (ebt_ip_mt). */
function ipHolds(test: IpTest): Predicate {
  const turn = (of: Predicate): Predicate => (test.inverted ? not(of) : of);
  const first = equals('fragment', 0);
  switch (test.kind) {
    case 'ip source':
      return turn(addressUnder('source', test.of));
    case 'ip destination':
      return turn(addressUnder('destination', test.of));
    case 'ip protocol':
      return turn(equals('proto', test.number));
    case 'ip tos':
      return turn(equals('tos', test.value));
    case 'ip sport':
      return all(first, turn(inRanges('sport', [test.ports])));
    case 'ip dport':
      return all(first, turn(inRanges('dport', [test.ports])));
    case 'ip icmp type':
      return all(first, turn(all(inRanges('icmpType', [test.types]), inRanges('icmpCode', [test.codes]))));
  }
}

function addressUnder(side: Side, { address, mask }: MaskedIp): Predicate {
  const value = (address & mask) >>> 0;
  const free = 2 ** 32 - 1 - mask;
  // a mask of leading ones is a range
  return Number.isInteger(Math.log2(free + 1))
    ? inRanges(ADDRESS[side], [[value, value + free]])
    : masked(ADDRESS[side], mask, only(value));
}
