import { lengthOf, readAddress, readAddressAndMask } from '../../extension/codec/address.ts';
import { readAddressAndMask6 } from '../../extension/codec/address6.ts';
import { andThen, type Read, refused, value } from '../../extension/codec/codec.ts';
import { icmpType } from '../../extension/codec/icmptype.ts';
import { readNumber } from '../../extension/codec/number.ts';
import { readProtocol } from '../../extension/codec/protocol.ts';
import { readPort } from '../../extension/codec/service.ts';
import { icmp6Type } from '../../extension/six/icmp6type.ts';
import type { SetPart } from '../../network/ruleset.ts';
import { type Address, netmask, parseMac } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Range } from '../../packet/ranges.ts';
import type { Dimension, SetHeader } from './header.ts';

/** Reads one dimension of an entry; several parts where a range of networks is no single prefix. */
export function readPart(
  header: SetHeader,
  dimension: Dimension,
  text: string,
  wildcard: boolean,
): Read<readonly SetPart[]> {
  switch (dimension) {
    case 'ip':
      if (header.inet6) return readSixPart(text, header.addressMask);
      return andThen(readRange(text), (range) =>
        readAddressPart(text, range, header.addressMask as number | undefined),
      );
    case 'net':
      if (header.inet6) return readSixPart(text);
      return andThen(readRange(text), (range) =>
        value(prefixesOf(range).map((one): SetPart => ({ kind: 'address', ranges: [one] }))),
      );
    case 'port':
      return andThen(header.type === 'bitmap:port' ? readBarePorts(text) : readPorts(text), (part) => value([part]));
    case 'mac':
      return readMac(text);
    case 'mark':
      return andThen(readNumber(text, 0, 0xffffffff), (mark) => value([markPart(mark, header.markMask)]));
    case 'iface':
      return value([interfacePart(text, wildcard)]);
    case 'set':
      return value([{ kind: 'set', name: text }]);
  }
}

const and = (a: number, b: number): number => (a & b) >>> 0;

/** `A`, `A/length` or `A-B`. */
function readRange(text: string): Read<Range> {
  const [low = '', high, more] = text.split('-');
  if (more !== undefined) return refused(`\`${text}\` is no range of addresses`);
  if (high !== undefined)
    return andThen(readAddress(low), (a) =>
      andThen(readAddress(high), (b) => (a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`))),
    );
  return andThen(readAddressAndMask(text), ({ address, mask }) =>
    lengthOf(mask) === undefined
      ? refused(`\`${text}\` has a mask with gaps`)
      : value([and(address, mask), and(address, mask) + (0xffffffff - mask)] as const),
  );
}

const ALL6 = 2n ** 128n - 1n;
const prefixLength6 = (mask: bigint): boolean => /^1*0*$/.test(mask.toString(2).padStart(128, '0'));

/** `A` or `A/length`: sets of IPv6 take no ranges (IPSET_ERR_HASH_RANGE_UNSUPPORTED). */
const readSixPart = (text: string, wanted: Address = ALL6): Read<readonly SetPart[]> =>
  andThen(readAddressAndMask6(text), ({ address, mask }) => {
    const lookedUp = BigInt(wanted);
    if (!prefixLength6(mask)) return refused(`\`${text}\` has a mask with gaps`);
    const first = address & mask & lookedUp;
    if (prefixLength6(lookedUp))
      return value([{ kind: 'address', ranges: [[first, first + (ALL6 - (mask & lookedUp))]] }]);
    if (mask !== ALL6) return refused(`\`${text}\` is a range, but the set's bitmask has gaps`, 'write each address');
    return value([{ kind: 'address', mask: lookedUp, ranges: [[first, first]] }]);
  });

/** hash:ip with `netmask` or `bitmask` stores and looks up masked addresses. */
function readAddressPart(text: string, [low, high]: Range, mask = 0xffffffff): Read<readonly SetPart[]> {
  const first = and(low, mask);
  if (lengthOf(mask) !== undefined)
    return value([{ kind: 'address', ranges: [[first, and(high, mask) + (0xffffffff - mask)]] }]);
  if (low !== high) return refused(`\`${text}\` is a range, but the set's bitmask has gaps`, 'write each address');
  return value([{ kind: 'address', mask, ranges: [[first, first]] }]);
}

const markPart = (mark: number, mask: number | undefined): SetPart =>
  mask === undefined
    ? { kind: 'mark', ranges: [[mark, mark]] }
    : { kind: 'mark', mask, ranges: [[and(mark, mask), and(mark, mask)]] };

/** The fewest prefixes that make up a range (`ip_set_range_to_cidr`). */
export function prefixesOf([low, high]: Range): readonly Range[] {
  const found: Range[] = [];
  for (let next = low; next <= high; ) {
    let length = 32;
    while (length > 0 && next % 2 ** (33 - length) === 0 && next + 2 ** (33 - length) - 1 <= high) length--;
    const last = next + (2 ** 32 - netmask(length)) - 1;
    found.push([next, last]);
    next = last + 1;
  }
  return found;
}

/** `[PROTOCOL:]PORT[-PORT]`; without a protocol it is tcp. */
function readPorts(text: string): Read<SetPart> {
  const colon = text.indexOf(':');
  const protocol = colon < 0 ? value(PROTOCOL.TCP as number) : readProtocol(text.slice(0, colon));
  const rest = text.slice(colon + 1);
  return andThen(protocol, (number) => {
    const ranges =
      number === PROTOCOL.ICMP
        ? readIcmp(rest, icmpType)
        : number === PROTOCOL.ICMPV6
          ? readIcmp(rest, icmp6Type)
          : readPortRange(rest);
    return andThen(ranges, (range) => value<SetPart>({ kind: 'port', protocol: number, ranges: [range] }));
  });
}

const readBarePorts = (text: string): Read<SetPart> =>
  andThen(readPortRange(text.replace(/^(tcp|udp):/, '')), (range) => value<SetPart>({ kind: 'port', ranges: [range] }));

function readPortRange(text: string): Read<Range> {
  const whole = readPort(text);
  if (!('refused' in whole)) return value([whole.value, whole.value] as const);
  const [, low, high] = /^([^-]+)-([^-]+)$/.exec(text) ?? [];
  if (low === undefined || high === undefined) return whole;
  return andThen(readPort(low), (a) =>
    andThen(readPort(high), (b) => (a <= b ? value([a, b] as const) : refused(`\`${text}\` runs backwards`))),
  );
}

/** Type and code as one number, as the kernel stores it; a type alone is its code 0. */
function readIcmp(text: string, names: typeof icmpType): Read<Range> {
  const number = /^\d+$/.test(text) ? readNumber(text, 0, 65535) : undefined;
  if (number !== undefined) return andThen(number, (both) => value([both, both] as const));
  return andThen(names.parse([text], { family: names === icmpType ? 4 : 6 }), ({ type, codes: [code] }) =>
    value([type * 256 + code, type * 256 + code] as const),
  );
}

function readMac(text: string): Read<readonly SetPart[]> {
  const mac = parseMac(text);
  return mac === undefined
    ? refused(`\`${text}\` is not a MAC address`)
    : value([{ kind: 'mac', ranges: [[mac, mac]] }]);
}

function interfacePart(text: string, wildcard: boolean): SetPart {
  const physical = text.startsWith('physdev:');
  const name = physical ? text.slice('physdev:'.length) : text;
  return { kind: 'interface', name: wildcard ? `${name}+` : name, physical };
}
