import { all, equals, unknownBit } from '../../../ir/predicate.ts';
import { flag } from '../../codec/name.ts';
import { integer, interval } from '../../codec/number.ts';
import { defineMatch } from '../../extension.ts';
import { invertible, option } from '../../option.ts';

const REASON = 'the fragment header of a fragment is not modelled';

export const frag = defineMatch({
  families: [6],
  partly: [REASON],
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
  // a packet in one piece has no such header
  matches(_given, { fragment }, { unknown }) {
    const asked = unknown(REASON);
    return fragment === 1 && asked;
  },
  lower: (_given, { unknown }) => all(equals('fragment', 1), unknownBit(unknown(REASON))),
  examples: [
    { rule: '-m frag ! --fragid 1 ! --fraglen 42 --fragres --fragfirst' },
    { rule: '-m frag --fraglast --fragmore', refused: true },
  ],
});
