import { printProtocol } from '../../extension/codec/protocol.ts';
import type { IpSet, SetEntry, SetPart } from '../../network/ruleset.ts';
import { type Address, hostPrefix, prefix, printAddress, printMac, rangeOf } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Range, Ranges } from '../../packet/ranges.ts';
import type { Scalar } from '../../packet/scalar.ts';
import { minus } from '../../packet/scalar.ts';

/** Sets as `ipset save` prints them, lists last; what is not modelled (sizes, timeouts, counters) is left out. */
export const printIpsets = (sets: ReadonlyMap<string, IpSet>): string =>
  [...sets.values()]
    .toSorted((a, b) => Number(a.type === 'list:set') - Number(b.type === 'list:set'))
    .map(printSet)
    .join('');

function printSet({ name, type, family, entries }: IpSet): string {
  const masks = entries.flatMap(({ parts }) => parts.flatMap(maskOf));
  const header = ['create', name, type, ...(family === 6 ? ['family inet6'] : []), ...new Set(masks)].join(' ');
  return [header, ...entries.map((entry) => `add ${name} ${printEntry(entry)}`), ''].join('\n');
}

function maskOf(part: SetPart): string[] {
  if (part.kind === 'address' && part.mask !== undefined) return [`bitmask ${printAddress(part.mask)}`];
  return part.kind === 'mark' && part.mask !== undefined ? [`markmask 0x${part.mask.toString(16)}`] : [];
}

function printEntry({ parts, nomatch }: SetEntry): string {
  const wildcard = parts.some((part) => part.kind === 'interface' && part.name.endsWith('+'));
  return [
    parts
      .filter((part) => !isAnyMac(part))
      .map(printPart)
      .join(','),
    nomatch ? 'nomatch' : '',
    wildcard ? 'wildcard' : '',
  ]
    .filter(Boolean)
    .join(' ');
}

/** An entry of bitmap:ip,mac whose MAC address is not set yet. */
const isAnyMac = (part: SetPart): boolean => part.kind === 'mac' && part.ranges[0]?.[0] !== part.ranges[0]?.[1];

const printRanges = <S extends Scalar>(ranges: Ranges<S>, print: (range: Range<S>) => string): string =>
  ranges.map(print).join(',');

function printPart(part: SetPart): string {
  switch (part.kind) {
    case 'address':
      return printRanges(part.ranges, printAddresses);
    case 'port':
      return `${part.protocol === undefined ? '' : `${printProtocol(part.protocol)}:`}${printRanges<number>(part.ranges, printPorts(part.protocol))}`;
    case 'mac':
      return printRanges(part.ranges, ([mac]) => printMac(mac).toUpperCase());
    case 'mark':
      return printRanges(part.ranges, ([mark]) => `0x${mark.toString(16).padStart(8, '0')}`);
    case 'interface':
      return `${part.physical ? 'physdev:' : ''}${part.name.replace(/\+$/, '')}`;
    case 'set':
      return part.name;
  }
}

function printAddresses([low, high]: Range<Address>): string {
  if (low === high) return printAddress(low);
  const length = hostPrefix(low).length - minus<Address>(high, low).toString(2).length;
  const [first, last] = rangeOf(prefix(low, length));
  return first === low && last === high
    ? `${printAddress(low)}/${length}`
    : `${printAddress(low)}-${printAddress(high)}`;
}

const printPorts =
  (protocol: number | undefined) =>
  ([low, high]: Range): string => {
    if (protocol === PROTOCOL.ICMP || protocol === PROTOCOL.ICMPV6) return `${Math.floor(low / 256)}/${low % 256}`;
    return low === high ? `${low}` : `${low}-${high}`;
  };
