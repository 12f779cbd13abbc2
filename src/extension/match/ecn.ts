import { all, any, equals, masked, not, unknownBit } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import { PROTOCOL, TCP_FLAG } from '../../packet/field.ts';
import { only } from '../../packet/ranges.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { type Given, invertible } from '../option.ts';
import { every } from '../threevalued.ts';

const GARBAGE = '-m ecn: on a later fragment it reads bytes of the payload as TCP flags';

const agrees = (given: Given | undefined, is: boolean): boolean => given === undefined || is !== given.inverted;

function lowerFlag(given: Given | undefined, bit: number): Predicate {
  if (given === undefined) return all();
  const unset = masked('tcpFlags', bit, only(0));
  return given.inverted ? unset : not(unset);
}

export const ecn = defineMatch({
  name: 'ecn',
  summary: 'congestion notification in the IP and TCP header',
  source: 'net/netfilter/xt_ecn.c (ecn_mt4)',
  partly: [GARBAGE],
  options: {
    'ecn-tcp-ece': invertible(flag),
    'ecn-tcp-cwr': invertible(flag),
    'ecn-ip-ect': invertible(integer(0, 3, 'BITS')),
  },
  check({ 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect }, { protocol }) {
    if ((ece ?? cwr ?? ect) === undefined) return 'it needs an option';
    return (ece ?? cwr) !== undefined && protocol !== PROTOCOL.TCP ? 'TCP flags need `-p tcp`' : undefined;
  },
  matches({ 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect }, packet, { unknown }) {
    const asksTcp = (ece ?? cwr) !== undefined;
    const doubt = asksTcp ? unknown(GARBAGE) : true;
    const { ECE, CWR } = TCP_FLAG;
    return every(
      () => ect === undefined || ((packet.tos & 3) === ect.value) !== ect.inverted,
      () =>
        packet.fragment === 1
          ? doubt
          : agrees(ece, (packet.tcpFlags & ECE) !== 0) && agrees(cwr, (packet.tcpFlags & CWR) !== 0),
    );
  },
  lower({ 'ecn-tcp-ece': ece, 'ecn-tcp-cwr': cwr, 'ecn-ip-ect': ect }, { unknown }) {
    const bits = ect === undefined ? all() : masked('tos', 3, only(ect.value));
    const ip = ect?.inverted === true ? not(bits) : bits;
    if ((ece ?? cwr) === undefined) return ip;
    const flags = all(lowerFlag(ece, TCP_FLAG.ECE), lowerFlag(cwr, TCP_FLAG.CWR));
    return all(ip, any(all(equals('fragment', 0), flags), all(equals('fragment', 1), unknownBit(unknown(GARBAGE)))));
  },
  examples: [
    { rule: '-p tcp -m ecn --ecn-tcp-ece --ecn-tcp-cwr --ecn-ip-ect 2' },
    { rule: '-p tcp -m ecn ! --ecn-tcp-ece' },
    { rule: '-m ecn --ecn-ip-ect 3' },
    { rule: '-m ecn --ecn-tcp-cwr', refused: true },
    { rule: '-m ecn', refused: true },
  ],
});
