import { unknownBit } from '../../ir/predicate.ts';
import type { RuleContext } from '../definition.ts';
import type { Extension, Match, Target } from '../extension.ts';
import type { OptionTable } from '../option.ts';
import { defineLosingTarget, defineUndecidedMatch } from '../undecided.ts';

export const NOT_ANSWERED = 'IPv6 questions are not answered yet';

type Changes = Partial<Pick<Extension, 'complete' | 'check' | 'protocols' | 'examples' | 'source' | 'summary'>> & {
  readonly options?: OptionTable;
};
const SIX = { families: [6], undecidable: NOT_ANSWERED } as const;

const ask = ({ unknown }: RuleContext, of: Extension) => unknown(`${of.name}: ${NOT_ANSWERED}`);

/** A match as it is written in rules of IPv6: what holds addresses is read otherwise, and no packet is asked about. */
export const matchInSix = (of: Match, changes: Changes): Match => ({
  ...of,
  examples: [],
  ...changes,
  ...SIX,
  options: { ...of.options, ...changes.options },
  matches: (_given, _packet, context) => ask(context, of),
  lower: (_given, context) => unknownBit(ask(context, of)),
});

/** A target, likewise. */
export const targetInSix = (of: Target, changes: Changes): Target => ({
  ...of,
  examples: [],
  ...changes,
  ...SIX,
  options: { ...of.options, ...changes.options },
  apply: (_given, _packet, context) => ({ kind: 'lost', unknown: ask(context, of) }),
  lower: (_given, context) => ({ kind: 'lost', unknown: ask(context, of) }),
});

/** A match that only rules of IPv6 have. */
export const defineSixMatch = (
  of: Omit<Parameters<typeof defineUndecidedMatch>[0], 'families' | 'undecidable'>,
): Match => defineUndecidedMatch({ ...of, ...SIX });

/** A target that only rules of IPv6 have. */
export const defineSixTarget = (
  of: Omit<Parameters<typeof defineLosingTarget>[0], 'families' | 'undecidable'>,
): Target => defineLosingTarget({ ...of, ...SIX });
