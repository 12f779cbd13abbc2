/** How often each mutant (by its id) was run: while modules were loaded, and by each test (by its number). */
export interface Coverage {
  readonly static: Readonly<Record<string, number>>;
  readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A test that ran without mutants. `ms` is its time, `failure` what it said if it failed. */
export interface Ran {
  readonly name: string;
  readonly file: string;
  readonly ms: number;
  readonly failure?: string;
}

/** What the worker is asked: every test without a mutant, or some tests with one. `limit`: hits that are an endless loop. */
export type Order =
  | { readonly kind: 'dry' }
  | {
      readonly kind: 'try';
      readonly mutant: string;
      readonly files: readonly string[];
      readonly tests: readonly string[];
      readonly limit: number;
    };

export type Answer =
  | { readonly kind: 'ready' }
  | { readonly kind: 'dry'; readonly tests: readonly Ran[]; readonly coverage: Coverage }
  | { readonly kind: 'tried'; readonly ending: 'Killed' | 'Timeout' | 'Survived'; readonly by?: string };
