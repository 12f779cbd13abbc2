import { FALSE, inRanges, not } from '../../ir/predicate.ts';
import { interval } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

export const length = defineMatch({
  name: 'length',
  summary: 'the total length of the datagram, its header included',
  source: 'net/netfilter/xt_length.c (length_mt)',
  options: { length: invertible(interval(0, 65535, 'BYTES[:BYTES]'), { required: true }) },
  matches: ({ length: given }, packet) =>
    given !== undefined && (packet.length >= given.value[0] && packet.length <= given.value[1]) !== given.inverted,
  lower({ length: given }) {
    if (given === undefined) return FALSE;
    return given.inverted ? not(inRanges('length', [given.value])) : inRanges('length', [given.value]);
  },
  examples: [
    { rule: '-m length --length 0:1500' },
    { rule: '-m length ! --length 84' },
    { rule: '-m length --length :2', saved: '-m length --length 0:2' },
    { rule: '-m length --length 65536', refused: true },
    { rule: '-m length', refused: true },
  ],
});
