import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The quick tests first: a mutant is dead with the first test that fails, and most die early. */
const ORDER = ['/evaluate/', '/extension/', '/recorded', '/marks', '/sets', '/undecided', '/evaluator', '/random', '/contract/'];
const rank = ({ moduleId }: TestSpecification): number => ORDER.findIndex((part) => moduleId.includes(part));

class QuickFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve(files.toSorted((a, b) => rank(a) - rank(b)));
  }
}

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
    env: { NETQED_CASES: '100' },
    testTimeout: 60_000,
    sequence: { sequencer: QuickFirst },
    // one thread that keeps its modules: a mutant is switched on by a flag, and nothing needs to be loaded anew
    pool: 'threads',
    isolate: false,
  },
});
