import type { Family } from '../../extension/codec/codec.ts';
import type { Match, Target } from '../../extension/extension.ts';
import type { Given } from '../../extension/option.ts';
import type { Header, MaskedAddress } from '../../network/ruleset.ts';
import type { Source, Word } from '../source.ts';

/** A match or target that a rule names, while its options are being read. */
export interface Loaded {
  readonly kind: 'match' | 'target';
  readonly name: string;
  readonly at: Word;
  /** Absent for an extension that nobody has written. */
  readonly definition?: Match | Target;
  /** Names and lengths of the options of one that is known by name only. */
  readonly lengths?: ReadonlyMap<string, number>;
  given: Record<string, Given>;
  /** One of its options could not be read, is missing or stands beside one that it excludes: an error says so, and more about it would be noise. */
  broken?: true;
  /** The options of one without a definition, word for word. */
  readonly verbatim: string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What a line asks for: a rule to put somewhere, or something about a whole chain. */
export interface Command {
  readonly name: string;
  readonly at: Word;
  readonly chain?: Word;
  /** Rule number of `-I`, `-R`, `-D`; policy of `-P`; new name of `-E`. */
  readonly argument?: Word;
}

/** A line as far as it has been read. */
export interface Draft {
  readonly source: Source;
  readonly line: Word;
  readonly family: Family;
  readonly table: string;
  /** Names of the chains that a jump may lead to. */
  readonly chains: { has(name: string): boolean };
  command?: Command;
  readonly header: Writable<Header>;
  /** Several where `-s` or `-d` has a comma list. */
  sources: readonly MaskedAddress[];
  destinations: readonly MaskedAddress[];
  readonly loaded: Loaded[];
  jump?: { readonly kind: 'jump' | 'goto'; readonly chain: Word };
  /** Options that may stand once only and did. */
  readonly seen: Set<string>;
  /** `-4` or `-6`. */
  only?: Family;
  /** A long option was not written with its whole name. */
  abbreviated?: true;
}

export const newDraft = (
  source: Source,
  line: Word,
  table: string,
  chains: Draft['chains'],
  family: Family = 4,
): Draft => ({
  source,
  line,
  family,
  table,
  chains,
  header: {},
  sources: [],
  destinations: [],
  loaded: [],
  seen: new Set(),
});
