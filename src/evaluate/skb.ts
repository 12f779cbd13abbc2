import type { Interface } from '../network/network.ts';
import type { Hop, Walk } from '../network/trace.ts';
import type { Leg } from '../packet/exchange.ts';
import type { DropReason, Fate } from '../packet/fate.ts';
import { NO_TRACK } from '../packet/field.ts';
import type { Packet } from '../packet/packet.ts';
import type { Origin, Place } from '../packet/place.ts';
import type { Track } from './conntrack.ts';
import type { PacketType } from './frame.ts';
import type { Stranger } from './stranger.ts';

/** One packet on its way: its header fields and what the kernel attaches to it on the node where it is. */
export interface Skb {
  readonly leg: Leg;
  readonly sent: Packet;
  packet: Packet;
  hops: Hop[];
  /** Other copies that have come to their end. */
  copies: readonly Walk[];
  /** The sender's own copy of a broadcast. */
  own: readonly Walk[];
  /** The conntrack entry that it belongs to on this node. */
  track: Track | undefined;
  untracked: boolean;
  /** The zone of the template that a `CT` rule attached, until conntrack looks for the flow. */
  zone: number | undefined;
  /** `struct nf_bridge_info`: it came in by a bridge port while br_netfilter was looking. */
  bridge: { readonly physIn: string; readonly physOut?: string } | undefined;
  /** The 802.1Q tag that the frame carries. */
  tag: number | undefined;
  /** Whom the frame is for, where rules of a bridge may ask; undefined: as its addresses say. */
  type: PacketType | undefined;
  /** Whose address is 0 in the frame: somebody's out of sight, whom it is for or who has sent it. */
  stranger: Stranger | undefined;
  /** Where the frame or packet has been, to notice that it goes round. */
  seen: Set<string>;
}

export const newSkb = (leg: Leg, packet: Packet): Skb => ({
  leg,
  sent: packet,
  packet,
  hops: [],
  copies: [],
  own: [],
  track: undefined,
  untracked: false,
  zone: undefined,
  bridge: undefined,
  tag: undefined,
  type: undefined,
  stranger: undefined,
  seen: new Set(),
});

/** A copy as `skb_clone` makes it: the conntrack entry is shared. */
export const clone = (skb: Skb): Skb => ({ ...skb, hops: [...skb.hops], copies: [], own: [], seen: new Set(skb.seen) });

export const write = (skb: Skb, fields: Partial<Packet>): void => {
  skb.packet = { ...skb.packet, ...fields };
};

/** What `skb_scrub_packet` takes away when a packet comes to another host: marks, conntrack, bridge info. */
export function scrub(skb: Skb): void {
  skb.track = undefined;
  skb.untracked = false;
  skb.zone = undefined;
  skb.bridge = undefined;
  skb.type = undefined;
  write(skb, { mark: 0, ...NO_TRACK });
}

/** File and line of a hop, where the thing was read somewhere. */
export const at = (place: Place | undefined): { file: string; line: number } | Record<string, never> =>
  place === undefined ? {} : { file: place.file, line: place.line };

export const note = (skb: Skb, hop: Omit<Hop, 'packet'>): void => {
  skb.hops.push({ ...hop, packet: skb.packet });
};

/** What decided at an interface: its own line of the capture. */
export const originOf = (node: string, one: Interface, text: string): Origin => ({ node, text, place: one.place });

/** Ends the packet outside of any rule, and says where and why. */
export function drop(skb: Skb, hook: Hop['hook'], reason: DropReason, origin: Origin): Fate {
  const { node, text, place } = origin;
  note(skb, { node, hook, text, ...at(place), verdict: `DROP (${reason})` });
  return { kind: 'dropped', node, reason, origin };
}

export const finish = (skb: Skb, fate: Fate): Walk => ({
  leg: skb.leg,
  sent: skb.sent,
  hops: skb.hops,
  fate,
  received: skb.packet,
  copies: [...skb.copies, ...skb.own],
});

/** Which copy of a flooded packet speaks for all: one that arrives, else one that may. */
export const RANK: readonly Fate['kind'][] = ['delivered', 'unknown', 'leaves', 'dropped', 'none'];

/** Sends each copy its own way; the packet goes on as the best of them, the others are kept with it. */
export function flood(skb: Skb, ways: readonly ((copy: Skb) => Fate)[], nowhere: () => Fate): Fate {
  const ends = ways.map((way) => {
    const copy = clone(skb);
    return finish(copy, way(copy));
  });
  const all = ends.flatMap((walk) => [{ ...walk, copies: [] }, ...walk.copies]);
  all.sort((a, b) => RANK.indexOf(a.fate.kind) - RANK.indexOf(b.fate.kind));
  const [best, ...others] = all;
  if (best === undefined) return nowhere();
  skb.hops = [...best.hops];
  skb.packet = best.received;
  skb.copies = others;
  return best.fate;
}
