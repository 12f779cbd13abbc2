import type { InstrumentResult } from '@stryker-mutator/instrumenter';

/** A small change of a source, as Stryker makes it; lines and columns from 0. */
export type Mutant = InstrumentResult['mutants'][number];

/** How a mutant ended, in Stryker's words; `Ignored`: only the loading of modules runs it, before any test does. */
export type Ending = 'Killed' | 'Timeout' | 'Survived' | 'NoCoverage' | 'Ignored';

/** A mutant that was judged: its text before and after, and the test that noticed it. */
export interface Judged {
  readonly mutant: Mutant;
  readonly ending: Ending;
  readonly by?: string;
}
