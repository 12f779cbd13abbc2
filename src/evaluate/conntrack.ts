import { familyOf } from '../packet/address.ts';
import { CT_STATE, CT_STATUS, NO_TRACK, PROTOCOL } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import type { Position } from './context.ts';
import { type Skb, write } from './skb.ts';
import { nextTcp, type TcpState, validFlags } from './tcp.ts';
import { hasPorts, ICMP_ANSWER, ICMP6_ANSWER, inverse, sameTuple, type Tuple, tupleOf } from './tuple.ts';
import { isSix, setting, type World } from './world.ts';

/** `struct nf_conn`: one entry of a node's table. */
export interface Flow {
  readonly node: string;
  readonly zone: number;
  readonly original: Tuple;
  /** What answers carry; nat changes it. */
  reply: Tuple;
  confirmed: boolean;
  seenReply: boolean;
  assured: boolean;
  readonly expected: boolean;
  /** Whether each kind of nat has been decided, and whether it changes anything. */
  readonly bound: { source: boolean; destination: boolean };
  readonly nat: { source: boolean; destination: boolean };
  /** The device that MASQUERADE took its address for (`nf_conn_nat.masq_index`). */
  masquerade: string | undefined;
  mark: number;
  tcp: TcpState;
}

/** A packet's entry, as `skb->_nfct` holds it. */
export interface Track {
  readonly flow: Flow;
  readonly direction: 'original' | 'reply';
  readonly state: number;
  /** The question pinned the state: nat is to bind the flow as its first packet would have been. */
  readonly pinned: boolean;
}

const zoneOf = ({ zone }: Skb): number => zone ?? 0;

/** The state of the packet, one of CT_STATE; a template is of no flow, and `-m conntrack` calls it NEW. */
export const stateOf = (skb: Skb): number =>
  skb.untracked ? CT_STATE.UNTRACKED : (skb.track?.state ?? (skb.zone === undefined ? CT_STATE.INVALID : CT_STATE.NEW));

/** Writes what conntrack knows into the packet's fields, for rules to look at. */
export function describe(skb: Skb): void {
  if (skb.track === undefined) return write(skb, { ...NO_TRACK, ctState: stateOf(skb) });
  const { flow, direction, state } = skb.track;
  write(skb, {
    ctState: state,
    ctStatus: statusOf(flow),
    ctDirection: direction === 'original' ? 0 : 1,
    ctMark: flow.mark,
    ctOrigSrc: flow.original.src,
    ctOrigDst: flow.original.dst,
    ctOrigSport: flow.original.sport,
    ctOrigDport: hasPorts(flow.original.proto) ? flow.original.dport : 0,
    ctReplSrc: flow.reply.src,
    ctReplDst: flow.reply.dst,
    ctReplSport: flow.reply.sport,
    ctReplDport: hasPorts(flow.reply.proto) ? flow.reply.dport : 0,
  });
}

const statusOf = (flow: Flow): number =>
  (flow.expected ? CT_STATUS.EXPECTED : 0) +
  (flow.seenReply ? CT_STATUS.SEEN_REPLY : 0) +
  (flow.assured ? CT_STATUS.ASSURED : 0) +
  (flow.confirmed ? CT_STATUS.CONFIRMED : 0) +
  (flow.nat.source ? CT_STATUS.SNAT : 0) +
  (flow.nat.destination ? CT_STATUS.DNAT : 0);

/** `nf_conntrack_in`: finds or makes the packet's entry. INVALID packets get none. */
export function track(world: World, skb: Skb, position: Position): void {
  // loopback, the bridge and notrack have been here before
  if (skb.track === undefined && !skb.untracked) {
    attach(world, skb, position);
    skb.zone = undefined;
  }
  describe(skb);
}

function attach(world: World, skb: Skb, position: Position): void {
  if (isUntracked(world, skb.packet, position)) {
    skb.untracked = true;
    return;
  }
  const pinned = world.leg === 'request' ? world.states.get(position.node.name) : undefined;
  if (pinned !== undefined) pin(world, skb, position.node.name, pinned);
  else if (acceptable(world, skb.packet, position)) resolve(world, skb, position);
}

/** Messages of ICMPv6 that conntrack leaves alone: those of group members, routers and neighbours (`noct_valid_new`). */
// biome-ignore format: a table
const LEFT_ALONE: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143]);

const isUntracked = (world: World, packet: Packet, position: Position): boolean =>
  isSix(world) &&
  packet.proto === PROTOCOL.ICMPV6 &&
  packet.fragment === 0 &&
  LEFT_ALONE.has(packet.icmpType) &&
  acceptable(world, packet, position);

