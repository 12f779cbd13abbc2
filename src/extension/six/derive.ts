import type { Extension, Match, Target } from '../extension.ts';
import type { OptionTable } from '../option.ts';

type Changes = Partial<
  Pick<Extension, 'complete' | 'check' | 'protocols' | 'examples' | 'source' | 'summary' | 'undecidable'>
> & {
  readonly options?: OptionTable;
};

/** A match as it is written in rules of IPv6: what holds addresses is read otherwise, what it means is the same. */
export const matchInSix = (of: Match, changes: Changes): Match => ({ ...of, ...inSix(of, changes) });

/** A target, likewise. */
export const targetInSix = (of: Target, changes: Changes): Target => ({ ...of, ...inSix(of, changes) });

const inSix = (of: Extension, changes: Changes): Changes & Pick<Extension, 'families' | 'options' | 'examples'> => ({
  examples: [],
  ...changes,
  families: [6],
  options: { ...of.options, ...changes.options },
});
