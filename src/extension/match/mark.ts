import { FALSE, masked, not } from '../../ir/predicate.ts';
import { only } from '../../packet/ranges.ts';
import { markAndMask } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';

export const mark = defineMatch({
  name: 'mark',
  summary: 'the mark of the packet',
  source: 'net/netfilter/xt_mark.c (mark_mt)',
  options: { mark: invertible(markAndMask(), { required: true }) },
  matches: ({ mark: given }, packet) =>
    given !== undefined && ((packet.mark & given.value.mask) >>> 0 === given.value.value) !== given.inverted,
  lower({ mark: given }) {
    if (given === undefined) return FALSE;
    const set = masked('mark', given.value.mask, only(given.value.value));
    return given.inverted ? not(set) : set;
  },
  examples: [
    { rule: '-m mark --mark 0x1' },
    { rule: '-m mark ! --mark 0x10/0xf0' },
    { rule: '-m mark --mark 255', saved: '-m mark --mark 0xff' },
    { rule: '-m mark --mark 4294967296', refused: true },
    { rule: '-m mark', refused: true },
  ],
});
