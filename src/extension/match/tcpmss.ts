import { PROTOCOL } from '../../packet/field.ts';
import { interval } from '../codec/number.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const tcpmssMatch = defineUndecidedMatch({
  name: 'tcpmss',
  summary: 'the segment size that a SYN announces',
  source: 'net/netfilter/xt_tcpmss.c (tcpmss_mt)',
  undecidable: 'the options of a TCP header are not modelled',
  protocols: [PROTOCOL.TCP],
  options: { mss: invertible(interval(0, 65535, 'SIZE[:SIZE]'), { required: true }) },
  examples: [
    { rule: '-p tcp -m tcpmss --mss 42:12345' },
    { rule: '-p tcp -m tcpmss --mss 65535:1000', refused: true },
    { rule: '-m tcpmss --mss 42', refused: true },
  ],
});
