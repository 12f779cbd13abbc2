import { PROTOCOL } from '../../packet/field.ts';
import { optionNumbers } from '../codec/optionnumbers.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const tcpoptstrip = definePassiveTarget({
  name: 'TCPOPTSTRIP',
  summary: 'blanks options of the TCP header: no effect on where a packet goes',
  source: 'net/netfilter/xt_TCPOPTSTRIP.c (tcpoptstrip_tg4)',
  tables: ['mangle'],
  protocols: [PROTOCOL.TCP],
  options: { 'strip-options': option(optionNumbers) },
  examples: [
    { rule: '-p tcp -j TCPOPTSTRIP --strip-options 2,3' },
    { rule: '-p tcp -j TCPOPTSTRIP --strip-options timestamp', saved: '-p tcp -j TCPOPTSTRIP --strip-options 8' },
    { rule: '-p tcp -j TCPOPTSTRIP --strip-options 1', refused: true },
    { rule: '-j TCPOPTSTRIP', refused: true },
  ],
});
