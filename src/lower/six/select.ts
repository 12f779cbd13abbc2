import { all, FALSE, inRanges, not, TRUE, unknownBit } from '../../ir/predicate.ts';
import type { Predicate } from '../../ir/program.ts';
import type { Interface, InterfaceAddress, Node } from '../../network/network.ts';
import { type Address, holds, type Prefix, prefix, rangeOf } from '../../packet/address.ts';
import { contains, type Range, type Ranges, ranges, single } from '../../packet/ranges.ts';
import { compare, next, previous } from '../../packet/scalar.ts';
import { flag, type Recorder, setting } from '../settings.ts';
import { GROUPS, isUsed, ORCHID, scopeOf } from './addresses.ts';

/** The source that the kernel picks for these destinations; absent: it has none. */
export interface Choice {
  readonly when: Predicate;
  readonly source?: Address;
}

interface Candidate {
  readonly device: Interface;
  readonly of: InterfaceAddress;
  readonly address: bigint;
}

/** How settings that matter to the choice are. */
interface Ways {
  readonly when: Predicate;
  readonly ownOnly: boolean;
  readonly temporary: boolean;
}

/** Labels of the default policy table, longest prefix first (net/ipv6/addrlabel.c). */
// biome-ignore format: a table
const LABELS: readonly (readonly [of: Prefix<bigint>, label: number])[] = [
  [{ address: 1n, length: 128 }, 0],
  [{ address: 0xffff_0000_0000n, length: 96 }, 4],
  [{ address: 0n, length: 96 }, 3],
  [{ address: 0x2001n << 112n, length: 32 }, 6],
  [ORCHID, 7],
  [{ address: 0x2002n << 112n, length: 16 }, 2],
  [{ address: 0x3ffen << 112n, length: 16 }, 12],
  [{ address: 0xfec0n << 112n, length: 10 }, 11],
  [{ address: 0xfc00n << 112n, length: 7 }, 5],
];
const OTHER_LABEL = 1;

const labelOf = (address: bigint): number => LABELS.find(([of]) => holds(of, address))?.[1] ?? OTHER_LABEL;

/** The source address towards these destinations by a device, or by any (ipv6_dev_get_saddr; RFC 6724, section 5). */
export function sources(
  on: Recorder,
  node: Node,
  device: Interface | undefined,
  values: Ranges<Address>,
): readonly Choice[] {
  return waysOf(on, node, device).flatMap((ways) =>
    [...chosen(node, device, values, ways)].map(([source, to]) => ({
      when: all(ways.when, inRanges('dst', to)),
      ...(source === undefined ? {} : { source }),
    })),
  );
}

/** The source towards one destination, if settings leave no doubt. */
export const sourceTo = (node: Node, device: Interface, to: Address): Address | undefined =>
  choose(node, device, BigInt(to), { when: TRUE, ownOnly: false, temporary: false });

function waysOf(on: Recorder, node: Node, device: Interface | undefined): readonly Ways[] {
  const key = device && `net.ipv6.conf.${device.name}.use_oif_addrs_only`;
  const own = key === undefined ? FALSE : flag(on, node, key);
  const privacy = node.interfaces.filter(({ addresses }) => addresses.some((one) => one.temporary));
  const asked = privacy.map(({ name }) => setting(on, node, `net.ipv6.conf.${name}.use_tempaddr`));
  const open = asked.find((one) => one.kind === 'unknown');
  const preferred = asked.some((one) => one.kind === 'known' && one.value >= 2) ? TRUE : FALSE;
  const temporary =
    open === undefined ? preferred : unknownBit({ id: `${node.name} use_tempaddr`, reason: open.reason });
  return [true, false].flatMap((ownOnly) =>
    [true, false].flatMap((prefers) => {
      const when = all(ownOnly ? own : not(own), prefers ? temporary : not(temporary));
      return when.kind === 'false' ? [] : [{ when, ownOnly, temporary: prefers }];
    }),
  );
}

/** Destinations by the source that is chosen for them. */
function chosen(
  node: Node,
  device: Interface | undefined,
  values: Ranges<Address>,
  ways: Ways,
): ReadonlyMap<Address | undefined, Ranges<Address>> {
  const found = new Map<Address | undefined, Range<Address>[]>();
  for (const piece of pieces(node, values)) {
    const source = choose(node, device, BigInt(piece[0]), ways);
    found.set(source, [...(found.get(source) ?? []), piece]);
  }
  return new Map([...found].map(([source, list]) => [source, ranges(list)] as const));
}

/** Destinations, cut wherever the choice may change. */
function pieces(node: Node, values: Ranges<Address>): readonly Range<Address>[] {
  const one = single(values);
  if (one !== undefined) return [[one, one]];
  const cuts = new Set<Address>();
  for (const of of borders(node)) {
    const [low, high] = rangeOf(of);
    cuts.add(low);
    cuts.add(next(high));
  }
  const sorted = [...cuts].toSorted(compare);
  return values.flatMap(([low, high]) => {
    const inside = sorted.filter((cut) => cut > low && cut <= high);
    return [low, ...inside].map((from, i) => [from, previous(inside[i] ?? next(high))] as const);
  });
}

function* borders(node: Node): Iterable<Prefix<bigint>> {
  for (const [of] of LABELS) yield of;
  yield { address: 0xfe80n << 112n, length: 10 };
  for (let head = 0xff00n; head <= 0xffffn; head++) yield { address: head << 112n, length: 16 };
  for (const { addresses } of node.interfaces)
    for (const { local, length } of addresses) {
      yield { address: BigInt(local), length: 128 };
      for (let i = 0; i <= length; i++) yield prefix(BigInt(local), i);
    }
}

function choose(node: Node, device: Interface | undefined, to: bigint, ways: Ways): Address | undefined {
  const near = device !== undefined && (ways.ownOnly || scopeOf(to) <= 2 || contains(GROUPS, to));
  let best: { readonly one: Candidate; readonly marks: readonly number[] } | undefined;
  for (const one of candidatesOf(near ? [device] : node.interfaces)) {
    const marks = marksOf(one, device, to, ways);
    if (best === undefined || isBetter(marks, best.marks)) best = { one, marks };
  }
  return best?.one.address;
}

const candidatesOf = (devices: readonly Interface[]): readonly Candidate[] =>
  devices.flatMap((device) => device.addresses.filter(isUsed).map((of) => ({ device, of, address: BigInt(of.local) })));

/** How well an address fits, rule by rule (ipv6_get_saddr_eval); the first rule that tells two apart decides. */
function marksOf({ device: by, of, address }: Candidate, device: Interface | undefined, to: bigint, ways: Ways) {
  const bit = (so: boolean): number => (so ? 1 : 0);
  const scope = scopeOf(address);
  return [
    bit(address === to),
    scope >= scopeOf(to) ? -scope : scope - 128,
    bit(of.deprecated !== true || address === 1n),
    bit(device === undefined || device.name === by.name),
    bit(labelOf(address) === labelOf(to)),
    bit((of.temporary === true) === ways.temporary),
    bit(holds(ORCHID, address) === holds(ORCHID, to)),
    Math.min(commonBits(address, to), of.length),
  ];
}

const isBetter = (a: readonly number[], b: readonly number[]): boolean => {
  const at = a.findIndex((mark, i) => mark !== b[i]);
  return at >= 0 && (a[at] ?? 0) > (b[at] ?? 0);
};

const commonBits = (a: bigint, b: bigint): number => (a === b ? 128 : 128 - (a ^ b).toString(2).length);
