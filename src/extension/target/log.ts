import { logLevel } from '../codec/loglevel.ts';
import { flag } from '../codec/name.ts';
import { prefixText } from '../codec/text.ts';
import { defineTarget } from '../extension.ts';
import { option } from '../option.ts';

const WARNING = 4;

export const log = defineTarget({
  name: 'LOG',
  summary: 'writes to the kernel log; the next rule is asked',
  source: 'net/netfilter/xt_LOG.c (log_tg)',
  passive: true,
  options: {
    'log-prefix': option(prefixText(29)),
    'log-level': option(logLevel, { idle: ({ value }) => value === WARNING }),
    'log-tcp-sequence': option(flag),
    'log-tcp-options': option(flag),
    'log-ip-options': option(flag),
    'log-uid': option(flag),
    'log-macdecode': option(flag),
  },
  apply: () => ({ kind: 'continue' }),
  lower: () => ({ kind: 'continue' }),
  examples: [
    { rule: '-j LOG' },
    { rule: '-j LOG --log-prefix "dropped: " --log-level 7 --log-uid' },
    { rule: '-j LOG --log-level warning', saved: '-j LOG' },
    { rule: '-j LOG --log-level alert', saved: '-j LOG --log-level 1' },
    { rule: '-j LOG --log-level bad', refused: true },
    { rule: '-j LOG --log-prefix', refused: true },
  ],
});
