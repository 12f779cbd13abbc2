import type { Address } from '../packet/address.ts';
import type { Source } from '../packet/exchange.ts';
import type { Packet } from '../packet/packet.ts';

/** One packet to send: as a question's first packet, all fields given. Without `bound`, a socket's `src` is not looked at. */
export interface Shot {
  readonly source: Source;
  readonly packet: Packet;
  /** It is sent as two fragments: the first has its transport header, the second all the rest. Not for tcp. */
  readonly inTwo?: true;
  /** The socket is not bound to its device, which is the zone of the destination alone (`sin6_scope_id`). Of udp and echo requests. */
  readonly loose?: true;
}

/** A probe that a node's local stack was given (past INPUT), as it was then. */
export interface Arrival {
  readonly node: string;
  readonly interface: string;
  readonly src: Address;
  readonly sport: number;
  readonly dst: Address;
  readonly dport: number;
}

/** What the kernels did with one shot. */
export interface Verdict {
  /** Each place once, in the order of the nodes' names. */
  readonly arrivals: readonly Arrival[];
  /** The answer came back to the asking socket: for tcp, the answer to the data. */
  readonly answered: boolean;
  /** Where the answer came from, as the asker saw it. */
  readonly from?: Address;
  /** What the asking socket was told (`EPERM`, `EHOSTUNREACH`, `ECONNREFUSED`); a time-out is none. */
  readonly errno?: string;
  /** ICMP errors that came in anywhere: type and code, at which node. */
  readonly errors: readonly { readonly node: string; readonly type: number; readonly code: number }[];
}
