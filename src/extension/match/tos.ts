import { masked, not } from '../../ir/predicate.ts';
import { only } from '../../packet/ranges.ts';
import { tosAndMask } from '../codec/tos.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

export const tos = defineMatch({
  name: 'tos',
  summary: 'the TOS byte under a mask',
  source: 'net/netfilter/xt_dscp.c (tos_mt)',
  options: { tos: invertible(tosAndMask, { required: true }) },
  matches: ({ tos: given }, packet) => ((packet.tos & given.value.mask) === given.value.value) !== given.inverted,
  lower({ tos: given }) {
    const set = masked('tos', given.value.mask, only(given.value.value));
    return given.inverted ? not(set) : set;
  },
  examples: [
    { rule: '-m tos --tos 0x10/0x3f' },
    { rule: '-m tos ! --tos 0xff', saved: '-m tos ! --tos 0xff/0xff' },
    { rule: '-m tos --tos Minimize-Delay', saved: '-m tos --tos 0x10/0x3f' },
    { rule: '-m tos --tos wrong', refused: true },
    { rule: '-m tos', refused: true },
  ],
});
