import type { Read } from '../../extension/codec/codec.ts';
import type { FrameAction, FrameTest } from '../../network/frame-rules.ts';
import type { Source, Word } from '../source.ts';
import type { FrameCodec } from './codec.ts';

/** A test without what turns it round. */
export type Bare = FrameTest extends infer T ? (T extends FrameTest ? Omit<T, 'inverted'> : never) : never;

/** What an option of a rule says: a test, something that no frame's fate depends on, or an argument of the target. */
export type OptionKind = 'test' | 'quiet' | 'target';

/** An option of ebtables or arptables, by its first name; the other names mean the same. */
export interface FrameOption {
  readonly names: readonly string[];
  readonly kind: OptionKind;
  readonly words: 0 | 1;
  readonly metavar: string;
  readonly inverts: boolean;
  /** What the rule must match as well, in its own words (`-p IPv4`), and whether its tests so far do. */
  readonly needs?: { readonly text: string; readonly met: (tests: readonly FrameTest[]) => boolean };
  /** The value and its printed form; a test's value is the test. `undefined`: it holds for every frame. */
  readonly read: (text: string) => Read<{ readonly value: unknown; readonly text: string }>;
}

/** An argument of a target, with its printed form. */
export interface Given {
  readonly at: Word;
  readonly value: unknown;
  readonly text: string;
}

/** A target with arguments, by its name. */
export interface FrameTarget {
  /** Where it may stand: table and chain, as far as the chain is a built-in one. */
  readonly stands?: readonly string[];
  readonly options: readonly string[];
  readonly make: (given: ReadonlyMap<string, unknown>) => Read<FrameAction>;
  /** Its arguments as they are printed, those with a default that is always printed included. */
  readonly print: (given: ReadonlyMap<string, unknown>, action: FrameAction) => readonly string[];
}

/** What ebtables and arptables differ in. */
export interface Dialect {
  readonly tool: 'ebtables' | 'arptables';
  readonly builtIn: Readonly<Record<string, readonly string[]>>;
  readonly options: ReadonlyMap<string, FrameOption>;
  readonly targets: ReadonlyMap<string, FrameTarget>;
  /** Where `!` is printed: before the option, or behind it. */
  readonly bang: 'before' | 'behind';
  readonly print: (parts: PrintedParts) => string;
}

/** The parts of a rule as they are printed. */
export interface PrintedParts {
  readonly chain: string;
  /** Tests, and what is logged. */
  readonly tests: readonly string[];
  readonly target: string | undefined;
  readonly arguments: readonly string[];
}

/** A rule while its words are being read. */
export interface RuleDraft {
  readonly dialect: Dialect;
  readonly table: string;
  readonly source: Source;
  readonly line: Word;
  command?: { readonly name: string; readonly chain: Word; readonly argument?: Word };
  readonly tests: FrameTest[];
  readonly printed: string[];
  readonly given: Map<string, Given>;
  target?: Word;
}

/** Options by all of their names. */
export const byName = (options: readonly FrameOption[]): ReadonlyMap<string, FrameOption> =>
  new Map(options.flatMap((option) => option.names.map((name) => [name, option] as const)));

type Needs = NonNullable<FrameOption['needs']>;

/** An option that tests something. */
export const test = <T>(names: string, codec: FrameCodec<T>, make: (value: T) => Bare, needs?: Needs): FrameOption => ({
  names: names.split(' '),
  kind: 'test',
  words: 1,
  metavar: codec.metavar,
  inverts: true,
  ...(needs !== undefined && { needs }),
  read(text) {
    const read = codec.parse(text);
    return 'refused' in read ? read : { value: { value: make(read.value), text: codec.print(read.value) } };
  },
});

/** An option that tests something by standing there. */
export const flag = (name: string, bare: Bare, needs?: Needs): FrameOption => ({
  names: [name],
  kind: 'test',
  words: 0,
  metavar: '',
  inverts: true,
  ...(needs !== undefined && { needs }),
  read: () => ({ value: { value: bare, text: '' } }),
});

/** An argument of a target. */
export const argument = <T>(names: string, codec: FrameCodec<T>): FrameOption => ({
  names: names.split(' '),
  kind: 'target',
  words: 1,
  metavar: codec.metavar,
  inverts: false,
  read(text) {
    const read = codec.parse(text);
    return 'refused' in read ? read : { value: { value: read.value, text: codec.print(read.value) } };
  },
});

/** An option that changes nothing for the frame: logging. */
export const quiet = (names: string, words: 0 | 1): readonly FrameOption[] =>
  names.split(' ').map((name) => ({
    names: [name],
    kind: 'quiet',
    words,
    metavar: 'TEXT',
    inverts: false,
    read: (text) => ({
      value: { value: text, text: /[\s"]|^$/.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text },
    }),
  }));
