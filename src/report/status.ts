import type { Place } from '../packet/place.ts';
import type { Finding } from '../question/finding.ts';

/** Exit statuses of every command. */
export const EXIT = { met: 0, violated: 1, unusable: 2, undecided: 3, internal: 70 } as const;

/** Which status wins where several apply: the first of these that occurs. */
const PRECEDENCE: readonly number[] = [EXIT.internal, EXIT.unusable, EXIT.violated, EXIT.undecided];

export const worst = (statuses: readonly number[]): number =>
  PRECEDENCE.find((status) => statuses.includes(status)) ?? EXIT.met;

/** A question that was answered, and what its policy expects of it (`null`: asked, not checked). */
export interface Checked {
  readonly id: string;
  readonly expect: 'yes' | 'no' | null;
  readonly why?: string;
  /** Where the policy stands. */
  readonly place?: Place;
  readonly finding: Finding;
}

export type Status = 'met' | 'violated' | 'undecided';

/** `unknown` meets no expectation, and no opposite of one. A question without expectation is met by a yes. */
export function statusOf({ expect, finding }: Checked): Status {
  if (finding.answer === 'unknown') return 'undecided';
  return finding.answer === (expect ?? 'yes') ? 'met' : 'violated';
}

export interface Summary {
  readonly met: number;
  readonly violated: number;
  readonly undecided: number;
  readonly errors: number;
  readonly exitCode: number;
}

export function summarise(results: readonly Checked[]): Summary {
  const statuses = results.map(statusOf);
  const count = (status: Status): number => statuses.filter((one) => one === status).length;
  return {
    met: count('met'),
    violated: count('violated'),
    undecided: count('undecided'),
    errors: 0, // a policy that cannot be read stops the whole check: no answers beside it
    exitCode: worst(statuses.map((status) => EXIT[status])),
  };
}
