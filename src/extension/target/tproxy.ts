import { PROTOCOL } from '../../packet/field.ts';
import { ipv4 } from '../codec/address.ts';
import { markAndMask } from '../codec/number.ts';
import { onePort } from '../codec/service.ts';
import { option } from '../option.ts';
import { defineLosingTarget } from '../undecided.ts';

export const tproxy = defineLosingTarget({
  name: 'TPROXY',
  summary: 'hands a flow to a socket of this host, its addresses unchanged',
  source: 'net/netfilter/xt_TPROXY.c (tproxy_tg4)',
  undecidable: 'depends on the sockets that are open',
  tables: ['mangle'],
  hooks: ['PREROUTING'],
  protocols: [PROTOCOL.TCP, PROTOCOL.UDP],
  options: {
    'on-port': option(onePort, { required: true }),
    'on-ip': option(ipv4),
    'tproxy-mark': option(markAndMask('printed')),
  },
  complete: (given) => ({
    'on-ip': { value: 0, inverted: false },
    'tproxy-mark': { value: { value: 0, mask: 0 }, inverted: false },
    ...given,
  }),
  examples: [
    { rule: '-p udp -j TPROXY --on-port 12345 --on-ip 10.0.0.1 --tproxy-mark 0x23/0xff' },
    { rule: '-j TPROXY --on-port 12345', refused: true },
  ],
});
