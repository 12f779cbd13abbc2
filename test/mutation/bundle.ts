import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const ENTRY = join(process.cwd(), 'tests-of-mutants.ts');

/** A module that loads each test file on demand, by its path. */
const entryOf = (tests: readonly string[]): string =>
  `export const tests = {\n${tests.map((test) => `  ${JSON.stringify(test)}: () => import('./${test}'),`).join('\n')}\n};\n`;

/** A bundle has one place; its modules ask for their own. */
const placed = (code: string, id: string): string =>
  code
    .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
    .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href));

/**
 * One CommonJS script of test files and all that they import of the project, with mutants in place of their sources.
 *
 * @param tests - test files, relative to the project
 * @param instrumented - what replaces a source, by its absolute path
 */
export async function bundleTests(
  tests: readonly string[],
  instrumented: ReadonlyMap<string, string>,
): Promise<string> {
  const load = (id: string): string | null => (id === ENTRY ? entryOf(tests) : (instrumented.get(id) ?? null));
  const bundle = await rolldown({
    input: ENTRY,
    platform: 'node',
    logLevel: 'silent',
    external: (id) => !/^[./]/.test(id),
    plugins: [
      { name: 'entry', resolveId: (id) => (id === ENTRY ? id : null) },
      { name: 'mutants', load },
      { name: 'places', transform: (code, id) => (code.includes('import.meta') ? placed(code, id) : null) },
    ],
  });
  const { output } = await bundle.generate({ format: 'cjs', codeSplitting: false });
  return output[0].code;
}
