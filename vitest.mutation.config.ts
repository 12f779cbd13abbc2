import { defineConfig } from 'vitest/config';

/** The tests that judge mutants of the extensions and the evaluator; random ones draw the same cases every time. */
export default defineConfig({
  test: {
    include: [
      'test/extension/**/*.test.ts',
      'test/contract/**/*.test.ts',
      'test/evaluate/**/*.test.ts',
      'test/agreement/{evaluator,recorded,undecided,marks,sets,random}.test.ts',
    ],
    setupFiles: ['test/seed.ts'],
    env: { NETQED_CASES: '300' },
    testTimeout: 60_000,
    // one thread that keeps its modules: a mutant is switched on by a flag, and nothing needs to be loaded anew
    pool: 'threads',
    isolate: false,
  },
});
