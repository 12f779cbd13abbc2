import { type Address, type Prefix, parseAddress, parseAnyPrefix, parsePrefix } from '../../packet/address.ts';
import { parseAddress6 } from '../../packet/address6.ts';
import type { Family } from '../../packet/field.ts';
import type { Word } from '../source.ts';
import { isRouteType } from './route.ts';

/** An address or prefix of IPv6. */
const IPV6 = /^[0-9a-f]*:[0-9a-f:.]*(\/\d+)?$/i;

export function destinationOf(text: string, family: Family): Prefix | undefined {
  if (text === 'default') return { address: family === 4 ? 0 : 0n, length: 0 };
  if (family === 4) return parsePrefix(widen(text));
  const read = parseAnyPrefix(text);
  return typeof read?.address === 'bigint' ? read : undefined;
}

/** `pref` is printed for routes of IPv6 alone, a metric of -1 for its null route by old iproute2. */
export function familyOfRoute(words: readonly Word[]): Family {
  const at = words.find(({ text }) => !isRouteType(text));
  const isSix =
    IPV6.test(at?.text ?? '') ||
    words.some(({ text }, i) => {
      const before = words[i - 1]?.text;
      return text === 'pref' || (before === 'via' && IPV6.test(text)) || (before === 'metric' && text === '-1');
    });
  return isSix ? 6 : 4;
}

/** `10/8` and `169.254/16`, as old iproute2 prints them. */
const widen = (text: string): string =>
  text.replace(
    /^(\d+(?:\.\d+){0,2})\/(\d+)$/,
    (_, head: string, bits: string) => `${[...head.split('.'), '0', '0', '0'].slice(0, 4).join('.')}/${bits}`,
  );

export const addressIn = (family: Family, text: string): Address | undefined =>
  family === 4 ? parseAddress(text) : parseAddress6(text);

/** Metrics are 32 bits wide. */
export const isMetric = (text: string): boolean => /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32;

/** Old iproute2 prints the metrics of IPv6 with a sign. */
export const metricOf = (text: string, family: Family): number | undefined =>
  isMetric(text) ? Number(text) : family === 6 && /^-\d{1,10}$/.test(text) ? 2 ** 32 + Number(text) : undefined;

/** Names of `/etc/iproute2/rt_dsfield` are few in captures; a tos is mostly printed as a number. */
const DSFIELD: Readonly<Record<string, number>> = {
  default: 0,
  CS0: 0,
  lowdelay: 0x10,
  throughput: 0x08,
  reliability: 0x04,
  CS1: 0x20,
  CS6: 0xc0,
  CS7: 0xe0,
  EF: 0xb8,
};

export function parseTos(text: string): number | undefined {
  const value = DSFIELD[text] ?? (/^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(text) ? Number(text) : undefined);
  return value === undefined || value > 255 ? undefined : value;
}
