import { all, any } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { defineMatch } from '../extension.ts';
import { laterMatches, lowerLater, lowerPorts, MISREAD, PORT_OPTIONS, portMatches, withHeader } from './ports.ts';

export const udp = defineMatch({
  name: 'udp',
  summary: 'ports of a UDP datagram',
  source: 'net/netfilter/xt_tcpudp.c (udp_mt)',
  protocols: [PROTOCOL.UDP],
  partly: [`-m udp: ${MISREAD}`],
  options: PORT_OPTIONS,
  matches({ sport, dport }, packet, context) {
    const later = laterMatches('udp', (sport ?? dport) !== undefined, context);
    if (packet.proto !== PROTOCOL.UDP) return false;
    if (packet.fragment === 1) return later;
    return portMatches(sport, packet.sport) && portMatches(dport, packet.dport);
  },
  lower(ports, context) {
    const later = laterMatches('udp', (ports.sport ?? ports.dport) !== undefined, context);
    return any(all(withHeader(PROTOCOL.UDP), lowerPorts(ports)), lowerLater(PROTOCOL.UDP, later));
  },
  examples: [
    { rule: '-p udp -m udp --sport 67 --dport 68' },
    { rule: '-p udp -m udp ! --dport 53' },
    { rule: '-p udp --dport domain', saved: '-p udp -m udp --dport 53' },
    { rule: '-p udp -m udp --dport 90:80', refused: true },
    { rule: '-p tcp -m udp --dport 53', refused: true },
  ],
});
