import { defineConfig } from 'vitest/config';

/** The tests that judge mutants of the extensions and the evaluator: fast, and each about what it names. */
export default defineConfig({
  test: {
    include: [
      'test/extension/**/*.test.ts',
      'test/contract/**/*.test.ts',
      'test/evaluate/**/*.test.ts',
      'test/agreement/evaluator.test.ts',
    ],
    testTimeout: 60_000,
    pool: 'forks',
  },
});
