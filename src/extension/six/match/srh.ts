import { integer } from '../../codec/number.ts';
import { invertible } from '../../option.ts';
import { defineHeaderMatch } from '../absent.ts';
import { prefix6 } from '../text.ts';

const byte = invertible(integer(0, 255, 'N'));

export const srh = defineHeaderMatch({
  name: 'srh',
  summary: 'the segment routing header of a packet',
  source: 'net/ipv6/netfilter/ip6t_srh.c (srh1_mt6)',
  options: {
    'srh-next-hdr': byte,
    'srh-hdr-len-eq': byte,
    'srh-hdr-len-gt': byte,
    'srh-hdr-len-lt': byte,
    'srh-segs-left-eq': byte,
    'srh-segs-left-gt': byte,
    'srh-segs-left-lt': byte,
    'srh-last-entry-eq': byte,
    'srh-last-entry-gt': byte,
    'srh-last-entry-lt': byte,
    'srh-tag': invertible(integer(0, 65535, 'TAG')),
    'srh-psid': invertible(prefix6),
    'srh-nsid': invertible(prefix6),
    'srh-lsid': invertible(prefix6),
  },
  examples: [
    { rule: '-m srh --srh-next-hdr 17 ! --srh-segs-left-eq 0 --srh-tag 0' },
    { rule: '-m srh ! --srh-psid a::/64 --srh-lsid c::/0' },
    { rule: '-m srh --srh-tag 65536', refused: true },
  ],
});
