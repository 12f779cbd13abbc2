// Runs tests in a process of its own: a mutant may loop for ever. Started with the bundle of the tests.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import type { Answer, Coverage, Order, Ran } from './message.ts';
import { compareFiles, newSuite, type Test } from './suite.ts';

/** What the mutants' switches read and write (`@stryker-mutator/instrumenter`). */
interface Switches {
  activeMutant: string | undefined;
  currentTestId: string | undefined;
  hitCount: number | undefined;
  hitLimit: number | undefined;
  readonly mutantCoverage: Coverage;
}

interface Bundle {
  readonly tests: Readonly<Record<string, () => Promise<unknown>>>;
}

/** The same cases in every run: a mutant lives or dies by the tests, not by luck. */
const SEED = 20120731;

const switches: Switches = {
  activeMutant: undefined,
  currentTestId: undefined,
  hitCount: undefined,
  hitLimit: undefined,
  mutantCoverage: { static: {}, perTest: {} },
};
Object.assign(globalThis, { __stryker__: switches });

const require = createRequire(join(process.cwd(), 'package.json'));
const path = process.argv[2] ?? '';
const script = new Script(`(function (require, module, exports) {${readFileSync(path, 'utf8')}\n})`, {
  filename: path,
});
const { default: fc } = require('fast-check') as { default: typeof import('fast-check') };
let running = '';
compareFiles(() => running);

/** Loads modules and tests anew, with no mutant active: nothing is left of the mutant before. */
async function load(files?: readonly string[]): Promise<readonly Test[]> {
  Object.assign(switches, { activeMutant: undefined, currentTestId: undefined, hitCount: undefined });
  fc.configureGlobal({ seed: SEED, endOnFailure: true });
  const suite = newSuite();
  const module = { exports: {} };
  script.runInThisContext()(
    (name: string) => (name === 'vitest' ? suite.vitest : require(name)),
    module,
    module.exports,
  );
  const { tests } = module.exports as Bundle;
  for (const file of files ?? Object.keys(tests)) await suite.collect(file, tests[file] ?? (() => Promise.resolve()));
  return suite.tests;
}

/** What a test said when it failed. */
async function failureOf({ body, file }: Test): Promise<string | undefined> {
  running = file;
  try {
    await body();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function ran(test: Test, number: number): Promise<Ran> {
  switches.currentTestId = String(number);
  const start = performance.now();
  const failure = await failureOf(test);
  const { name, file } = test;
  return { name, file, ms: performance.now() - start, ...(failure === undefined ? {} : { failure }) };
}

async function runDry(): Promise<Answer> {
  const tests: Ran[] = [];
  for (const [number, test] of (await load()).entries()) tests.push(await ran(test, number));
  return { kind: 'dry', tests, coverage: switches.mutantCoverage };
}

async function tryMutant({ mutant, files, tests, limit }: Extract<Order, { kind: 'try' }>): Promise<Answer> {
  const byName = new Map((await load(files)).map((test) => [test.name, test]));
  Object.assign(switches, { activeMutant: mutant, hitCount: 0, hitLimit: limit });
  for (const name of tests) {
    const test = byName.get(name);
    if (test === undefined) throw new Error(`no test is called ${name}`);
    const failed = (await failureOf(test)) !== undefined;
    if ((switches.hitCount ?? 0) > limit) return { kind: 'tried', ending: 'Timeout', by: name };
    if (failed) return { kind: 'tried', ending: 'Killed', by: name };
  }
  return { kind: 'tried', ending: 'Survived' };
}

const answer = (said: Answer): unknown => process.send?.(said);
process.on('message', (order: Order) => void (order.kind === 'dry' ? runDry() : tryMutant(order)).then(answer));
process.on('disconnect', () => process.exit());
answer({ kind: 'ready' });
