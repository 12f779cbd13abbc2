import { type Codec, refused, value } from './codec.ts';

/** `net/netfilter/xt_hashlimit.c` counts packets in millionths of a second. */
const SCALE = 1_000_000;
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['min', 60],
  ['sec', 1],
] as const;

/** The rate's text as iptables prints it, or nothing if it is no rate. */
function canonical(text: string): string | undefined {
  if (/^\d+[km]?b\/s(ec(ond)?)?$/i.test(text)) return text.replace(/\/s.*$/i, '/s').toLowerCase();
  const [, count = '', unit = 'second'] = /^(\d+)(?:\/([a-z]+))?$/i.exec(text) ?? [];
  const names = ['day', 'hour', 'minute', 'second'];
  const seconds = UNITS[names.findIndex((name) => name.startsWith(unit.toLowerCase()))]?.[1];
  if (seconds === undefined || Number(count) === 0 || Number(count) > SCALE * seconds) return undefined;
  return printPeriod(Math.floor((SCALE * seconds) / Number(count)));
}

function printPeriod(period: number): string {
  const fits = (units: number): boolean => period <= units && Math.floor(units / period) >= units % period;
  const scaled = UNITS.map(([name, seconds]): readonly [string, number] => [name, seconds * SCALE]);
  const tooShort = scaled.findIndex(([, units], i) => i > 0 && !fits(units));
  const [name, units] = scaled[(tooShort < 0 ? scaled.length : tooShort) - 1] ?? ['day', 0];
  return `${Math.floor(units / period)}/${name}`;
}

/** `N[/UNIT]` packets or `N[k|m]b/s` bytes. */
export const hashRate: Codec<string> = {
  metavar: 'N/UNIT',
  words: 1,
  parse([text = '']) {
    const rate = canonical(text);
    return rate === undefined ? refused(`\`${text}\` is no rate`, 'write 10/sec or 512kb/s') : value(rate);
  },
  print: (text) => text,
  domain: { kind: 'one of', values: ['1/sec', '40/sec', '1000000/sec', '1/day', '10mb/s', '123456b/s'] },
};

/** A burst in packets, or in bytes: `400kb`. */
export const hashBurst: Codec<string> = {
  metavar: 'N',
  words: 1,
  parse: ([text = '']) => (/^[1-9]\d*([km]?b)?$/.test(text) ? value(text) : refused(`\`${text}\` is no burst`)),
  print: (text) => text,
  domain: { kind: 'one of', values: ['1', '5', '400kb'] },
};
