import { PROTOCOL } from '../../../packet/field.ts';
import { invertible } from '../../option.ts';
import { defineSixMatch } from '../derive.ts';
import { icmp6Type } from '../icmp6type.ts';

export const icmp6 = defineSixMatch({
  name: 'icmp6',
  summary: 'type and code of an ICMPv6 message',
  source: 'net/ipv6/netfilter/ip6_tables.c (icmp6_match)',
  protocols: [PROTOCOL.ICMPV6],
  options: { 'icmpv6-type': invertible(icmp6Type, { required: true }) },
  examples: [
    { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type 1/0' },
    { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type packet-too-big', saved: '-p ipv6-icmp -m icmp6 --icmpv6-type 2' },
    { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type echo-re', refused: true },
    { rule: '-p ipv6-icmp -m icmp6', refused: true },
  ],
});
