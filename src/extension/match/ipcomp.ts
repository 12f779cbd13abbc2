import { flag } from '../codec/name.ts';
import { interval } from '../codec/number.ts';
import { type Given, invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

const IPCOMP = 108;
/** Saved even where nothing was said. */
const UNSAID: Given<readonly [number, number]> = { value: [0, 0], inverted: false };

export const ipcomp = defineUndecidedMatch({
  name: 'ipcomp',
  summary: 'the index of a compressed packet',
  source: 'net/netfilter/xt_ipcomp.c (comp_mt)',
  undecidable: 'the header of IPComp is not modelled',
  protocols: [IPCOMP],
  complete: ({ ipcompspi, ...given }) => ({ ipcompspi: ipcompspi ?? UNSAID, ...given }),
  options: { ipcompspi: invertible(interval(0, 0xffffffff, 'SPI[:SPI]')), compres: option(flag) },
  examples: [{ rule: '-p ipcomp -m ipcomp ! --ipcompspi 18' }, { rule: '-m ipcomp --ipcompspi 18', refused: true }],
});
