import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chai, expect } from 'vitest';

/** A test of a file; its name is unique: it ends with its number in the file. */
export interface Test {
  readonly name: string;
  readonly file: string;
  readonly body: () => unknown;
}

type Define = (name: string, body: (...args: readonly unknown[]) => unknown) => void;

/** `it.each` and `it.skipIf` (and those of `describe`); other forms are missing, so that a test that uses them fails aloud. */
const forms = (define: Define) =>
  Object.assign(define, {
    each:
      (rows: readonly unknown[]): Define =>
      (name, body) => {
        for (const row of rows) define(name, () => body(...(Array.isArray(row) ? row : [row])));
      },
    skipIf: (skipped: boolean): Define => (skipped ? () => {} : define),
  });

/** What stands in for `vitest` while tests are collected: no hooks, no reporters, nothing between a test and its body. */
export interface Suite {
  readonly tests: readonly Test[];
  readonly vitest: object;
  /** Collects the tests that `load` defines as those of `file`. */
  collect(file: string, load: () => Promise<unknown>): Promise<void>;
}

/** An empty suite. */
export function newSuite(): Suite {
  const tests: Test[] = [];
  const path: string[] = [];
  let file = '';
  let first = 0;
  const it = forms((name, body) => {
    tests.push({ name: `${[file, ...path, name].join(' > ')} #${tests.length - first}`, file, body });
  });
  const describe = forms((name, body) => {
    path.push(name);
    body();
    path.pop();
  });
  const collect = async (from: string, load: () => Promise<unknown>): Promise<void> => {
    file = from;
    first = tests.length;
    await load();
  };
  return { tests, vitest: { it, test: it, describe, expect }, collect };
}

/** Compares with files as vitest does, and writes none. `running` is the test file that asks. */
export function compareFiles(running: () => string): void {
  const { util, Assertion } = chai;
  util.addMethod(Assertion.prototype, 'toMatchFileSnapshot', function (this: object, path: string): void {
    const wanted = readFileSync(join(dirname(running()), path), 'utf8');
    if (util.flag(this, 'object') !== wanted) throw new Error(`differs from ${path}`);
  });
}
