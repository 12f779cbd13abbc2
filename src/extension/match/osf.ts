import { PROTOCOL } from '../../packet/field.ts';
import { integer } from '../codec/number.ts';
import { plainText } from '../codec/text.ts';
import { invertible, option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const osf = defineUndecidedMatch({
  name: 'osf',
  summary: 'a guess at the operating system of the sender',
  source: 'net/netfilter/xt_osf.c (xt_osf_match_packet)',
  undecidable: 'depends on bytes of the packet that are not modelled',
  families: [4],
  protocols: [PROTOCOL.TCP],
  options: {
    genre: invertible(plainText(31, 'GENRE'), { required: true }),
    ttl: option(integer(0, 2, 'LEVEL')),
    log: option(integer(0, 2, 'LEVEL')),
  },
  examples: [
    { rule: '-p tcp -m osf --genre linux --ttl 0 --log 0' },
    { rule: '-p tcp -m osf --genre linux --ttl 3', refused: true },
    { rule: '-m osf --genre linux', refused: true },
  ],
});
