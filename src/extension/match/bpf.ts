import { always } from '../codec/text.ts';
import { option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const bpf = defineUndecidedMatch({
  name: 'bpf',
  summary: 'a program over bytes of the packet',
  source: 'net/netfilter/xt_bpf.c (bpf_mt_v1)',
  undecidable: 'depends on bytes of the packet that are not modelled',
  options: {
    bytecode: option(always(4096), { excludes: ['object-pinned'] }),
    'object-pinned': option(always(511)),
  },
  check: (given) => (Object.keys(given).length === 0 ? 'it needs a program' : undefined),
  examples: [{ rule: '-m bpf --bytecode "4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0"' }, { rule: '-m bpf', refused: true }],
});
