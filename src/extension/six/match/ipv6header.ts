import { flag, someOf } from '../../codec/name.ts';
import { invertible, option } from '../../option.ts';
import { defineSixMatch } from '../derive.ts';

// biome-ignore format: a table
const HEADERS = ['hop-by-hop', 'dst', 'ipv6-route', 'ipv6-frag', 'esp', 'ah', 'ipv6-nonxt', 'protocol'] as const;

export const ipv6header = defineSixMatch({
  name: 'ipv6header',
  summary: 'the extension headers of a packet',
  source: 'net/ipv6/netfilter/ip6t_ipv6header.c (ipv6header_mt6)',
  options: { header: invertible(someOf('header', HEADERS), { required: true }), soft: option(flag) },
  examples: [{ rule: '-m ipv6header --header hop-by-hop --soft' }, { rule: '-m ipv6header', refused: true }],
});