/** What `tcp_error`, `udp_error` and `icmp_error` let pass; checksums are looked at in PREROUTING only. */
function acceptable(world: World, packet: Packet, { node, hook }: Position): boolean {
  const icmp = packet.proto === (isSix(world) ? PROTOCOL.ICMPV6 : PROTOCOL.ICMP);
  const summed = icmp || hasPorts(packet.proto);
  if (packet.badChecksum === 1 && summed && hook === 'PREROUTING')
    if (setting(world, node, 'net.netfilter.nf_conntrack_checksum') !== 0) return false;
  return packet.proto !== PROTOCOL.TCP || validFlags(packet.tcpFlags);
}

export const tableOf = (world: World, node: string, zone: number): Flow[] => {
  const key = `${node}/${zone}`;
  const table = world.tables.get(key) ?? [];
  world.tables.set(key, table);
  return table;
};

function resolve(world: World, skb: Skb, { node }: Position): void {
  const tuple = tupleOf(skb.packet);
  if (tuple === undefined) return;
  const table = tableOf(world, node.name, zoneOf(skb));
  const reply = table.find((flow) => sameTuple(flow.reply, tuple));
  const original = table.find((flow) => sameTuple(flow.original, tuple));
  if (original !== undefined) follow(skb, original, 'original');
  else if (reply !== undefined) follow(skb, reply, 'reply');
  else if (canBegin(skb.packet, () => setting(world, node, 'net.netfilter.nf_conntrack_tcp_loose') !== 0))
    begin(skb, node.name, tuple, CT_STATE.NEW, false);
}

/** A packet of a flow that is known; NEW until the first answer. A tcp segment out of turn is INVALID. */
function follow(skb: Skb, flow: Flow, direction: 'original' | 'reply'): void {
  if (skb.packet.proto === PROTOCOL.TCP) {
    const next = nextTcp(direction, flow.tcp, skb.packet.tcpFlags);
    if (next === undefined) return;
    if (next === 'ESTABLISHED' && flow.seenReply) flow.assured = true;
    flow.tcp = next;
  }
  if (direction === 'reply') flow.seenReply = true;
  const state = flow.seenReply ? CT_STATE.ESTABLISHED : flow.expected ? CT_STATE.RELATED : CT_STATE.NEW;
  skb.track = { flow, direction, state, pinned: false };
}

/** Whether a packet that belongs to no flow can begin one. */
function canBegin({ src, proto, icmpType, tcpFlags }: Packet, loose: () => boolean): boolean {
  if (proto === PROTOCOL.ICMPV6 && familyOf(src) === 6) return ICMP6_ANSWER.has(icmpType);
  if (proto === PROTOCOL.ICMP) return ICMP_ANSWER.has(icmpType);
  if (proto !== PROTOCOL.TCP) return true;
  const next = nextTcp('original', 'none', tcpFlags);
  return next === 'SYN_SENT' || (next === 'ESTABLISHED' && loose());
}

function begin(skb: Skb, node: string, tuple: Tuple, state: number, pinned: boolean): void {
  const tcp = tuple.proto === PROTOCOL.TCP ? (nextTcp('original', 'none', skb.packet.tcpFlags) ?? 'SYN_SENT') : 'none';
  const answered = state === CT_STATE.ESTABLISHED;
  const flow: Flow = {
    node,
    zone: zoneOf(skb),
    original: tuple,
    reply: inverse(tuple),
    confirmed: false,
    seenReply: answered,
    assured: answered && tcp !== 'none',
    expected: state === CT_STATE.RELATED,
    bound: { source: false, destination: false },
    nat: { source: false, destination: false },
    masquerade: undefined,
    mark: 0,
    tcp: answered && tcp !== 'none' ? 'ESTABLISHED' : tcp,
  };
  skb.track = { flow, direction: 'original', state, pinned };
}

/** The question says what state the first packet is in here. */
function pin(world: World, skb: Skb, node: string, state: number): void {
  if (state === CT_STATE.UNTRACKED) skb.untracked = true;
  if (state === CT_STATE.UNTRACKED || state === CT_STATE.INVALID) return;
  const { src, dst, proto } = skb.packet;
  const tuple = tupleOf(skb.packet) ?? { src, dst, proto, sport: 0, dport: 0 };
  // it has come by before
  const flow = tableOf(world, node, zoneOf(skb)).find(({ original }) => sameTuple(original, tuple));
  if (flow === undefined) begin(skb, node, tuple, state, true);
  else skb.track = { flow, direction: 'original', state, pinned: true };
}

/** Whether another flow of the table has the tuple already, either way (`nf_conntrack_tuple_taken`). */
export const isTaken = (world: World, flow: Flow, answer: Tuple): boolean =>
  tableOf(world, flow.node, flow.zone).some(
    (other) => other !== flow && (sameTuple(other.original, answer) || sameTuple(other.reply, answer)),
  );

/** `nf_conntrack_confirm`, at the end of INPUT and POSTROUTING: from here on other packets find the entry. */
export function confirm(world: World, skb: Skb): void {
  const flow = skb.track?.flow;
  if (flow === undefined || flow.confirmed) return;
  flow.confirmed = true;
  tableOf(world, flow.node, flow.zone).push(flow);
}
