import { all, any, equals, inRanges, not, unknownBit } from '../../ir/predicate.ts';
import { PROTOCOL } from '../../packet/field.ts';
import { interval } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

const ECHOES: readonly number[] = [PROTOCOL.ICMP, PROTOCOL.ICMPV6];
const OPEN = 'how long an answer is, or a segment after the SYN';
/** Headers of IPv4 and UDP: nothing that answers is shorter. */
const SHORTEST = 28;
const isOpen = ([low, high]: readonly [number, number]): boolean => low > SHORTEST || high < 65535;

export const length = defineMatch({
  name: 'length',
  summary: 'the total length of the datagram, its header included',
  source: 'net/netfilter/xt_length.c (length_mt)',
  partly: [OPEN],
  options: { length: invertible(interval(0, 65535, 'BYTES[:BYTES]'), { required: true }) },
  matches({ length: { value, inverted } }, packet, { lengthOpen, unknown }) {
    const open = lengthOpen === true && isOpen(value) ? unknown(OPEN) : undefined;
    if (open !== undefined && !ECHOES.includes(packet.proto)) return open;
    return (packet.length >= value[0] && packet.length <= value[1]) !== inverted;
  },
  lower({ length: { value, inverted } }, { lengthOpen, unknown }) {
    const held = inverted ? not(inRanges('length', [value])) : inRanges('length', [value]);
    if (lengthOpen !== true || !isOpen(value)) return held;
    const echo = any(...ECHOES.map((proto) => equals('proto', proto)));
    return any(all(echo, held), all(not(echo), unknownBit(unknown(OPEN))));
  },
  examples: [
    { rule: '-m length --length 0:1500' },
    { rule: '-m length ! --length 84' },
    { rule: '-m length --length :2', saved: '-m length --length 0:2' },
    { rule: '-m length --length 65536', refused: true },
    { rule: '-m length', refused: true },
  ],
});
