import type { NatRange } from '../extension/definition.ts';
import { valuesOf } from '../ir/bounds.ts';
import { all, equals, inRanges, not, sameSlots, TRUE } from '../ir/predicate.ts';
import type { Predicate, Slot, Value } from '../ir/program.ts';
import { interfaceOf } from '../network/access.ts';
import { type Address, familyOf, rangeOf } from '../packet/address.ts';
import { bitAnd } from '../packet/bits.ts';
import { ADDRESS_WIDTH, CT_STATUS } from '../packet/field.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { type Range, type Ranges, single } from '../packet/ranges.ts';
import { minus, type Scalar, top } from '../packet/scalar.ts';
import { SCOPE, selections } from './address.ts';
import type { Place } from './hook.ts';
import { merge, type Pass, type Passage, sequence, stay, write } from './merge.ts';
import type { Recorder } from './settings.ts';
import { sources } from './six/select.ts';
import { type Entry, icmpOf, masqueradeSlot, PORTS, replyShown, tupleSlot } from './tuple.ts';
import { disposition, dropped, forgetting, isSix, type Walk } from './walk.ts';

/** The half of a packet that a translation changes. */
interface Half {
  readonly address: 'src' | 'dst';
  readonly port: 'sport' | 'dport';
  readonly bit: number;
}

const HALVES = {
  source: { address: 'src', port: 'sport', bit: CT_STATUS.SNAT },
  destination: { address: 'dst', port: 'dport', bit: CT_STATUS.DNAT },
} as const satisfies Record<NatRange['manip'], Half>;

/** One translation, where it is made. */
interface Mapping {
  readonly range: NatRange;
  readonly half: Half;
  readonly origin: Origin;
  readonly unknown: (what: string) => Unknown;
}

const OLD_ADDRESS: Slot = 'src@nat';
const OLD_PORT: Slot = 'sport@nat';
const OLD_ID: Slot = 'icmpId@nat';

/** Gives a flow its mapping, and the packet in hand too (nf_nat_setup_info). */
export function mapTo(walk: Walk, place: Place, range: NatRange, entry: Entry, origin: Origin): Passage {
  const half = HALVES[range.manip];
  const visit = `${walk.leg}${walk.copy} ${walk.visits}: ${place.node.name} ${origin.text}`;
  const unknown = (what: string): Unknown => ({
    id: `${visit} ${what}`,
    reason: `which ${what} the kernel picks`,
    origin,
  });
  const mapping: Mapping = { range, half, origin, unknown };
  const keep = write({ [OLD_ADDRESS]: half.address, [OLD_PORT]: half.port, [OLD_ID]: 'icmpId' });
  if (range.masquerade !== true)
    return sequence(walk, keep, tuple(mapping, range.addresses), (on) => record(on, half, entry));
  const by = place.node.interfaces.findIndex(({ name }) => name === place.out) + 1;
  const change = masquerade(walk.at, place, mapping);
  return sequence(walk, keep, change, write({ [masqueradeSlot(entry)]: by }), (on) => record(on, half, entry));
}

/** The flow's answers come to the new tuple; SNAT and DNAT are set only if it is a new one. */
function record(walk: Walk, half: Half, entry: Entry): Passage {
  const repl = (field: 'src' | 'dst' | 'sport' | 'dport' | 'icmpId'): Slot => tupleSlot(field, entry, 'repl');
  const status: Slot = `ctStatus@${entry.name}`;
  const raised: Value = { kind: 'bits', terms: [{ slot: status, mask: 63 - half.bit }], xor: half.bit };
  const sides =
    half.address === 'dst'
      ? { [repl('src')]: 'dst', [repl('sport')]: 'dport' }
      : { [repl('dst')]: 'src', [repl('dport')]: 'sport' };
  const unchanged = all(
    sameSlots(half.address, OLD_ADDRESS),
    sameSlots(half.port, OLD_PORT),
    sameSlots('icmpId', OLD_ID),
  );
  const mark: Pass = (on) => sequence(on, write({ [status]: raised }), write({ ctStatus: status }));
  return sequence(
    walk,
    write({ ...(sides as Record<Slot, Slot>), [repl('icmpId')]: 'icmpId' }),
    write(replyShown(entry)),
    (on) => merge(on, [{ when: not(unchanged), then: mark }]),
  );
}

/** get_unique_tuple: a source that is in the range already stays, with its port if that is too. */
function tuple(mapping: Mapping, addresses: Range<Scalar> | undefined): Pass {
  const { range, half } = mapping;
  const change: Pass = (walk) => sequence(walk, address(mapping, addresses), ports(mapping));
  if (half.address === 'dst' || range.random === true || addresses === undefined || range.netmapMask !== undefined)
    return change;
  return (walk) =>
    merge(walk, [{ when: all(inRanges('src', [addresses]), portsFit(mapping, icmpOf(walk))), then: stay }], change);
}

function address({ range, half, origin, unknown }: Mapping, addresses: Range<Scalar> | undefined): Pass {
  if (addresses === undefined) return stay;
  const [low, high] = addresses;
  if (range.netmapMask !== undefined)
    return write({ [half.address]: netmap(half.address, low, range.netmapMask) }, origin);
  if (low === high) return write({ [half.address]: low }, origin);
  return forgotten(half.address, [addresses], unknown('address'));
}

