import type { NatRange } from '../extension/definition.ts';
import type { Hook } from '../network/ruleset.ts';
import { type Address, printAddress } from '../packet/address.ts';
import { bitAnd, bitXor } from '../packet/bits.ts';
import { CT_STATE } from '../packet/field.ts';
import { only, type Range, type Ranges, without } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import { type Flow, isTaken, type Track } from './conntrack.ts';
import type { Position } from './context.ts';
import { selectAddress6 } from './six/source.ts';
import { type Skb, write } from './skb.ts';
import { SCOPE, selectAddress } from './source.ts';
import { hasPorts, inverse, sameTuple, type Tuple } from './tuple.ts';
import { choose, isSix, type World } from './world.ts';

export type Manip = NatRange['manip'];

/** What each hook of the nat table may change (HOOK2MANIP). */
export const MANIP: Readonly<Record<Exclude<Hook, 'FORWARD'>, Manip>> = {
  PREROUTING: 'destination',
  OUTPUT: 'destination',
  INPUT: 'source',
  POSTROUTING: 'source',
};

/** nf_nat asks the rules for the first packet of a flow only, once a kind of nat. */
export const mustAsk = ({ flow, state, pinned }: Track, manip: Manip): boolean =>
  !flow.bound[manip] && (pinned || state === CT_STATE.NEW || state === CT_STATE.RELATED);

/** `nf_nat_setup_info`: binds the flow. False: there is no way to translate it, the packet is dropped. */
export function bind(world: World, track: Track, range: NatRange, position: Position): boolean {
  const { flow } = track;
  // a confirmed flow can't be changed any more
  if (flow.confirmed || flow.bound[range.manip]) return true;
  const now = inverse(flow.reply);
  const wanted = uniqueTuple(world, flow, now, range, position);
  if (wanted === undefined) return false;
  if (!sameTuple(wanted, now)) {
    flow.reply = inverse(wanted);
    flow.nat[range.manip] = true;
  }
  flow.bound[range.manip] = true;
  if (range.masquerade === true) flow.masquerade = position.out;
  return true;
}

/** Whether a masqueraded flow leaves by another device than the one whose address it got (`nf_nat_oif_changed`): it is dropped. */
export const hasMovedOn = ({ flow, direction }: Track, { hook, out }: Position): boolean =>
  hook === 'POSTROUTING' && direction === 'original' && flow.masquerade !== undefined && flow.masquerade !== out;

/** `get_unique_tuple` (net/netfilter/nf_nat_core.c): the translated tuple; ports change only where they must. */
function uniqueTuple(world: World, flow: Flow, now: Tuple, range: NatRange, position: Position): Tuple | undefined {
  const address = pickAddress(world, flow, now, range, position);
  if (address === undefined) return undefined;
  const moved = withAddress(now, range.manip, address);
  if (keepsPort(world, flow, moved, range)) return moved;
  return { ...moved, ...portOf(range.manip, pickPort(world, flow, moved, range)) };
}

const addressOf = (tuple: Tuple, manip: Manip): Address => (manip === 'source' ? tuple.src : tuple.dst);
const withAddress = (tuple: Tuple, manip: Manip, address: Address): Tuple =>
  manip === 'source' ? { ...tuple, src: address } : { ...tuple, dst: address };
const portIn = (tuple: Tuple, manip: Manip): number => (manip === 'source' ? tuple.sport : tuple.dport);
const portOf = (manip: Manip, port: number): Partial<Tuple> => (manip === 'source' ? { sport: port } : { dport: port });

function pickAddress(world: World, flow: Flow, now: Tuple, range: NatRange, position: Position): Address | undefined {
  const old = addressOf(now, range.manip);
  if (range.masquerade === true) {
    const { node, out, nextHop } = position;
    if (isSix(world)) return selectAddress6(world, node, out, now.dst);
    const found = out === undefined ? 0 : selectAddress(node, out, nextHop ?? now.dst, SCOPE.GLOBAL);
    return found === 0 ? undefined : found;
  }
  if (range.addresses === undefined) return old;
  const [low, high] = range.addresses;
  if (range.netmapMask !== undefined) return bitXor(bitAnd(bitXor(low, old), range.netmapMask), old);
  if (low === high) return low;
  // SNAT keeps a source that is in the range already
  if (range.manip === 'source' && low <= old && old <= high && range.random !== true) return old;
  return picked(world, flow, `address of ${printAddress(low)}-${printAddress(high)}`, [[low, high]]);
}

function keepsPort(world: World, flow: Flow, moved: Tuple, { manip, ports, portBase, random }: NatRange): boolean {
  if (!hasPorts(flow.original.proto)) return true;
  const port = portIn(moved, manip);
  if (random === true && manip === 'source') return false;
  if (ports === undefined) return manip === 'destination' || !taken(world, flow, moved);
  if (portBase !== undefined) return false;
  const [low, high] = ports;
  return low <= port && port <= high && (low === high || !taken(world, flow, moved));
}

/** Another flow of the table answers to it already (`nf_nat_used_tuple`). */
const taken = (world: World, flow: Flow, wanted: Tuple): boolean => isTaken(world, flow, inverse(wanted));

/** Where no range is given, low source ports stay low (`nf_nat_l4proto_unique_tuple`). */
const portsFor = (port: number): Range => (port < 512 ? [1, 511] : port < 1024 ? [600, 1023] : [1024, 65535]);

function pickPort(world: World, flow: Flow, moved: Tuple, { manip, ports, portBase, random }: NatRange): number {
  const old = portIn(moved, manip);
  const [low, high] = ports ?? portsFor(old);
  const size = high - low + 1;
  if (portBase !== undefined) return low + (((((old - portBase) % 65536) + 65536) % 65536) % size);
  if (low === high) return low;
  // a destination port that must change becomes the first free one, a source port any
  if (manip === 'destination' && random !== true) return low;
  // never the one that another flow has (`nf_nat_l4proto_unique_tuple` tries until it finds one that is free)
  const free = taken(world, flow, moved) ? without([[low, high]], only(old), 'sport') : ([[low, high]] as const);
  return picked(world, flow, `${manip} port of ${low}-${high}`, free);
}

/** The kernel picks by hash or at random. */
function picked<S extends Scalar>(world: World, { node, original }: Flow, what: string, ranges: Ranges<S>): S {
  const id = `${node} nat ${what} ${world.leg} ${original.proto} ${original.src} ${original.dst}`;
  return choose(world, { id, reason: `nat on ${node} picks the ${what}` }, ranges);
}

/** `nf_nat_packet`: translates the packet as its flow is bound, if it has anything to do with this hook. */
export function translate(skb: Skb, manip: Manip): boolean {
  if (skb.track === undefined) return false;
  const { flow, direction } = skb.track;
  const forward = direction === 'original';
  // answers undo at a destination hook what the source hook did, and the other way round
  const does = forward ? manip : manip === 'source' ? 'destination' : 'source';
  if (!flow.nat[does]) return false;
  const target = inverse(forward ? flow.reply : flow.original);
  const before = skb.packet;
  write(skb, manip === 'source' ? { src: target.src } : { dst: target.dst });
  if (hasPorts(target.proto) && before.fragment === 0)
    write(skb, manip === 'source' ? { sport: target.sport } : { dport: target.dport });
  return true;
}
