import { flag } from '../../codec/name.ts';
import { integer, interval } from '../../codec/number.ts';
import { plainText } from '../../codec/text.ts';
import { invertible, option } from '../../option.ts';
import { defineHeaderMatch } from '../absent.ts';

export const rt = defineHeaderMatch({
  name: 'rt',
  summary: 'the routing header of a packet',
  source: 'net/ipv6/netfilter/ip6t_rt.c (rt_mt6)',
  options: {
    'rt-type': invertible(integer(0, 0xffffffff, 'TYPE')),
    'rt-segsleft': invertible(interval(0, 0xffffffff)),
    'rt-len': invertible(integer(0, 0xffffffff, 'LENGTH')),
    'rt-0-res': option(flag),
    'rt-0-addrs': option(plainText(200, 'ADDRESS[,…]')),
    'rt-0-not-strict': option(flag),
  },
  examples: [
    { rule: '-m rt --rt-type 0 ! --rt-segsleft 1:23 --rt-len 42 --rt-0-res' },
    { rule: '-m rt' },
    { rule: '-m rt --rt-type x', refused: true },
  ],
});
