import type { Family } from './field.ts';
import type { Packet, PacketClass } from './packet.ts';

/**
 * Where a question's first packet comes from. `socket`: a process on the node sends it through the whole output path.
 * `wire`: a frame arrives at the interface from outside the node. `raw`: a packet socket puts a finished frame on the
 * node's interface, past routing and netfilter (a DHCP client without an address).
 */
export type Source =
  | {
      readonly kind: 'socket';
      readonly node: string;
      /** Whether the socket is bound to the packet's `src`; if not, the kernel picks it (and the packet's is ignored). */
      readonly bound: boolean;
      /** The device that the socket is bound to (the zone of a link-local destination); of IPv6 only. */
      readonly device?: string;
    }
  | { readonly kind: 'wire' | 'raw'; readonly node: string; readonly interface: string };

/**
 * What conntrack says of the *first* packet at every node that tracks it. `fresh`: the flow is new everywhere and each
 * node decides as its conntrack would. A list: one of these states (values of `CT_STATE`), free at each node;
 * ESTABLISHED and RELATED packets carry the mapping that the flow's first packet would have got there, INVALID and
 * UNTRACKED bypass nat.
 */
export type FlowState = 'fresh' | readonly number[];

/** Everything that a question fixes about the packets it asks about: who sends them, which, and how far to follow. */
export interface Probe {
  /** Of the packets; absent: 4. */
  readonly family?: Family;
  readonly source: Source;
  /** The first packets. Fields that are not named are free, but for those that the path itself sets. */
  readonly packets: PacketClass;
  readonly state: FlowState;
  /** Follow the answer too (for tcp: SYN, SYN-ACK, ACK, data and its answer). */
  readonly back: boolean;
}

/** One packet to start with and, where the probe's state is not `fresh`, the value of `ctState` at each node that tracks it. */
export interface Start {
  readonly packet: Packet;
  readonly states: ReadonlyMap<string, number>;
}

/** The packets of an exchange, in the order in which they are sent. */
export const LEGS = ['request', 'answer', 'acknowledgement', 'data', 'data answer'] as const;
export type Leg = (typeof LEGS)[number];
