import { andThen, type Codec, type Read, refused, value } from './codec.ts';
import { halves } from './halves.ts';
import { readNumber } from './number.ts';

/** A rate as the kernel stores it: the time between two packets, in units of 1/10000 s. */
const SCALE = 10_000;

/** Units of time, the longest first: what they may be written as the beginning of, as what they are printed, and their seconds. */
const UNITS = [
  ['day', 'day', 86_400],
  ['hour', 'hour', 3_600],
  ['minute', 'min', 60],
  ['second', 'sec', 1],
] as const;

function readUnit(text: string): Read<number> {
  const found = UNITS.find(([name]) => text !== '' && name.startsWith(text.toLowerCase()));
  return found === undefined
    ? refused(`\`${text}\` is no unit of time`, 'one of: second, minute, hour, day')
    : value(found[2]);
}

/** The time between two packets of `N[/UNIT]`, in so many parts of a second; the kernel can't tell faster rates apart. */
export function readInterval(text: string, scale: number): Read<number> {
  const [head, tail] = halves(text, '/');
  return andThen(readNumber(head, 1, 0xffffffff), (count) =>
    andThen(readUnit(tail ?? 's'), (seconds) => {
      const interval = Math.floor((scale * seconds) / count);
      return interval === 0 ? refused(`\`${text}\` is too fast`, `at most ${scale} a second`) : value(interval);
    }),
  );
}

/** print_rate of libxt_limit.c and libxt_hashlimit.c: the shortest unit in which the rate is a whole number, or nearly one. */
export function printInterval(interval: number, scale: number): string {
  const nearly = (units: number): boolean => Math.floor(units / interval) >= units % interval;
  const [, name, seconds] = UNITS.findLast((unit) => nearly(unit[2] * scale)) ?? UNITS[0];
  return `${Math.floor((seconds * scale) / interval)}/${name}`;
}

/** `N[/UNIT]` packets. */
export const packetRate: Codec<number> = {
  metavar: 'N/UNIT',
  words: 1,
  parse: ([text]) => readInterval(text, SCALE),
  print: (interval) => printInterval(interval, SCALE),
  domain: { kind: 'one of', values: [1, 100, 5_000, 10_000, 600_000, 12_000_000, 36_000_000, 864_000_000] },
};
