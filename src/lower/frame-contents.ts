import { all, any, equals, FALSE, inRanges, masked, not } from '../ir/predicate.ts';
import type { Predicate, Slot } from '../ir/program.ts';
import type { MaskedIp, MaskedMac } from '../network/frame-rules.ts';
import { type Address, BROADCAST_MAC } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import type { Family } from '../packet/field.ts';
import { only } from '../packet/ranges.ts';
import { minus, next, plus, top } from '../packet/scalar.ts';
import type { Contents, FramePlace, IpTest, PacketType, Side } from './frame-test.ts';

/**
 * The address by which a frame was taken as for the host, for others, or for many (`skb->pkt_type`): the one that it
 * came with, until a rule of nat or broute says otherwise.
 */
export const TYPE: Slot = 'macDst@type';

const MAC = { source: 'macSrc', destination: 'macDst' } as const;
const ADDRESS = { source: 'src', destination: 'dst' } as const;

/** A frame that carries the packet in hand. */
export const ipContents = (place: FramePlace, family: Family): Contents => ({
  type: family === 6 ? 0x86dd : 0x0800,
  mac: (side, of) => macUnder(MAC[side], of),
  address: (side, value) => (family === 6 ? FALSE : equals(ADDRESS[side], value)),
  mark: ({ value, mask, any: some }) => (some ? not(masked('mark', mask, only(0))) : masked('mark', mask, only(value))),
  packetType: (type) => isOfType(type, place),
  ip: (test) => (test.kind.startsWith('ip6') === (family === 6) ? ipHolds(test) : FALSE),
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
    case 'ip6 source':
      return turn(addressUnder('source', test.of));
    case 'ip destination':
    case 'ip6 destination':
      return turn(addressUnder('destination', test.of));
    case 'ip protocol':
    case 'ip6 protocol':
      return turn(equals('proto', test.number));
    case 'ip tos':
    case 'ip6 tclass':
      return turn(equals('tos', test.value));
    case 'ip sport':
    case 'ip6 sport':
      return all(first, turn(inRanges('sport', [test.ports])));
    case 'ip dport':
    case 'ip6 dport':
      return all(first, turn(inRanges('dport', [test.ports])));
    case 'ip icmp type':
    case 'ip6 icmp type':
      return all(first, turn(all(inRanges('icmpType', [test.types]), inRanges('icmpCode', [test.codes]))));
  }
}

function addressUnder(side: Side, { address, mask }: MaskedIp<Address>): Predicate {
  const value = bitAnd<Address>(address, mask);
  const last = top(typeof mask === 'bigint' ? 128 : 32);
  const free = minus(last, mask);
  // a mask of leading ones is a range
  return bitAnd(next(free), free) === minus(free, free)
    ? inRanges(ADDRESS[side], [[value, plus(value, free)]])
    : masked(ADDRESS[side], mask, only(value));
}
