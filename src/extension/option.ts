import type { Codec } from './codec/codec.ts';

/** An option as it was given: its value, and whether a `!` stood before it. What `!` means is the extension's affair. */
export interface Given<T = unknown> {
  readonly value: T;
  readonly inverted: boolean;
}

/** What an extension's options came to, by name. Where they stand in a rule they are `Options`. */
export type GivenOptions = Readonly<Record<string, Given>>;

/** One long option of an extension. */
export interface Option<T> {
  readonly codec: Codec<T>;
  /** Whether `!` may stand before it. */
  readonly inverts: boolean;
  /** Other names for it. */
  readonly aliases: readonly string[];
  readonly required: boolean;
  /** Options that it cannot stand beside. */
  readonly excludes: readonly string[];
  /** A short form for another option, and what it stands for: never part of what was read, never printed. */
  readonly means?: (given: Given<T>) => GivenOptions;
  /**
   * It may stand several times: the option of no name holds all of these as text, in the order in which they stand, and
   * is printed in their place (`-m policy`: one element after the other).
   */
  readonly gathered?: true;
  /** A value that says nothing and is not saved (`--dport 0:65535`). */
  readonly idle?: (given: Given<T>) => boolean;
}

type Extra<T> = Partial<Omit<Option<T>, 'codec'>>;

/** Its type says that it must be given: in a rule that was read it is there. */
interface Required {
  readonly required: true;
}

export function option<T>(codec: Codec<T>, extra: Extra<T> & Required): Option<T> & Required;
export function option<T>(codec: Codec<T>, extra?: Extra<T>): Option<T>;
export function option<T>(codec: Codec<T>, extra: Extra<T> = {}): Option<T> {
  return { codec, inverts: false, aliases: [], required: false, excludes: [], ...extra };
}

/** An option that `!` may stand before. */
export function invertible<T>(codec: Codec<T>, extra: Extra<T> & Required): Option<T> & Required;
export function invertible<T>(codec: Codec<T>, extra?: Extra<T>): Option<T>;
export function invertible<T>(codec: Codec<T>, extra: Extra<T> = {}): Option<T> {
  return option(codec, { inverts: true, ...extra });
}

// biome-ignore lint: the values' types differ from option to option
export type OptionTable = Readonly<Record<string, Option<any>>>;

type GivenOf<O> = O extends Option<infer T> ? Given<T> : never;
type RequiredIn<Table> = { [Name in keyof Table]: Table[Name] extends Required ? Name : never }[keyof Table];

/** The type of what a table of options reads, where nothing that is required is missing. */
export type OptionsOf<Table> = {
  readonly [Name in RequiredIn<Table>]: GivenOf<Table[Name]>;
} & {
  readonly [Name in Exclude<keyof Table, RequiredIn<Table>>]?: GivenOf<Table[Name]>;
};

type Entries = readonly (readonly [name: string, option: Option<unknown>])[];
const ENTRIES = new WeakMap<OptionTable, Entries>();

/** The options of a table in its order; listed once, because every rule asks. */
function entriesOf(table: OptionTable): Entries {
  const known = ENTRIES.get(table);
  if (known !== undefined) return known;
  const entries = Object.entries(table);
  ENTRIES.set(table, entries);
  return entries;
}

/** The option of that exact name, its own or an alias. */
export function findOption(
  table: OptionTable,
  name: string,
): readonly [name: string, option: Option<unknown>] | undefined {
  if (name === '') return undefined;
  if (Object.hasOwn(table, name)) return [name, table[name] as Option<unknown>];
  return entriesOf(table).find(([, { aliases }]) => aliases.includes(name));
}

/** Every name that an option of the table may be written with. */
export const namesOf = (table: OptionTable): readonly string[] =>
  entriesOf(table).flatMap(([name, { aliases }]) => (name === '' ? [] : [name, ...aliases]));

export const printOption = (name: string, value: string, inverted: boolean): string =>
  `${inverted ? '! ' : ''}--${name}${value === '' ? '' : ` ${value}`}`;

/** Options as `iptables-save` prints them, in the order of the table. */
export function printOptions(table: OptionTable, options: GivenOptions): string {
  let text = '';
  for (const [name, { codec }] of entriesOf(table)) {
    const given = options[name];
    if (given === undefined) continue;
    const one = name === '' ? codec.print(given.value) : printOption(name, codec.print(given.value), given.inverted);
    if (one !== '') text += `${text === '' ? '' : ' '}${one}`;
  }
  return text;
}

/** What is wrong with a set of options as a whole, if anything: something required is missing, or two exclude each other. */
export function findConflict(table: OptionTable, options: GivenOptions): string | undefined {
  for (const [name, { required, excludes }] of entriesOf(table)) {
    if (options[name] === undefined) {
      if (required) return `\`--${name}\` is missing`;
      continue;
    }
    const other = excludes.find((one) => options[one] !== undefined);
    if (other !== undefined) return `\`--${name}\` cannot stand beside \`--${other}\``;
  }
  return undefined;
}
