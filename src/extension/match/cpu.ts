import { integer } from '../codec/number.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const cpu = defineUndecidedMatch({
  name: 'cpu',
  summary: 'the processor that handles the packet',
  source: 'net/netfilter/xt_cpu.c (cpu_mt)',
  undecidable: 'depends on the processor that handles the packet',
  options: { cpu: invertible(integer(0, 0xffffffff, 'CPU'), { required: true }) },
  examples: [
    { rule: '-m cpu ! --cpu 0' },
    { rule: '-m cpu --cpu 4294967296', refused: true },
    { rule: '-m cpu', refused: true },
  ],
});
