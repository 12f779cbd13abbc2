import { integer } from '../../codec/number.ts';
import { plainText } from '../../codec/text.ts';
import { invertible, option } from '../../option.ts';
import { defineHeaderMatch } from '../absent.ts';

export const dst = defineHeaderMatch({
  name: 'dst',
  summary: 'the options of the destination header',
  source: 'net/ipv6/netfilter/ip6t_hbh.c (hbh_mt6)',
  options: {
    'dst-len': invertible(integer(0, 0xffffffff, 'LENGTH')),
    'dst-opts': option(plainText(200, 'TYPE[:LENGTH][,…]')),
  },
  examples: [
    { rule: '-m dst ! --dst-len 42 --dst-opts 1:2,23' },
    { rule: '-m dst' },
    { rule: '-m dst --dst-len x', refused: true },
  ],
});
