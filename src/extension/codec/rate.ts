import { andThen, type Codec, type Read, refused, value } from './codec.ts';
import { readNumber } from './number.ts';

/** A rate as the kernel stores it: the time between two packets, in units of 1/10000 s. */
const SCALE = 10_000;

/** Units of time, the longest first. */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['min', 60],
  ['sec', 1],
] as const satisfies readonly (readonly [string, number])[];

function readUnit(text: string): Read<number> {
  const low = text.toLowerCase();
  const found = UNITS.find(
    ([name]) => low !== '' && (name.startsWith(low) || `${name}ute`.startsWith(low) || `${name}ond`.startsWith(low)),
  );
  return found === undefined
    ? refused(`\`${text}\` is no unit of time`, 'one of: second, minute, hour, day')
    : value(found[1]);
}

/** The interval between two packets of `N/UNIT`; the kernel can't tell faster rates apart. */
function readInterval(text: string): Read<number> {
  const [head = '', tail] = text.split('/', 2);
  return andThen(readNumber(head, 1, 0xffffffff), (count) =>
    andThen(tail === undefined ? value(1) : readUnit(tail), (seconds) => {
      const interval = Math.floor((SCALE * seconds) / count);
      return interval === 0 ? refused(`\`${text}\` is too fast`, `at most ${SCALE} a second`) : value(interval);
    }),
  );
}

/** libxt_limit.c, print_rate: the shortest unit in which the rate is a whole number, or nearly one. */
export function printInterval(interval: number): string {
  const scaled = UNITS.map(([name, seconds]): readonly [string, number] => [name, seconds * SCALE]);
  const tooShort = scaled.findIndex(
    ([, units], i) => i > 0 && (interval > units || Math.floor(units / interval) < units % interval),
  );
  const [name, units] = scaled[(tooShort < 0 ? scaled.length : tooShort) - 1] ?? ['day', 0];
  return `${Math.floor(units / interval)}/${name}`;
}

/** `N[/UNIT]` packets. */
export const packetRate: Codec<number> = {
  metavar: 'N/UNIT',
  words: 1,
  parse: ([text = '']) => readInterval(text),
  print: printInterval,
  domain: { kind: 'one of', values: [1, 100, 5_000, 10_000, 600_000, 12_000_000, 36_000_000, 864_000_000] },
};
