import { integer } from '../../codec/number.ts';
import { plainText } from '../../codec/text.ts';
import { invertible, option } from '../../option.ts';
import { defineHeaderMatch } from '../absent.ts';

export const hbh = defineHeaderMatch({
  name: 'hbh',
  summary: 'the options of the hop-by-hop header',
  source: 'net/ipv6/netfilter/ip6t_hbh.c (hbh_mt6)',
  options: {
    'hbh-len': invertible(integer(0, 0xffffffff, 'LENGTH')),
    'hbh-opts': option(plainText(200, 'TYPE[:LENGTH][,…]')),
  },
  examples: [
    { rule: '-m hbh ! --hbh-len 42 --hbh-opts 1:2,23' },
    { rule: '-m hbh' },
    { rule: '-m hbh --hbh-len x', refused: true },
  ],
});
