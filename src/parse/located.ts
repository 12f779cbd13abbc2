import type { Place } from '../packet/place.ts';

/** Something to say about one place in an input: an error (nothing is concluded) or a note (read all the same, saying so). */
export interface Located {
  readonly severity: 'error' | 'note';
  readonly place: Place;
  /** How many characters the caret line underlines, at least 1. */
  readonly length: number;
  /** The line that it is about, as it stands in the file. */
  readonly line: string;
  /** Lower case, no full stop, the user's own text in backticks. */
  readonly message: string;
  /** One line: what to do about it. */
  readonly advice?: string;
}

/** What a parser made of a text. The value is absent exactly if there is an error; errors come all at once, in file order. */
export interface Result<T> {
  readonly value?: T;
  readonly located: readonly Located[];
}
