import { plainText } from '../codec/text.ts';
import { option } from '../option.ts';
import { definePassiveTarget } from '../undecided.ts';

export const secmark = definePassiveTarget({
  name: 'SECMARK',
  summary: 'sets the security mark of the packet: no effect on where it goes',
  source: 'net/netfilter/xt_SECMARK.c (secmark_tg)',
  tables: ['mangle', 'security'],
  options: { selctx: option(plainText(255, 'CONTEXT'), { required: true }) },
  examples: [
    { rule: '-j SECMARK --selctx system_u:object_r:httpd_packet_t:s0' },
    { rule: '-j SECMARK', refused: true },
  ],
});
