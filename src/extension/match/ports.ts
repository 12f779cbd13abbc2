import { all, equals, FALSE, inRanges, unknownBit } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { complement } from '../../packet/ranges.ts';
import { type PortRange, portRange } from '../codec/service.ts';
import type { Matched, RuleContext } from '../definition.ts';
import { type Given, invertible } from '../option.ts';

/** `--dport 0:65535` holds for every packet with ports, and is not saved. */
const idle = ({ value: [low, high], inverted }: Given<PortRange>): boolean => low === 0 && high === 65535 && !inverted;

/** The options that tcp, udp, sctp, dccp and udplite share. */
export const PORT_OPTIONS = {
  sport: invertible(portRange, { aliases: ['source-port'], idle }),
  dport: invertible(portRange, { aliases: ['destination-port'], idle }),
};

export interface Ports {
  readonly sport?: Given<PortRange>;
  readonly dport?: Given<PortRange>;
}

/** What iptables-nft makes of a match that looks into a later fragment (measured, 1.8.9 on Linux 6.18). */
export const MISREAD = 'later fragments, where iptables-nft takes their payload for a header';

/** Whether later fragments match: never, but where nf_tables may read them. Ask it whatever the packet is. */
export const laterMatches = (name: string, asks: boolean, { misread, unknown }: RuleContext): Matched =>
  misread === true && asks ? unknown(`-m ${name}: ${MISREAD}`) : false;

/** The same, of all later fragments of the protocol. */
export const lowerLater = (protocol: number, matched: Matched): Predicate =>
  typeof matched === 'boolean' ? FALSE : all(equals('proto', protocol), equals('fragment', 1), unknownBit(matched));

/** `port_match` of xt_tcpudp.c. */
export const portMatches = (given: Given<PortRange> | undefined, port: number): boolean =>
  given === undefined || (port >= given.value[0] && port <= given.value[1]) !== given.inverted;

/** A packet of the protocol that carries a transport header: everything else is false before any `!` is looked at. */
export const withHeader = (protocol: number): Predicate => all(equals('proto', protocol), equals('fragment', 0));

export const lowerPorts = ({ sport, dport }: Ports): Predicate =>
  all(lowerPort('sport', sport), lowerPort('dport', dport));

function lowerPort(field: 'sport' | 'dport', given: Given<PortRange> | undefined): Predicate {
  if (given === undefined) return all();
  return inRanges(field, given.inverted ? complement([given.value], field) : [given.value]);
}
