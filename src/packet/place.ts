/** Where something was read: a file of the snapshot (relative path), a line and a column, both counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** What decided: the thing's own text (a rule, a route, a flag) and where it was read, if anywhere. */
export interface Origin {
  readonly node: string;
  readonly text: string;
  readonly place?: Place;
}

/**
 * Something that the snapshot does not decide, with the reason. `id` names one occurrence *as met by one packet at one
 * visit*: two packets that meet the same `-m limit` have two ids. Its value is a free Boolean (or, where a step says so,
 * a free number in a range); an answer must hold for every value.
 */
export interface Unknown {
  readonly id: string;
  readonly reason: string;
  readonly origin?: Origin;
}

/** Something taken for granted because no capture shows it, and what would change if it were otherwise. */
export interface Assumption {
  readonly node?: string;
  readonly text: string;
}
