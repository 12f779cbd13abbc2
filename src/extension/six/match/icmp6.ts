import { all, equals, inRanges, not } from '../../../ir/predicate.ts';
import { PROTOCOL } from '../../../packet/field.ts';
import { defineMatch } from '../../extension.ts';
import { withHeader } from '../../match/ports.ts';
import { invertible } from '../../option.ts';
import { icmp6Type } from '../icmp6type.ts';

export const icmp6 = defineMatch({
  families: [6],
  name: 'icmp6',
  summary: 'type and code of an ICMPv6 message',
  source: 'net/ipv6/netfilter/ip6_tables.c (icmp6_match)',
  protocols: [PROTOCOL.ICMPV6],
  options: { 'icmpv6-type': invertible(icmp6Type, { required: true }) },
  matches({ 'icmpv6-type': given }, packet) {
    if (packet.proto !== PROTOCOL.ICMPV6 || packet.fragment === 1) return false;
    const { type, codes } = given.value;
    const hit = packet.icmpType === type && packet.icmpCode >= codes[0] && packet.icmpCode <= codes[1];
    return hit !== given.inverted;
  },
  lower({ 'icmpv6-type': given }) {
    const { type, codes } = given.value;
    const named = all(equals('icmpType', type), inRanges('icmpCode', [codes]));
    return all(withHeader(PROTOCOL.ICMPV6), given.inverted ? not(named) : named);
  },
  examples: [
    { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type 1/0' },
    { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type packet-too-big', saved: '-p ipv6-icmp -m icmp6 --icmpv6-type 2' },
    { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type echo-re', refused: true },
    { rule: '-p ipv6-icmp -m icmp6', refused: true },
  ],
});
