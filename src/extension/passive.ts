import { readLengths } from './verbatim.ts';

// biome-ignore format: a table
const ROWS: Readonly<Record<string, string>> = {
  ACCOUNT:     'addr=1 tname=1',
  AUDIT:       'type=1',
  CLASSIFY:    'set-class=1',
  CONNSECMARK: 'save restore',
  IDLETIMER:   'timeout=1 label=1 alarm send_nl_msg=1',
  LED:         'led-trigger-id=1 led-delay=1 led-always-blink',
  NFLOG:       'nflog-group=1 nflog-prefix=1 nflog-range=1 nflog-size=1 nflog-threshold=1',
  RATEEST:     'rateest-name=1 rateest-interval=1 rateest-ewmalog=1',
  SECMARK:     'selctx=1',
  TCPOPTSTRIP: 'strip-options=1',
  TRACE:       '',
  ULOG:        'ulog-nlgroup=1 ulog-prefix=1 ulog-cprange=1 ulog-qthreshold=1',
};

/** Targets after which the next rule is asked and that change nothing which decides where a packet goes, with their options. */
export const PASSIVE_TARGETS: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map(
  Object.entries(ROWS).map(([name, options]) => [name, readLengths(options)]),
);