const forgotten =
  (slot: Slot, ranges: Ranges<Scalar>, unknown: Unknown): Pass =>
  (walk) => {
    const [steps, next] = forgetting(walk, slot, ranges, unknown);
    return { steps, walk: next };
  };

/** The host bits stay. */
const netmap = (slot: Slot, network: Scalar, mask: Scalar): Value => ({
  kind: 'bits',
  terms: [{ slot, mask: minus(top(ADDRESS_WIDTH[familyOf(mask)]), mask) }],
  xor: bitAnd(network, mask),
});

const HAS_PORTS: Predicate = inRanges('proto', PORTS);

/** Whether the port (or an icmp flow's id) lies in the range already; protocols without one always fit. */
function portsFit({ range: { ports: wanted }, half }: Mapping, icmp: Predicate): Predicate {
  if (wanted === undefined) return TRUE;
  const no = (of: Predicate, slot: Slot): Predicate => all(of, not(inRanges(slot, [wanted])));
  return all(not(no(HAS_PORTS, half.port)), not(no(icmp, 'icmpId')));
}

function ports(mapping: Mapping): Pass {
  const { range, half } = mapping;
  const { ports: wanted, random = false } = range;
  if (wanted === undefined) return random && half.port === 'sport' ? randomPort(mapping) : stay;
  return (walk) =>
    merge(walk, [
      { when: HAS_PORTS, then: inRange(mapping, half.port, wanted) },
      { when: icmpOf(walk), then: inRange(mapping, 'icmpId', wanted) },
    ]);
}

/** nf_nat_l4proto_unique_tuple: a port in the range stays; else it counts from a base, or is the first or a random one. */
function inRange({ range, half, origin, unknown }: Mapping, slot: Slot, wanted: Range): Pass {
  const [low, high] = wanted;
  const anyOf = low === high ? write({ [slot]: low }, origin) : forgotten(slot, [wanted], unknown('port'));
  if (range.portBase !== undefined) return shifted(slot, range.portBase, wanted, anyOf, origin);
  if (range.random === true) return anyOf;
  const fits = inRanges(slot, [wanted]);
  // without --random a destination port is the first of the range that is free
  const other = half.port === 'dport' && slot === 'dport' ? write({ [slot]: low }, origin) : anyOf;
  return (walk) => merge(walk, [{ when: fits, then: stay }], other);
}

function shifted(slot: Slot, base: number, [low, high]: Range, otherwise: Pass, origin: Origin): Pass {
  const same = inRanges(slot, [[base, Math.min(65535, base + high - low)]]);
  return (walk) =>
    merge(walk, [{ when: same, then: write({ [slot]: { kind: 'plus', slot, by: low - base } }, origin) }], otherwise);
}

/** Random source ports stay among those of their kind. */
const KINDS: readonly { readonly old: Range; readonly fresh: Range }[] = [
  { old: [0, 511], fresh: [1, 511] },
  { old: [512, 1023], fresh: [600, 1023] },
  { old: [1024, 65535], fresh: [1024, 65535] },
];

function randomPort({ half, unknown }: Mapping): Pass {
  const kinds = KINDS.map(({ old, fresh }) => ({
    when: all(HAS_PORTS, inRanges(half.port, [old])),
    then: forgotten(half.port, [fresh], unknown('port')),
  }));
  const id = forgotten('icmpId', [[0, 65535]], unknown('id'));
  return (walk) => merge(walk, [...kinds, { when: icmpOf(walk), then: id }]);
}

/** The outgoing interface's address towards the next hop (nf_nat_masquerade_ipv4). */
function masquerade(at: Recorder, place: Place, mapping: Mapping): Pass {
  const { node, out, nextHop } = place;
  if (out === undefined) throw new Error('MASQUERADE without an outgoing interface');
  const device = interfaceOf(node, out);
  const by = (target: Address | undefined): Pass => {
    const chosen = selections(at, node, device, target, SCOPE.global).map(({ when, address: one }) => ({
      when,
      then: Number(one) === 0 ? noAddress(place) : tuple(mapping, [one, one]),
    }));
    return (walk) => merge(walk, chosen);
  };
  const nets = device.addresses.map((one) => ({ when: inRanges('dst', [rangeOf(one)]), then: by(one.local) }));
  // a packet without a source is left alone
  const none = { when: equals('src', 0), then: stay };
  return (walk) => {
    if (isSix(walk)) return masqueradeSix(walk, place, (one) => tuple(mapping, [one, one]));
    const target = nextHop ?? single(valuesOf(walk.bounds, 'dst'));
    return target === undefined ? merge(walk, [none, ...nets], by(undefined)) : merge(walk, [none], by(target));
  };
}

/** Towards the destination itself, whatever the next hop (nf_nat_masquerade_ipv6). */
function masqueradeSix(walk: Walk, place: Place, to: (source: Address) => Pass): Passage {
  const device = interfaceOf(place.node, place.out ?? '');
  const ways = sources(walk.at, place.node, device, valuesOf(walk.bounds, 'dst')).map(({ when, source }) => ({
    when,
    then: source === undefined ? noAddress(place) : to(source),
  }));
  return merge(walk, ways, noAddress(place));
}

const noAddress =
  ({ node }: Place): Pass =>
  (walk) => ({ steps: [{ kind: 'stop', disposition: disposition(walk, dropped(node, 'rule')) }] });
