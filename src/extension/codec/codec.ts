/** An address family as netfilter numbers it in its tools: IPv4 or IPv6. */
export type Family = 4 | 6;

/** What the rest of the rule fixes while an option is read. */
export interface ReadContext {
  readonly family: Family;
  /** The rule's protocol (`-p`, not negated), where it was given before. */
  readonly protocol?: number;
}

/** What became of an option's words: a value, or a refusal in the user's terms. */
export type Read<T> = { readonly value: T } | Refusal;
export interface Refusal {
  readonly refused: string;
  readonly advice: string | undefined;
}

export const isRefused = <T>(read: Read<T>): read is Refusal => 'refused' in read;
export const value = <T>(of: T): Read<T> => ({ value: of });
export const refused = (reason: string, advice?: string): Refusal => ({ refused: reason, advice });

/** Goes on with a value that was read. */
export const andThen = <A, B>(read: Read<A>, next: (value: A) => Read<B>): Read<B> =>
  isRefused(read) ? read : next(read.value);

/** Reads all of a list, or refuses with the first refusal. */
export function each<T>(reads: readonly Read<T>[]): Read<readonly T[]> {
  const bad = reads.find(isRefused);
  return bad ?? value(reads.map((read) => (read as { value: T }).value));
}

/** The values that an option can have, as data for generators of tests. */
export type Domain =
  | { readonly kind: 'integer'; readonly low: number; readonly high: number }
  /** `[a, b]` with a ≤ b. */
  | { readonly kind: 'interval'; readonly low: number; readonly high: number }
  | { readonly kind: 'one of'; readonly values: readonly unknown[] }
  /** A sublist in the given order. */
  | { readonly kind: 'subset'; readonly of: readonly unknown[]; readonly minimum: number }
  | { readonly kind: 'list'; readonly of: Domain; readonly minimum: number; readonly maximum: number }
  | { readonly kind: 'record'; readonly members: Readonly<Record<string, Domain>> }
  /** Printable text of at most so many characters. */
  | { readonly kind: 'text'; readonly minimum: number; readonly maximum: number };

/** The words of an option; those of a flag are none, and never read. */
export type Words = readonly [string, ...string[]];

/** Text and value of one option: `parse(print(v))` is `v`. */
export interface Codec<T> {
  readonly metavar: string;
  /** How many words it takes from the line: none for a flag. */
  readonly words: 0 | 1 | 2;
  parse(words: Words, context: ReadContext): Read<T>;
  /** As `iptables-save` prints it, quoted where that quotes. */
  print(value: T): string;
  readonly domain: Domain;
}
