import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What is mutated if nothing is named: what a packet does. */
const SEMANTICS: readonly string[] = ['src/evaluate', 'src/extension'];
/** Tests of a folder of `src` that stand elsewhere than in the folder of its name in `test`. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { extension: ['test/contract'] };

/** One folder of `src`: the files to mutate, and the tests that judge their mutants. */
export interface Plan {
  readonly folder: string;
  readonly sources: readonly string[];
  readonly tests: readonly string[];
}

const within = (folder: string, ending: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .toSorted();

const filesOf = (name: string): readonly string[] => (statSync(name).isDirectory() ? within(name, '.ts') : [name]);

function planOf(folder: string, sources: readonly string[]): Plan {
  const folders = [`test/${folder}`, ...(ELSEWHERE[folder] ?? [])].filter((name) => existsSync(name));
  return { folder, sources, tests: folders.flatMap((name) => within(name, '.test.ts')) };
}

/** The names that are no source. */
export const strangers = (named: readonly string[]): readonly string[] =>
  named.filter((name) => !existsSync(name) || relative('', name).split(sep)[0] !== 'src');

/** @param named - files and folders of `src`; none: evaluator and extensions */
export function planFor(named: readonly string[]): readonly Plan[] {
  const sources = (named.length === 0 ? SEMANTICS : named).flatMap(filesOf).map((name) => relative('', name));
  const folderOf = (source: string): string => source.split(sep)[1] ?? '';
  return [...new Set(sources.map(folderOf))].map((folder) =>
    planOf(
      folder,
      [...new Set(sources)].filter((source) => folderOf(source) === folder),
    ),
  );
}
