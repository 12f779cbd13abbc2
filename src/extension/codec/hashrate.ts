import { andThen, type Codec, refused, value } from './codec.ts';
import { printInterval, readInterval } from './rate.ts';

/** `net/netfilter/xt_hashlimit.c` counts packets in millionths of a second. */
const SCALE = 1_000_000;
/** libxt_hashlimit.c, parse_bytes: it looks at no more of the unit. */
const BYTES = /^\d+[km]?b\/s/;

/** `N[/UNIT]` packets or `N[k|m]b/s` bytes. */
export const hashRate: Codec<string> = {
  metavar: 'N/UNIT',
  words: 1,
  parse: ([text]) =>
    BYTES.test(text)
      ? value(text.replace(/\/.*/, '/s'))
      : andThen(readInterval(text, SCALE), (interval) => value(printInterval(interval, SCALE))),
  print: (text) => text,
  domain: { kind: 'one of', values: ['1/sec', '40/sec', '1000000/sec', '1/day', '10mb/s', '123456b/s'] },
};

/** A burst in packets, or in bytes: `400kb`. */
export const hashBurst: Codec<string> = {
  metavar: 'N',
  words: 1,
  parse: ([text]) => (/^[1-9]\d*([km]?b)?$/.test(text) ? value(text) : refused(`\`${text}\` is no burst`)),
  print: (text) => text,
  domain: { kind: 'one of', values: ['1', '5', '400kb'] },
};
