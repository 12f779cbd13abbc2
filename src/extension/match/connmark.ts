import { all, FALSE, masked, not } from '../../ir/predicate.ts';
import { only } from '../../packet/ranges.ts';
import { markAndMask } from '../codec/number.ts';
import { defineMatch } from '../extension.ts';
import { invertible } from '../option.ts';
import { TRACKED, tracked } from '../tracked.ts';

export const connmark = defineMatch({
  name: 'connmark',
  summary: "the mark of the packet's flow",
  source: 'net/netfilter/xt_connmark.c (connmark_mt)',
  options: { mark: invertible(markAndMask(), { required: true }) },
  matches({ mark: given }, packet) {
    // no entry, no mark: false before `!` is looked at
    if (given === undefined || !tracked(packet)) return false;
    return ((packet.ctMark & given.value.mask) >>> 0 === given.value.value) !== given.inverted;
  },
  lower({ mark: given }) {
    if (given === undefined) return FALSE;
    const set = masked('ctMark', given.value.mask, only(given.value.value));
    return all(TRACKED, given.inverted ? not(set) : set);
  },
  examples: [
    { rule: '-m connmark --mark 0x1' },
    { rule: '-m connmark ! --mark 0x0/0xffff0000' },
    { rule: '-m connmark --mark 0/0xffffffff', saved: '-m connmark --mark 0x0' },
    { rule: '-m connmark --mark -1', refused: true },
    { rule: '-m connmark', refused: true },
  ],
});
