import { flag } from '../codec/name.ts';
import { option } from '../option.ts';
import { defineUndecidedMatch } from '../undecided.ts';

export const socket = defineUndecidedMatch({
  name: 'socket',
  summary: 'whether a socket is open for the packet',
  source: 'net/netfilter/xt_socket.c (socket_mt)',
  undecidable: 'depends on the sockets that are open',
  hooks: ['PREROUTING', 'INPUT'],
  options: { transparent: option(flag), nowildcard: option(flag), 'restore-skmark': option(flag) },
  examples: [{ rule: '-m socket --transparent --nowildcard --restore-skmark' }, { rule: '-m socket' }],
});
