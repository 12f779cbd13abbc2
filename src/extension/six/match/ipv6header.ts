import { flag, someOf } from '../../codec/name.ts';
import { invertible, option } from '../../option.ts';
import { defineUndecidedMatch } from '../../undecided.ts';

// biome-ignore format: a table
const HEADERS = ['hop-by-hop', 'dst', 'ipv6-route', 'ipv6-frag', 'esp', 'ah', 'ipv6-nonxt', 'protocol'] as const;

export const ipv6header = defineUndecidedMatch({
  families: [6],
  undecidable: 'extension headers of IPv6 are not modelled',
  name: 'ipv6header',
  summary: 'the extension headers of a packet',
  source: 'net/ipv6/netfilter/ip6t_ipv6header.c (ipv6header_mt6)',
  options: { header: invertible(someOf('header', HEADERS), { required: true }), soft: option(flag) },
  examples: [{ rule: '-m ipv6header --header hop-by-hop --soft' }, { rule: '-m ipv6header', refused: true }],
});
