import type { IpSet, SetEntry, SetPart } from '../network/ruleset.ts';
import {
  type Address,
  hostPrefix,
  type Prefix,
  prefix,
  printAddress,
  printMac,
  printPrefix,
  rangeOf,
} from '../packet/address.ts';
import type { Range } from '../packet/ranges.ts';
import { next } from '../packet/scalar.ts';

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp', 136: 'udplite' };

/** What `ipset restore` takes to make these sets: those that others name come first. */
export function setLines(sets: ReadonlyMap<string, IpSet>): string {
  const sorted = [...sets.values()].sort((a, b) => Number(a.type === 'list:set') - Number(b.type === 'list:set'));
  const lines = [
    ...sorted.map(createLine),
    ...sorted.flatMap((set) => set.entries.flatMap((entry) => addLines(set, entry))),
  ];
  return `${lines.join('\n')}\n`;
}

function createLine({ name, type, family, entries }: IpSet): string {
  if (type === 'bitmap:port') return `create ${name} ${type} range 0-65535`;
  if (type.startsWith('bitmap:')) return `create ${name} ${type} range ${bitmapRange(entries)}`;
  return `create ${name} ${type}${type.startsWith('hash:') && !type.startsWith('hash:mac') ? ` family inet${family ?? ''}` : ''}`;
}

/** A bitmap holds at most a /16: the one around its entries. */
function bitmapRange(entries: readonly SetEntry[]): string {
  const first = entries.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'address' ? part.ranges.map(([low]) => Number(low)) : [])),
  );
  const low = Math.floor(Math.min(...first, 0x0a000000 + 2 ** 31) / 65536) * 65536;
  return `${printAddress(low)}-${printAddress(low + 65535)}`;
}

function addLines(set: IpSet, { parts, nomatch }: SetEntry): readonly string[] {
  const combinations = parts.reduce<readonly string[]>(
    (lines, part) => lines.flatMap((line) => written(part).map((text) => (line === '' ? text : `${line},${text}`))),
    [''],
  );
  return combinations.map((text) => `add ${set.name} ${text}${nomatch ? ' nomatch' : ''}`);
}

function written(part: SetPart): readonly string[] {
  switch (part.kind) {
    case 'address':
      return part.ranges.flatMap(prefixes);
    case 'port':
      return part.ranges.map(([low, high]) => `${protocol(part.protocol)}${low === high ? low : `${low}-${high}`}`);
    case 'mac':
      return part.ranges.map(([low]) => printMac(low));
    case 'mark':
      return part.ranges.map(([low]) => `0x${low.toString(16)}`);
    case 'interface':
      return [part.physical ? `physdev:${part.name}` : part.name];
    case 'set':
      return [part.name];
  }
}

const protocol = (number: number | undefined): string =>
  number === undefined ? '' : `${PROTOCOLS[number] ?? number}:`;

/** The fewest prefixes that make up a range of addresses. */
function prefixes([low, high]: Range<Address>): readonly string[] {
  const found: string[] = [];
  for (let from = low; from <= high; ) {
    let largest = hostPrefix(from);
    while (largest.length > 1 && fits(prefix(from, largest.length - 1), from, high))
      largest = prefix(from, largest.length - 1);
    found.push(largest.length === hostPrefix(from).length ? printAddress(from) : printPrefix(largest));
    from = next(rangeOf(largest)[1]);
  }
  return found;
}

const fits = (of: Prefix, low: Address, high: Address): boolean => of.address === low && rangeOf(of)[1] <= high;
