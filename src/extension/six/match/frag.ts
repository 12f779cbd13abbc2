import { flag } from '../../codec/name.ts';
import { integer, interval } from '../../codec/number.ts';
import { invertible, option } from '../../option.ts';
import { defineUndecidedMatch } from '../../undecided.ts';

export const frag = defineUndecidedMatch({
  families: [6],
  undecidable: 'extension headers of IPv6 are not modelled',
  name: 'frag',
  summary: 'the fragment header of a packet',
  source: 'net/ipv6/netfilter/ip6t_frag.c (frag_mt6)',
  options: {
    fragid: invertible(interval(0, 0xffffffff, 'ID[:ID]')),
    fraglen: invertible(integer(0, 0xffffffff, 'LENGTH')),
    fragres: option(flag),
    fragfirst: option(flag),
    fragmore: option(flag, { excludes: ['fraglast'] }),
    fraglast: option(flag),
  },
  examples: [
    { rule: '-m frag ! --fragid 1 ! --fraglen 42 --fragres --fragfirst' },
    { rule: '-m frag --fraglast --fragmore', refused: true },
  ],
});
