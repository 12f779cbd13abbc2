import { all, unknownBit } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { someOf } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';
import { every } from '../threevalued.ts';
import { lowerPorts, PORT_OPTIONS, portMatches, withHeader } from './ports.ts';

const HEADER = '-m dccp --dccp-types, --dccp-option: the header of DCCP is not modelled';
// biome-ignore format: a table
const TYPES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK', 'INVALID'] as const;

export const dccp = defineMatch({
  name: 'dccp',
  summary: 'ports and types of a DCCP packet',
  source: 'net/netfilter/xt_dccp.c (dccp_mt)',
  partly: [HEADER],
  protocols: [PROTOCOL.DCCP],
  options: {
    ...PORT_OPTIONS,
    'dccp-types': invertible(someOf('type', TYPES, 'any case')),
    'dccp-option': invertible(integer(1, 255, 'NUMBER')),
  },
  matches({ sport, dport, 'dccp-types': types, 'dccp-option': option }, packet, context) {
    const doubt = (types ?? option) === undefined ? true : context.unknown(HEADER);
    if (packet.proto !== PROTOCOL.DCCP || packet.fragment === 1) return false;
    return every(
      () => portMatches(sport, packet.sport) && portMatches(dport, packet.dport),
      () => doubt,
    );
  },
  lower: ({ 'dccp-types': types, 'dccp-option': option, ...ports }, context) =>
    all(
      withHeader(PROTOCOL.DCCP),
      lowerPorts(ports),
      (types ?? option) === undefined ? all() : unknownBit(context.unknown(HEADER)),
    ),
  examples: [
    { rule: '-p dccp -m dccp ! --sport 1 --dport 65535' },
    { rule: '-p dccp -m dccp --dccp-types REQUEST,RESPONSE' },
    { rule: '-p dccp -m dccp --dccp-option 256', refused: true },
    { rule: '-m dccp --dport 1', refused: true },
  ],
});
