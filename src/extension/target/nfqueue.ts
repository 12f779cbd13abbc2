import { flag } from '../codec/name.ts';
import { integer, interval } from '../codec/number.ts';
import { type Given, option } from '../option.ts';
import { defineUndecidedTarget } from '../undecided.ts';

const FIRST: Given<number> = { value: 0, inverted: false };

export const nfqueue = defineUndecidedTarget({
  name: 'NFQUEUE',
  summary: 'a program decides about the packet',
  source: 'net/netfilter/xt_NFQUEUE.c (nfqueue_tg_v3)',
  undecidable: 'a program decides about the packet',
  options: {
    'queue-num': option(integer(0, 65535, 'QUEUE'), { excludes: ['queue-balance'] }),
    'queue-balance': option(interval(0, 65535, 'QUEUE:QUEUE')),
    'queue-bypass': option(flag),
    'queue-cpu-fanout': option(flag),
  },
  complete: (given) => (given['queue-balance'] === undefined ? { 'queue-num': FIRST, ...given } : given),
  check({ 'queue-balance': balance, 'queue-cpu-fanout': fanout }) {
    if (fanout !== undefined && balance === undefined) return '`--queue-cpu-fanout` needs `--queue-balance`';
    if (balance !== undefined && balance.value[0] >= balance.value[1]) return 'it balances between several queues';
    // nfqueue_tg_check: first queue and number of queues must fit into 16 bits together
    return balance !== undefined && balance.value[1] - balance.value[0] + 1 > 65535 ? 'too many queues' : undefined;
  },
  examples: [
    { rule: '-j NFQUEUE', saved: '-j NFQUEUE --queue-num 0' },
    { rule: '-j NFQUEUE --queue-num 3 --queue-bypass' },
    { rule: '-j NFQUEUE --queue-balance 0:6 --queue-bypass --queue-cpu-fanout' },
    { rule: '-j NFQUEUE --queue-num 65536', refused: true },
    { rule: '-j NFQUEUE --queue-balance 0:65535', refused: true },
  ],
});
