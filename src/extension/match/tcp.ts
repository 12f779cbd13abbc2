import { all, any, masked, not, unknownBit } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { only } from '../../packet/ranges.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { SYN_ONLY, tcpFlags } from '../codec/tcpflags.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';
import { every } from '../threevalued.ts';
import { laterMatches, lowerLater, lowerPorts, MISREAD, PORT_OPTIONS, portMatches, withHeader } from './ports.ts';

const TCP_OPTION = '-m tcp --tcp-option: the options of a TCP header are not modelled';

export const tcp = defineMatch({
  name: 'tcp',
  summary: 'ports and flags of a TCP segment',
  source: 'net/netfilter/xt_tcpudp.c (tcp_mt)',
  partly: [TCP_OPTION, `-m tcp: ${MISREAD}`],
  protocols: [PROTOCOL.TCP],
  options: {
    ...PORT_OPTIONS,
    'tcp-option': invertible(integer(1, 255, 'NUMBER')),
    'tcp-flags': invertible(tcpFlags, {
      excludes: ['syn'],
      idle: ({ value, inverted }) => value.mask === 0 && value.set === 0 && !inverted,
    }),
    syn: invertible(flag, { means: ({ inverted }) => ({ 'tcp-flags': { value: SYN_ONLY, inverted } }) }),
  },
  matches({ sport, dport, 'tcp-flags': flags, 'tcp-option': option }, packet, context) {
    const doubt = option === undefined ? true : context.unknown(TCP_OPTION);
    const asks = option === undefined && (sport ?? dport ?? flags) !== undefined;
    const later = laterMatches('tcp', asks, context);
    if (packet.proto !== PROTOCOL.TCP) return false;
    if (packet.fragment === 1) return later;
    return every(
      () => portMatches(sport, packet.sport),
      () => portMatches(dport, packet.dport),
      () => flags === undefined || ((packet.tcpFlags & flags.value.mask) === flags.value.set) !== flags.inverted,
      () => doubt,
    );
  },
  lower({ 'tcp-flags': flags, 'tcp-option': option, ...ports }, context) {
    const bits = flags === undefined ? all() : masked('tcpFlags', flags.value.mask, only(flags.value.set));
    const whole = all(
      withHeader(PROTOCOL.TCP),
      lowerPorts(ports),
      flags?.inverted === true ? not(bits) : bits,
      option === undefined ? all() : unknownBit(context.unknown(TCP_OPTION)),
    );
    const asks = option === undefined && (flags ?? ports.sport ?? ports.dport) !== undefined;
    return any(whole, lowerLater(PROTOCOL.TCP, laterMatches('tcp', asks, context)));
  },
  examples: [
    { rule: '-p tcp -m tcp --dport 22' },
    { rule: '-p tcp -m tcp ! --sport 1024:65535 --dport 80' },
    { rule: '-p tcp -m tcp --dport ssh', saved: '-p tcp -m tcp --dport 22' },
    { rule: '-p tcp -m tcp --dport 1024:', saved: '-p tcp -m tcp --dport 1024:65535' },
    { rule: '-p tcp -m tcp --dport 0:65535', saved: '-p tcp -m tcp' },
    { rule: '-p tcp --syn', saved: '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN' },
    { rule: '-p tcp -m tcp ! --syn', saved: '-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN' },
    { rule: '-p tcp -m tcp --tcp-flags ALL NONE', saved: '-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE' },
    { rule: '-p tcp -m tcp --tcp-option 4' },
    { rule: '-p tcp -m tcp --dport 65536', refused: true },
    { rule: '-p tcp -m tcp --tcp-flags SYN', refused: true },
    { rule: '-m tcp --dport 22', refused: true },
    { rule: '! -p tcp -m tcp --dport 22', refused: true },
  ],
});
