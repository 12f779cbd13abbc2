import type { Program, Slot } from '../ir/program.ts';
import type { Disposition } from '../packet/fate.ts';
import type { Unknown } from '../packet/place.ts';
import type { Scalar } from '../packet/scalar.ts';

/**
 * What is looked for: a packet that all Programs of the query start with, and where it ends in each. `ends` holds for a
 * packet of which some copy stops with such a disposition; so "never arrives" is `not` of `ends`, not `ends` of the rest.
 */
export type Goal =
  | { readonly kind: 'ends'; readonly program: number; readonly where: (disposition: Disposition) => boolean }
  | { readonly kind: 'not'; readonly of: Goal }
  | { readonly kind: 'all'; readonly of: readonly Goal[] }
  | { readonly kind: 'any'; readonly of: readonly Goal[] };

export interface Query {
  /** Slots of the same name are the same variable in all of them; so are unknowns of the same id. */
  readonly programs: readonly Program[];
  readonly goal: Goal;
  /** Input assignments that must not be found again (each excludes exactly the packets that agree with it on all its slots). */
  readonly except?: readonly ReadonlyMap<Slot, Scalar>[];
  /** Z3's `rlimit`: the same count gives the same end on every machine. */
  readonly budget?: number;
}

export interface Effort {
  readonly rlimit: number;
  readonly ms: number;
}

export type Answer =
  /** A packet (a value for every input) that meets the goal whatever the unknowns are. */
  | { readonly kind: 'found'; readonly inputs: ReadonlyMap<Slot, Scalar>; readonly effort: Effort }
  /** Proved: no packet and no values of the unknowns meet the goal. */
  | { readonly kind: 'none'; readonly effort: Effort }
  /** Some packet meets the goal for some values of these unknowns, none for all of them. */
  | {
      readonly kind: 'depends';
      readonly inputs: ReadonlyMap<Slot, Scalar>;
      readonly unknowns: readonly Unknown[];
      readonly effort: Effort;
    }
  /** Neither found nor proved. */
  | { readonly kind: 'gave up'; readonly reason: string; readonly effort: Effort };

/** Finds a packet through Programs, or proves that there is none. */
export interface Engine {
  readonly name: string;
  solve(query: Query): Promise<Answer>;
  close(): Promise<void>;
}
