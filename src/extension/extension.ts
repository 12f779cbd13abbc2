import type { Predicate, Value } from '../ir/program.ts';
import type { Packet } from '../packet/packet.ts';
import type { Family } from './codec/codec.ts';
import type { ClassContext, Effect, Example, HookName, Matched, PacketContext, RuleContext } from './definition.ts';
import type { GivenOptions, OptionsOf, OptionTable } from './option.ts';

/** Where a rule stands, as far as the kernel's own checks ask for it. */
export interface Standing {
  readonly family: Family;
  readonly table: string;
  /** The hooks from which the rule can be reached. */
  readonly hooks: readonly HookName[];
  /** The rule's protocol, if `-p` names one without `!`. */
  readonly protocol?: number;
  /** Target names and matches with their options of the same rule, for checks that look beside them. */
  readonly beside: readonly { readonly name: string; readonly options?: Readonly<Record<string, unknown>> }[];
}

/** What matches and targets have in common: names, options, and where the kernel lets them stand. */
export interface Extension {
  readonly kind: 'match' | 'target';
  readonly name: string;
  /** One line for the documentation page. */
  readonly summary: string;
  /** The kernel file whose meaning it states. */
  readonly source: string;
  readonly options: OptionTable;
  /** Both, if not said. */
  readonly families?: readonly Family[];
  /** The rule must name one of these protocols (`.proto` of the kernel's registration). */
  readonly protocols?: readonly number[];
  readonly tables?: readonly string[];
  readonly hooks?: readonly HookName[];
  /** What iptables or the kernel refuses beyond that; `undefined` if nothing. */
  readonly check?: (options: GivenOptions, standing: Standing) => string | undefined;
  /** Turns all options that were written into those that the kernel holds (defaults, values that depend on each other). */
  readonly complete?: (options: GivenOptions) => GivenOptions;
  /** A reason if nothing in a snapshot decides it; then its meanings say so too. */
  readonly undecidable?: string;
  /** Reasons why some of it is unknown, where the rest is exact: all that its meanings give. */
  readonly partly?: readonly string[];
  /** It changes nothing which decides where a packet goes. */
  readonly passive?: true;
  readonly examples: readonly Example[];
}

/** A match (`-m NAME`), its options' types forgotten. */
export interface Match extends Extension {
  readonly kind: 'match';
  /** What the kernel answers for one packet, procedural, as its source says it. `!` is handled in here. */
  readonly matches: (options: GivenOptions, packet: Packet, context: PacketContext) => Matched;
  /** The set of packets that it matches, declarative, written from the documentation again. */
  readonly lower: (options: GivenOptions, context: ClassContext) => Predicate;
}

/** A target (`-j NAME`), its options' types forgotten. */
export interface Target extends Extension {
  readonly kind: 'target';
  readonly apply: (options: GivenOptions, packet: Packet, context: RuleContext) => Effect<number>;
  readonly lower: (options: GivenOptions, context: RuleContext) => Effect<Value>;
}

type Typed<Definition, Table> = Omit<
  Definition,
  'kind' | 'options' | 'matches' | 'lower' | 'apply' | 'check' | 'complete'
> & {
  readonly options: Table;
  readonly check?: (options: OptionsOf<Table>, standing: Standing) => string | undefined;
  readonly complete?: (options: OptionsOf<Table>) => OptionsOf<Table>;
};

export type MatchDefinition<Table extends OptionTable> = Typed<Match, Table> & {
  readonly matches: (options: OptionsOf<Table>, packet: Packet, context: PacketContext) => Matched;
  readonly lower: (options: OptionsOf<Table>, context: ClassContext) => Predicate;
};

export type TargetDefinition<Table extends OptionTable> = Typed<Target, Table> & {
  readonly apply: (options: OptionsOf<Table>, packet: Packet, context: RuleContext) => Effect<number>;
  readonly lower: (options: OptionsOf<Table>, context: RuleContext) => Effect<Value>;
};

/** Defines a match. Its options' types follow from the table of options. */
export const defineMatch = <const Table extends OptionTable>(definition: MatchDefinition<Table>): Match =>
  // what the table's own codecs read has the types of the table
  ({ ...definition, kind: 'match' }) as unknown as Match;

/** Defines a target. Its options' types follow from the table of options. */
export const defineTarget = <const Table extends OptionTable>(definition: TargetDefinition<Table>): Target =>
  ({ ...definition, kind: 'target' }) as unknown as Target;
