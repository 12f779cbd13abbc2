import { all } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { defineMatch } from '../extension.ts';
import { lowerPorts, PORT_OPTIONS, portMatches, withHeader } from './ports.ts';

export const udp = defineMatch({
  name: 'udp',
  summary: 'ports of a UDP datagram',
  source: 'net/netfilter/xt_tcpudp.c (udp_mt)',
  protocols: [PROTOCOL.UDP],
  options: PORT_OPTIONS,
  matches({ sport, dport }, packet) {
    if (packet.proto !== PROTOCOL.UDP || packet.fragment === 1) return false;
    return portMatches(sport, packet.sport) && portMatches(dport, packet.dport);
  },
  lower: (ports) => all(withHeader(PROTOCOL.UDP), lowerPorts(ports)),
  examples: [
    { rule: '-p udp -m udp --sport 67 --dport 68' },
    { rule: '-p udp -m udp ! --dport 53' },
    { rule: '-p udp --dport domain', saved: '-p udp -m udp --dport 53' },
    { rule: '-p udp -m udp --dport 90:80', refused: true },
    { rule: '-p tcp -m udp --dport 53', refused: true },
  ],
});
