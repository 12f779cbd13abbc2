import { definePassiveTarget } from '../undecided.ts';

export const trace = definePassiveTarget({
  name: 'TRACE',
  summary: 'logs every rule that the packet meets; the next rule is asked',
  source: 'net/netfilter/nf_log_syslog.c, ip_tables.c (trace_packet)',
  tables: ['raw'],
  options: {},
  examples: [{ rule: '-j TRACE' }],
});
