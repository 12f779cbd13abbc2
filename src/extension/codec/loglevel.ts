import { type Codec, refused, value } from './codec.ts';

/** Names of syslog's levels, as libxt_LOG.c spells them, from 0. */
const LEVELS = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'];
/** Older names of 0, 3 and 4. */
const OLD = ['panic', undefined, undefined, 'err', 'warn'];

/** A level of the kernel log by name or number, printed as a number. */
export const logLevel: Codec<number> = {
  metavar: 'LEVEL',
  words: 1,
  parse([text]) {
    const low = text.toLowerCase();
    const level = LEVELS.findIndex((name, number) => [name, OLD[number], `${number}`].includes(low));
    return level < 0 ? refused(`\`${text}\` is no log level`, `0 to 7, or one of: ${LEVELS.join(', ')}`) : value(level);
  },
  print: String,
  domain: { kind: 'integer', low: 0, high: 7 },
};
