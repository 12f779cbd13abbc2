import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import type { Mutant } from './mutant.ts';

type Logger = ConstructorParameters<typeof Instrumenter>[0];

/** Says nothing, whatever it is told. */
const SILENT = new Proxy({}, { get: () => () => false }) as Logger;

export interface Instrumented {
  readonly mutants: readonly Mutant[];
  /** Sources that hold all of their mutants, each behind a switch; by absolute path. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Puts Stryker's mutants into sources. @param files - relative to the project */
export async function instrument(files: readonly string[]): Promise<Instrumented> {
  const given = files.map((file) => ({ name: resolve(file), mutate: true, content: readFileSync(file, 'utf8') }));
  const options = { plugins: null, excludedMutations: [], ignorers: [] };
  const { files: written, mutants } = await new Instrumenter(SILENT).instrument(given, options);
  return { mutants, sources: new Map(written.map(({ name, content }) => [name, content])) };
}
