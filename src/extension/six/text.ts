import { parseAddress6, printAddress6 } from '../../packet/address6.ts';
import { type Network6, printNetwork6, readAddress6, readAddressAndMask6, readNetwork6 } from '../codec/address6.ts';
import { andThen, type Codec, type Read, type ReadContext, refused, value } from '../codec/codec.ts';
import { type NatSpec, printNatTail, printRange, readNatTail } from '../codec/natrange.ts';

function codec<T>(
  metavar: string,
  read: (text: string, context: ReadContext) => Read<T>,
  print: (value: T) => string,
  texts: readonly string[],
): Codec<T> {
  const values = texts.flatMap((text) => {
    const found = read(text, { family: 6 });
    return 'refused' in found ? [] : [found.value];
  });
  return {
    metavar,
    words: 1,
    parse: ([text = ''], context) => read(text, context),
    print,
    domain: { kind: 'one of', values },
  };
}

const FULL = 2n ** 128n - 1n;
const ADDRESSES = ['::', 'dead::beef', 'fe80::1', '2001:db8::1'];
const NETWORKS = ['::/0', 'dead::/16', 'dead::beef/128', '2001:db8::/64', 'dead::beef/ffff::ffff'];

/** One IPv6 address. */
export const address6 = codec('ADDRESS', readAddress6, printAddress6, ADDRESSES);

/** `ADDRESS[/MASK]`; a full mask is left out. */
export const addressAndMask6 = codec(
  'ADDRESS[/MASK]',
  readAddressAndMask6,
  (one: Network6) => printNetwork6(one, 'left out'),
  [...ADDRESSES, ...NETWORKS],
);

/** `ADDRESS[/MASK]` of a network, host bits cut off; the mask is contiguous, and always printed. */
export const network6 = codec('ADDRESS[/MASK]', readWhole, (one: Network6) => printNetwork6(one, 'printed'), NETWORKS);

function readWhole(text: string): Read<Network6> {
  return andThen(readNetwork6(text), (network) => {
    const host = FULL ^ network.mask;
    return (host & (host + 1n)) === 0n ? value(network) : refused(`\`${text}\` has a mask with gaps`);
  });
}

/** `ADDRESS/LENGTH`, host bits kept. */
export const prefix6 = codec('ADDRESS/LENGTH', readAddressAndMask6, (one: Network6) => printNetwork6(one, 'printed'), [
  'dead::/64',
]);

type Range6 = readonly [low: bigint, high: bigint];

/** `LOW-HIGH` as iprange takes it. */
export const range6 = codec(
  'ADDRESS[-ADDRESS]',
  readRange,
  ([low, high]: Range6) => `${printAddress6(low)}-${printAddress6(high)}`,
  ['dead::1-dead::9', '::-dead::', 'dead::9-dead::1'],
);

function readRange(text: string): Read<Range6> {
  const [low = '', high = low, more] = text.split('-');
  if (more !== undefined) return refused(`\`${text}\` is no range of addresses`);
  return andThen(readAddress6(low), (a) => andThen(readAddress6(high), (b) => value([a, b] as const)));
}

/** `ADDRESS[-ADDRESS]`, `[ADDRESS[-ADDRESS]]:PORTS` or `:PORTS`, as the nat targets take it. */
export const nat6 = codec('[ADDRESS[-ADDRESS]][:PORT[-PORT]]', readNat, printNat, ['dead::beef', 'dead::1-dead::9']);

function readNat(text: string, context: ReadContext): Read<NatSpec> {
  const [, inner, ports] = /^\[([^\]]*)\](?::(.*))?$/.exec(text) ?? [];
  const only = text.startsWith(':') && parseAddress6(text) === undefined ? text.slice(1) : undefined;
  const head: Read<NatSpec> = only === undefined ? readForward(inner ?? text) : value({});
  const tail = ports ?? only;
  if (tail === undefined) return head;
  return andThen(head, (range) => andThen(readNatTail(tail, context), (spec) => value({ ...range, ...spec })));
}

/** As for IPv4: the kernel takes a range that runs backwards, too, and counts in it without a sign (`find_best_ips_proto`). */
function readForward(text: string): Read<NatSpec> {
  return andThen(readRange(text), ([low, high]) =>
    low <= high ? value({ addresses: [low, high] }) : refused(`\`${text}\` runs backwards`),
  );
}

function printNat(of: NatSpec): string {
  const range = of.addresses === undefined ? '' : printRange(of.addresses);
  if (of.ports === undefined) return range;
  return `${range === '' ? '' : `[${range}]`}:${printNatTail(of.ports, of.base)}`;
}
