import { type Codec, refused, value } from './codec.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1e6, sec: 1e6, secs: 1e6, ms: 1e3, msec: 1e3, msecs: 1e3 };
const FINE: Readonly<Record<string, number>> = { us: 1, usec: 1, usecs: 1 };

/** A time in microseconds as tc writes it: `250ms`, `0.5s`, a bare number of seconds. */
export const period: Codec<number> = {
  metavar: 'TIME',
  words: 1,
  parse([text = '']) {
    const [, number = '', unit = 's'] = /^(\d+(?:\.\d*)?)([a-z]+)?$/i.exec(text) ?? [];
    const scale = { ...UNITS, ...FINE }[unit.toLowerCase()];
    return number === '' || scale === undefined
      ? refused(`\`${text}\` is no time`, 'a number with us, ms or s')
      : value(Math.floor(Number(number) * scale));
  },
  print: (time) =>
    time >= 1e6 ? `${(time / 1e6).toFixed(1)}s` : time >= 1e3 ? `${(time / 1e3).toFixed(1)}ms` : `${time}us`,
  domain: { kind: 'one of', values: [250_000, 500_000, 1_000_000, 8_000_000] },
};
