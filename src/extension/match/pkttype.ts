import { oneOf } from '../codec/name.ts';
import { invertible } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

// skb->pkt_type is what the last device said of the frame; a bridge and loopback say something else again
export const pkttype = defineUndecidedMatch({
  name: 'pkttype',
  summary: 'how the frame was addressed on the link',
  source: 'net/netfilter/xt_pkttype.c (pkttype_mt)',
  undecidable: 'what a device says of a frame is not modelled',
  options: {
    'pkt-type': invertible(oneOf('type', ['unicast', 'broadcast', 'multicast'], 'any case'), { required: true }),
  },
  examples: [
    { rule: '-m pkttype --pkt-type broadcast' },
    { rule: '-m pkttype ! --pkt-type unicast' },
    { rule: '-m pkttype --pkt-type wrong', refused: true },
    { rule: '-m pkttype', refused: true },
  ],
});
