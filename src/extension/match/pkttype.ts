import { all, equals, FALSE, masked, not, TRUE } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { BROADCAST_MAC, isGroupMac } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import { only } from '../../packet/ranges.ts';
import { aliased, oneOf } from '../codec/name.ts';
import type { RuleContext } from '../definition.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

const TYPES = ['unicast', 'broadcast', 'multicast', 'otherhost'] as const;
type Type = (typeof TYPES)[number];

const type = aliased(oneOf('type', TYPES, 'any case'), { host: 'unicast', bcast: 'broadcast', mcast: 'multicast' });

/**
 * Only what came in from a wire has a type of its own: loopback and a host's own packets are PACKET_HOST, and so is what
 * a host forwards (`ip_forward` drops all else). br_netfilter shows frames for others as PACKET_HOST.
 */
const fromWire = ({ hook, in: device, physOut }: RuleContext): boolean =>
  hook !== 'OUTPUT' && device !== 'lo' && (physOut !== undefined || hook === 'PREROUTING' || hook === 'INPUT');

function typeOf({ macDst }: Packet, context: RuleContext): Type {
  if (!fromWire(context) || !isGroupMac(macDst)) return 'unicast';
  return macDst === BROADCAST_MAC ? 'broadcast' : 'multicast';
}

const GROUP_BIT = 2 ** 40;
const group = masked('macDst', GROUP_BIT, only(GROUP_BIT));
const broadcast = equals('macDst', BROADCAST_MAC);

/** The frames of a type that come in from a wire. */
const FROM_WIRE = {
  unicast: not(group),
  broadcast,
  multicast: all(group, not(broadcast)),
  otherhost: FALSE,
} satisfies Record<Type, Predicate>;

export const pkttype = defineMatch({
  name: 'pkttype',
  summary: 'how the frame was addressed on the link',
  source: 'net/netfilter/xt_pkttype.c (pkttype_mt)',
  options: { 'pkt-type': invertible(type, { required: true }) },
  matches: ({ 'pkt-type': given }, packet, context) => (typeOf(packet, context) === given.value) !== given.inverted,
  lower({ 'pkt-type': given }, context) {
    const is = fromWire(context) ? FROM_WIRE[given.value] : given.value === 'unicast' ? TRUE : FALSE;
    return given.inverted ? not(is) : is;
  },
  examples: [
    { rule: '-m pkttype --pkt-type broadcast' },
    { rule: '-m pkttype ! --pkt-type unicast' },
    { rule: '-m pkttype --pkt-type mcast', saved: '-m pkttype --pkt-type multicast' },
    { rule: '-m pkttype --pkt-type wrong', refused: true },
    { rule: '-m pkttype', refused: true },
  ],
});
