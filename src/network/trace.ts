import type { Leg, Probe } from '../packet/exchange.ts';
import type { Disposition, Fate } from '../packet/fate.ts';
import type { Packet } from '../packet/packet.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import type { Scalar } from '../packet/scalar.ts';
import type { FrameTableName } from './frame-rules.ts';
import type { Hook, TableName } from './ruleset.ts';

/** Tables whose rules look at frames: at the hop `bridge` at those of packets, at the hop `neighbour` at ARP. */
export type FrameTable = `ebtables ${FrameTableName}` | 'arptables filter';

/**
 * One thing that happened to a packet, in the order in which it happened. Every rule that matched is a hop (jumps too),
 * and so is the policy that decided; rules that did not match are not.
 */
export interface Hop {
  readonly node: string;
  /** A netfilter hook, or the part of the path outside of netfilter. */
  readonly hook: Hook | 'socket' | 'route' | 'neighbour' | 'bridge' | 'link' | 'deliver';
  readonly table?: TableName | FrameTable;
  readonly chain?: string;
  /** Position in its chain from 1; absent for the policy of a chain. */
  readonly rule?: number;
  /** The rule, route or flag, quoted, or what was done in the kernel's words. */
  readonly text: string;
  readonly file?: string;
  readonly line?: number;
  /** `ACCEPT`, `DROP`, `jump nova-filter-top`, `DNAT 10.0.0.2`, `via br100`, … */
  readonly verdict: string;
  /** The packet as it is after this hop. */
  readonly packet: Packet;
}

/** The way of one packet (one copy of it, where it was flooded). */
export interface Walk {
  readonly leg: Leg;
  /** As the sender gave it to its kernel, or as it arrived from the wire. */
  readonly sent: Packet;
  readonly hops: readonly Hop[];
  readonly fate: Fate;
  /** As it was when its fate was decided (`src` and `dst` as received). */
  readonly received: Packet;
  /** The other copies of a flooded packet. */
  readonly copies: readonly Walk[];
}

/** One concrete exchange, as the evaluator walked it. */
export interface Exchange {
  readonly probe: Probe;
  readonly walks: readonly Walk[];
  readonly disposition: Disposition;
  /** Unknowns that the walk met, in order, with the value that this run gave them. */
  readonly met: readonly { readonly unknown: Unknown; readonly value: Scalar }[];
  readonly assumptions: readonly Assumption[];
}
