import { unknownBit } from '../ir/predicate.ts';
import type { Effect, RuleContext } from './definition.ts';
import type { Match, MatchDefinition, Target, TargetDefinition } from './extension.ts';
import type { OptionTable } from './option.ts';

type Undecided<Definition> = Omit<Definition, 'matches' | 'apply' | 'lower' | 'undecidable'> & {
  /** Why nothing in a snapshot decides it. */
  readonly undecidable: string;
};

/** Defines a match whose options are understood, but whose answer no snapshot shows: an unknown with its reason. */
export function defineUndecidedMatch<const Table extends OptionTable>(of: Undecided<MatchDefinition<Table>>): Match {
  const ask = ({ unknown }: RuleContext) => unknown(`-m ${of.name}: ${of.undecidable}`);
  const meanings: Pick<Match, 'kind' | 'matches' | 'lower'> = {
    kind: 'match',
    matches: (_given, _packet, context) => ask(context),
    lower: (_given, context) => unknownBit(ask(context)),
  };
  return { ...of, ...meanings } as unknown as Match;
}

const targetThatAsks = <Table extends OptionTable>(
  of: Undecided<TargetDefinition<Table>>,
  kind: 'unknown' | 'lost',
): Target => {
  const ask = ({ unknown }: RuleContext): Effect<never> => ({
    kind,
    unknown: unknown(`-j ${of.name}: ${of.undecidable}`),
  });
  const meanings: Pick<Target, 'kind' | 'apply' | 'lower'> = {
    kind: 'target',
    apply: (_given, _packet, context) => ask(context),
    lower: (_given, context) => ask(context),
  };
  return { ...of, ...meanings } as unknown as Target;
};

/** Defines a target whose verdict no snapshot shows: the packet may be dropped, accepted or go on as it is. */
export const defineUndecidedTarget = <const Table extends OptionTable>(
  of: Undecided<TargetDefinition<Table>>,
): Target => targetThatAsks(of, 'unknown');

/** Defines a target after which nobody can tell what becomes of the packet: it may be changed, copied or answered. */
export const defineLosingTarget = <const Table extends OptionTable>(of: Undecided<TargetDefinition<Table>>): Target =>
  targetThatAsks(of, 'lost');

/** Defines a target that changes nothing which decides where a packet goes; the next rule is asked. */
export function definePassiveTarget<const Table extends OptionTable>(
  of: Omit<TargetDefinition<Table>, 'apply' | 'lower'>,
): Target {
  const meanings: Pick<Target, 'kind' | 'apply' | 'lower'> = {
    kind: 'target',
    apply: () => ({ kind: 'continue' }),
    lower: () => ({ kind: 'continue' }),
  };
  return { ...of, ...meanings, passive: true } as unknown as Target;
}
