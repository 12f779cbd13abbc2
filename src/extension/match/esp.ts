import { PROTOCOL } from '../../packet/field.ts';
import { interval } from '../codec/number.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const LAST = 0xffffffff;

export const esp = defineUndecidedMatch({
  name: 'esp',
  summary: 'the index of an IPsec ESP packet',
  source: 'net/netfilter/xt_esp.c (esp_mt)',
  undecidable: 'the header of IPsec ESP is not modelled',
  protocols: [PROTOCOL.ESP],
  options: {
    espspi: invertible(interval(0, LAST, 'SPI[:SPI]'), {
      // `!` or not: iptables-save loses it
      idle: ({ value: [low, high] }) => low === 0 && high === LAST,
    }),
  },
  examples: [
    { rule: '-p esp -m esp ! --espspi 0:4294967294' },
    { rule: '-p esp -m esp --espspi :32', saved: '-p esp -m esp --espspi 0:32' },
    { rule: '-p esp -m esp --espspi -1', refused: true },
    { rule: '-m esp', refused: true },
  ],
});
