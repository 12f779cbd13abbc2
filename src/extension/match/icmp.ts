import { all, any, equals, FALSE, inRanges, not, TRUE } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { ANY_TYPE, icmpType } from '../codec/icmptype.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';
import { laterMatches, lowerLater, MISREAD, withHeader } from './ports.ts';

export const icmp = defineMatch({
  name: 'icmp',
  summary: 'type and code of an ICMP message',
  source: 'net/netfilter/xt_tcpudp.c (icmp_match)',
  partly: [`-m icmp: ${MISREAD}`],
  families: [4],
  protocols: [PROTOCOL.ICMP],
  options: { 'icmp-type': invertible(icmpType, { required: true }) },
  matches({ 'icmp-type': given }, packet, context) {
    const later = laterMatches('icmp', given !== undefined, context);
    if (packet.proto !== PROTOCOL.ICMP || given === undefined) return false;
    if (packet.fragment === 1) return later;
    const { type, codes } = given.value;
    const hit =
      type === ANY_TYPE || (packet.icmpType === type && packet.icmpCode >= codes[0] && packet.icmpCode <= codes[1]);
    return hit !== given.inverted;
  },
  lower({ 'icmp-type': given }, context) {
    if (given === undefined) return FALSE;
    const later = lowerLater(PROTOCOL.ICMP, laterMatches('icmp', true, context));
    const { type, codes } = given.value;
    const named = type === ANY_TYPE ? TRUE : all(equals('icmpType', type), inRanges('icmpCode', [codes]));
    return any(all(withHeader(PROTOCOL.ICMP), given.inverted ? not(named) : named), later);
  },
  examples: [
    { rule: '-p icmp -m icmp --icmp-type any' },
    { rule: '-p icmp -m icmp --icmp-type 3/4' },
    { rule: '-p icmp -m icmp ! --icmp-type 8' },
    { rule: '-p icmp -m icmp --icmp-type echo-request', saved: '-p icmp -m icmp --icmp-type 8' },
    { rule: '-p icmp -m icmp --icmp-type 255/3', saved: '-p icmp -m icmp --icmp-type any' },
    { rule: '-p icmp -m icmp --icmp-type host-un', refused: true },
    { rule: '-p icmp -m icmp --icmp-type 256', refused: true },
    { rule: '-p icmp -m icmp', refused: true },
    { rule: '-m icmp --icmp-type 8', refused: true },
  ],
});
