import { ipv4 } from '../codec/address.ts';
import { interfaceName } from '../codec/interface.ts';
import { option } from '../option.ts';
import { defineLosingTarget } from '../undecided.ts';

export const tee = defineLosingTarget({
  name: 'TEE',
  summary: 'sends a copy to another gateway; the next rule is asked',
  source: 'net/netfilter/xt_TEE.c (tee_tg4)',
  undecidable: 'a copy of the packet is sent elsewhere',
  options: { gateway: option(ipv4, { required: true }), oif: option(interfaceName) },
  examples: [
    { rule: '-j TEE --gateway 10.0.0.1' },
    { rule: '-j TEE ! --gateway 10.0.0.1', refused: true },
    { rule: '-j TEE', refused: true },
  ],
});
