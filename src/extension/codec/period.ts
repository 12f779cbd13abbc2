import { type Codec, refused, value } from './codec.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ...['', 'us', 'usec', 'usecs'].map((unit) => [unit, 1] as const),
  ...['ms', 'msec', 'msecs'].map((unit) => [unit, 1e3] as const),
  ...['s', 'sec', 'secs'].map((unit) => [unit, 1e6] as const),
]);

/** A time in microseconds, as libxt_RATEEST.c reads it: `250ms`, `0.5s`, a bare number of microseconds. */
export const period: Codec<number> = {
  metavar: 'TIME',
  words: 1,
  parse([text]) {
    const scale = UNITS.get(text.replace(/\d+(\.\d*)?/, '').toLowerCase());
    return scale === undefined || !/^\d/.test(text)
      ? refused(`\`${text}\` is no time`, 'a number with us, ms or s')
      : value(Math.floor(Number.parseFloat(text) * scale));
  },
  print: (time) =>
    time >= 1e6 ? `${(time / 1e6).toFixed(1)}s` : time >= 1e3 ? `${(time / 1e3).toFixed(1)}ms` : `${time}us`,
  domain: { kind: 'one of', values: [250_000, 500_000, 1_000_000, 8_000_000] },
};
