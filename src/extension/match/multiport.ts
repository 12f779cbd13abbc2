import { all, any, FALSE, inRanges, not } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { ranges } from '../../packet/ranges.ts';
import { portList } from '../codec/portlist.ts';
import type { PortRange } from '../codec/service.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible } from '../option.ts';
import { withHeader } from './ports.ts';

const PROTOCOLS: readonly number[] = [PROTOCOL.TCP, PROTOCOL.UDP, PROTOCOL.UDPLITE, PROTOCOL.SCTP, PROTOCOL.DCCP];
const one = (excludes: readonly string[], aliases: readonly string[]) => invertible(portList, { excludes, aliases });

type List = Given<readonly PortRange[]> | undefined;
const isIn = (list: List, port: number): boolean =>
  list?.value.some(([low, high]) => low <= port && port <= high) === true;
const lowerList = (field: 'sport' | 'dport', list: List) =>
  list === undefined ? FALSE : inRanges(field, ranges(list.value));

export const multiport = defineMatch({
  name: 'multiport',
  summary: 'up to 15 ports of a transport header',
  source: 'net/netfilter/xt_multiport.c (multiport_mt)',
  protocols: PROTOCOLS,
  options: {
    sports: one(['dports', 'ports'], ['source-ports']),
    dports: one(['ports'], ['destination-ports']),
    ports: one([], []),
  },
  check: ({ sports, dports, ports }) => ((sports ?? dports ?? ports) === undefined ? 'it needs ports' : undefined),
  matches({ sports, dports, ports }, packet) {
    // a later fragment has no ports: false before `!` is looked at
    if (packet.fragment === 1 || !PROTOCOLS.includes(packet.proto)) return false;
    const hit = isIn(sports ?? ports, packet.sport) || isIn(dports ?? ports, packet.dport);
    return hit !== ((sports ?? dports ?? ports)?.inverted === true);
  },
  lower({ sports, dports, ports }) {
    const listed = any(lowerList('sport', sports ?? ports), lowerList('dport', dports ?? ports));
    const inverted = [sports, dports, ports].some((list) => list?.inverted === true);
    return all(any(...PROTOCOLS.map(withHeader)), inverted ? not(listed) : listed);
  },
  examples: [
    { rule: '-p tcp -m multiport --dports 22,80,8000:8010' },
    { rule: '-p udp -m multiport ! --sports 53,123' },
    { rule: '-p tcp -m multiport --ports ssh,80', saved: '-p tcp -m multiport --ports 22,80' },
    { rule: '-p tcp -m multiport --sports 80:70', refused: true },
    { rule: '-p tcp -m multiport --sports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16', refused: true },
    { rule: '-p tcp -m multiport --sports 1 --dports 2', refused: true },
    { rule: '-p icmp -m multiport --ports 1', refused: true },
    { rule: '-m multiport --ports 1', refused: true },
    { rule: '-p tcp -m multiport', refused: true },
  ],
});
