import { ah } from '../../match/ah.ts';
import { defineHeaderMatch } from '../absent.ts';

const { name, summary, options } = ah;

/** In IPv6 it is an extension header, whatever the rule's protocol. */
export const ah6 = defineHeaderMatch({
  name,
  summary,
  source: 'net/ipv6/netfilter/ip6t_ah.c (ah_mt6)',
  options,
  examples: [{ rule: '-m ah --ahspi 1:2' }, { rule: '-m ah --ahspi x', refused: true }],
});
