import { interval } from '../../codec/number.ts';
import { invertible } from '../../option.ts';
import { defineUndecidedMatch } from '../../undecided.ts';

const MOBILITY_HEADER = 135;

export const mh = defineUndecidedMatch({
  families: [6],
  undecidable: 'the mobility header is not modelled',
  name: 'mh',
  summary: 'the type of a mobility header',
  source: 'net/ipv6/netfilter/ip6t_mh.c (mh_mt6)',
  protocols: [MOBILITY_HEADER],
  options: { 'mh-type': invertible(interval(0, 255, 'TYPE[:TYPE]')) },
  examples: [{ rule: '-p mobility-header -m mh ! --mh-type 4:123' }, { rule: '-m mh', refused: true }],
});
