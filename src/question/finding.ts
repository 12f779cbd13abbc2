import type { Exchange } from '../network/trace.ts';
import type { Address } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import type { Packet } from '../packet/packet.ts';
import type { Assumption, Unknown } from '../packet/place.ts';

/** The end of a question: never a bare Boolean. */
export interface Finding {
  /** The question as it was asked. */
  readonly question: string;
  readonly answer: 'yes' | 'no' | 'unknown';
  /** A packet that shows the answer, replayed by the evaluator; `null` where the answer is a proof. */
  readonly witness: Witness | null;
  /** Present where the answer is a proof. */
  readonly proof?: Proof;
  /** How the request of the witness (or, under a proof, of the packet that `example` shows) fared. */
  readonly request?: Outcome;
  readonly reply?: Outcome;
  readonly unknowns: readonly Unknown[];
  readonly assumptions: readonly Assumption[];
  readonly ms: number;
}

export interface Witness {
  readonly packet: Packet;
  readonly exchange: Exchange;
}

export interface Proof {
  /** What it ranges over, in words: which packets, which unknowns. */
  readonly over: string;
  /** How many corner packets of the claim were walked by the evaluator. */
  readonly corners: number;
  /** One of them, to show where packets of the class end. */
  readonly example?: Witness;
}

export interface Outcome {
  readonly delivered: boolean;
  readonly fate: Fate;
  readonly node?: string;
  /** The other nodes that may have answered (two owners of one address). */
  readonly alternatives: readonly string[];
  /** As received. */
  readonly src?: Address;
  readonly dst?: Address;
}
