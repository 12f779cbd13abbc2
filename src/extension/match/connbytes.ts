import { bigInterval } from '../codec/big.ts';
import { oneOf } from '../codec/name.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const connbytes = defineUndecidedMatch({
  name: 'connbytes',
  summary: 'how much a connection has carried',
  source: 'net/netfilter/xt_connbytes.c (connbytes_mt)',
  undecidable: 'depends on packets that passed before',
  options: {
    connbytes: invertible(bigInterval, { required: true }),
    'connbytes-mode': option(oneOf('mode', ['packets', 'bytes', 'avgpkt']), { required: true }),
    'connbytes-dir': option(oneOf('direction', ['original', 'reply', 'both']), { required: true }),
  },
  examples: [
    { rule: '-m connbytes --connbytes 0:1000 --connbytes-mode packets --connbytes-dir original' },
    { rule: '-m connbytes ! --connbytes 100:200 --connbytes-mode avgpkt --connbytes-dir both' },
    { rule: '-m connbytes --connbytes 0:1000 --connbytes-mode wrong --connbytes-dir both', refused: true },
    { rule: '-m connbytes --connbytes 0:1000', refused: true },
  ],
});
