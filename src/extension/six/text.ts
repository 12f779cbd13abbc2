import { parseAddress6, printAddress6 } from '../../packet/address6.ts';
import { printNetwork6, readAddress6, readAddressAndMask6, readNetwork6 } from '../codec/address6.ts';
import { andThen, type Codec, type Read, type ReadContext, refused, value } from '../codec/codec.ts';
import { readNatTail } from '../codec/natrange.ts';

const codec = (
  metavar: string,
  read: (text: string, context: ReadContext) => Read<string>,
  values: readonly string[],
): Codec<string> => ({
  metavar,
  words: 1,
  parse: ([text = ''], context) => read(text, context),
  print: (text) => text,
  domain: { kind: 'one of', values },
});

/** One IPv6 address; like all values of IPv6 options it is kept as it is printed. */
export const address6 = codec('ADDRESS', (text) => andThen(readAddress6(text), (one) => value(printAddress6(one))), [
  '::',
  'dead::beef',
]);

/** `ADDRESS[/MASK]`; a full mask is left out. */
export const addressAndMask6 = codec(
  'ADDRESS[/MASK]',
  (text) => andThen(readAddressAndMask6(text), (one) => value(printNetwork6(one, 'left out'))),
  ['::', 'dead::/16', 'dead::beef'],
);

/** `ADDRESS[/MASK]` of a network, host bits cut off; the mask is always printed. */
export const network6 = codec(
  'ADDRESS[/MASK]',
  (text) => andThen(readNetwork6(text), (one) => value(printNetwork6(one, 'printed'))),
  ['::/0', 'dead::/16', 'dead::beef/128'],
);

/** `ADDRESS/LENGTH`, host bits kept. */
export const prefix6 = codec(
  'ADDRESS/LENGTH',
  (text) => andThen(readAddressAndMask6(text), (one) => value(printNetwork6(one, 'printed'))),
  ['dead::/64'],
);

/** `LOW-HIGH` as iprange takes it. */
export const range6 = codec(
  'ADDRESS[-ADDRESS]',
  (text) => andThen(readRange(text), ([low, high]) => value(`${printAddress6(low)}-${printAddress6(high)}`)),
  ['dead::1-dead::9'],
);

function readRange(text: string): Read<readonly [bigint, bigint]> {
  const [low = '', high = low, more] = text.split('-');
  if (more !== undefined) return refused(`\`${text}\` is no range of addresses`);
  return andThen(readAddress6(low), (a) => andThen(readAddress6(high), (b) => value([a, b] as const)));
}

const printRange = ([low, high]: readonly [bigint, bigint]): string =>
  low === high ? printAddress6(low) : `${printAddress6(low)}-${printAddress6(high)}`;

/** `ADDRESS[-ADDRESS]`, `[ADDRESS[-ADDRESS]]:PORTS` or `:PORTS`, as the nat targets take it. */
export const nat6 = codec('[ADDRESS[-ADDRESS]][:PORT[-PORT]]', readNat, ['dead::beef', 'dead::1-dead::9']);

function readNat(text: string, context: ReadContext): Read<string> {
  const [, inner, ports] = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [];
  const only = text.startsWith(':') && parseAddress6(text) === undefined ? text.slice(1) : undefined;
  const head = only === undefined ? andThen(readRange(inner ?? text), (range) => value(printRange(range))) : value('');
  const tail = ports ?? only;
  if (tail === undefined) return head;
  return andThen(head, (range) =>
    andThen(readNatTail(tail, context), (printed) => value(`${range === '' ? '' : `[${range}]`}:${printed}`)),
  );
}
