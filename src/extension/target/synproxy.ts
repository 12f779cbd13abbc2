import { PROTOCOL } from '../../packet/field.ts';
import { flag } from '../codec/name.ts';
import { integer } from '../codec/number.ts';
import { option } from '../option.ts';
import { defineLosingTarget } from '../undecided.ts';

export const synproxy = defineLosingTarget({
  name: 'SYNPROXY',
  summary: 'answers TCP handshakes itself before it begins one with the server',
  source: 'net/netfilter/xt_SYNPROXY.c, nf_synproxy_core.c (synproxy_tg4)',
  undecidable: 'the host answers the handshake itself',
  protocols: [PROTOCOL.TCP],
  hooks: ['INPUT', 'FORWARD'],
  options: {
    'sack-perm': option(flag),
    timestamp: option(flag),
    wscale: option(integer(0, 255)),
    mss: option(integer(0, 65535)),
    ecn: option(flag),
  },
  examples: [
    { rule: '-p tcp -j SYNPROXY --sack-perm --timestamp --wscale 9 --mss 1460 --ecn' },
    { rule: '-p tcp -j SYNPROXY' },
    { rule: '-p tcp -j SYNPROXY --mss 70000', refused: true },
    { rule: '-j SYNPROXY', refused: true },
  ],
});
