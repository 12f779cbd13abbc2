import type { Origin, Unknown } from './place.ts';

/** Why a packet went no further: one word a reason, the kernel's own where it has one. */
export type DropReason =
  | 'rule' // a rule's verdict (DROP, REJECT) or a chain's policy
  | 'no route' // the lookup found none, or an unreachable, blackhole or prohibit route
  | 'martian' // source or destination that cannot come in here
  | 'rp_filter'
  | 'not forwarding' // ip_forward=0
  | 'ttl' // time to live exceeded
  | 'no neighbour' // no usable answer to the ARP request
  | 'not for me' // a frame for another MAC address (or a destination that this host must not take)
  | 'interface down'
  | 'no port' // the bridge has no port to send it out by
  | 'filtered by the link' // a virtual switch that delivers only to the port's own address
  | 'checksum'
  | 'fragment' // it waits for the rest of its datagram
  | 'no socket' // an answer that belongs to no socket that asked
  | 'loop'; // the packet is on its way round again and will not come out

/** What became of one packet (or of one copy of a broadcast). */
export type Fate =
  | { readonly kind: 'delivered'; readonly node: string; readonly interface: string }
  | { readonly kind: 'leaves'; readonly node: string; readonly interface: string }
  | { readonly kind: 'dropped'; readonly node: string; readonly reason: DropReason; readonly origin?: Origin }
  | { readonly kind: 'unknown'; readonly node: string; readonly unknown: Unknown }
  /** There was nothing to send: the request did not arrive, was not followed, or nobody answers it. */
  | { readonly kind: 'none'; readonly reason: string };

/**
 * How an exchange ended: the fate of the request, and of the whole way back. `reply.kind` is `delivered` only if every
 * later packet of the exchange arrived (for tcp: SYN-ACK, ACK, data and the answer to it), with the asking node.
 */
export interface Disposition {
  readonly request: Fate;
  readonly reply: Fate;
}
