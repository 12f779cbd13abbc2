import { PROTOCOL } from '../../packet/field.ts';
import { flag } from '../codec/name.ts';
import { integer, interval } from '../codec/number.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const LAST = 0xffffffff;

export const ah = defineUndecidedMatch({
  name: 'ah',
  summary: 'the index of an IPsec authentication header',
  source: 'net/ipv4/netfilter/ipt_ah.c (ah_mt)',
  undecidable: 'the header of IPsec AH is not modelled',
  protocols: [PROTOCOL.AH],
  options: {
    ahspi: invertible(interval(0, LAST, 'SPI[:SPI]'), {
      // `!` or not: iptables-save loses it
      idle: ({ value: [low, high] }) => low === 0 && high === LAST,
    }),
    ahlen: invertible(integer(0, LAST, 'LENGTH')),
    ahres: option(flag),
  },
  examples: [
    { rule: '-p ah -m ah ! --ahspi 0' },
    { rule: '-p ah -m ah --ahspi 0:4294967295', saved: '-p ah -m ah' },
    { rule: '-p ah -m ah --ahspi 4294967296', refused: true },
    { rule: '-m ah --ahspi 0', refused: true },
  ],
});
