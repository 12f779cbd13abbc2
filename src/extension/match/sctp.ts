import { all, unknownBit } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { chunkTypes } from '../codec/chunktypes.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';
import { every } from '../threevalued.ts';
import { lowerPorts, PORT_OPTIONS, portMatches, withHeader } from './ports.ts';

const CHUNKS = '-m sctp --chunk-types: the chunks of an SCTP packet are not modelled';

export const sctp = defineMatch({
  name: 'sctp',
  summary: 'ports and chunks of an SCTP packet',
  source: 'net/netfilter/xt_sctp.c (sctp_mt)',
  partly: [CHUNKS],
  protocols: [PROTOCOL.SCTP],
  options: { ...PORT_OPTIONS, 'chunk-types': invertible(chunkTypes) },
  matches({ sport, dport, 'chunk-types': chunks }, packet, context) {
    const doubt = chunks === undefined ? true : context.unknown(CHUNKS);
    if (packet.proto !== PROTOCOL.SCTP || packet.fragment === 1) return false;
    return every(
      () => portMatches(sport, packet.sport) && portMatches(dport, packet.dport),
      () => doubt,
    );
  },
  lower: ({ 'chunk-types': chunks, ...ports }, context) =>
    all(
      withHeader(PROTOCOL.SCTP),
      lowerPorts(ports),
      chunks === undefined ? all() : unknownBit(context.unknown(CHUNKS)),
    ),
  examples: [
    { rule: '-p sctp -m sctp --dport 38412' },
    { rule: '-p sctp -m sctp ! --sport 1:1023 --chunk-types all DATA' },
    { rule: '-p sctp -m sctp --dport 65536', refused: true },
    { rule: '-p tcp -m sctp --dport 1', refused: true },
  ],
});
