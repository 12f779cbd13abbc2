import { defineTarget } from '../extension.ts';

export const notrack = defineTarget({
  name: 'NOTRACK',
  summary: 'connection tracking leaves the packet alone',
  source: 'net/netfilter/xt_CT.c (notrack_tg)',
  tables: ['raw'],
  options: {},
  apply: () => ({ kind: 'notrack' }),
  lower: () => ({ kind: 'notrack' }),
  examples: [{ rule: '-j NOTRACK' }, { rule: '-j NOTRACK --zone 1', refused: true }],
});
