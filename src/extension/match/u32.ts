import { always } from '../codec/text.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const u32 = defineUndecidedMatch({
  name: 'u32',
  summary: 'a calculation over bytes of the packet',
  source: 'net/netfilter/xt_u32.c (u32_mt)',
  undecidable: 'depends on bytes of the packet that are not modelled',
  options: { u32: invertible(always(1024), { required: true }) },
  examples: [{ rule: '-m u32 --u32 "0x0=0x0&&0x0=0x1"' }, { rule: '-m u32', refused: true }],
});
