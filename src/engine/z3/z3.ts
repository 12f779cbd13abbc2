import type { Answer, Engine, Query } from '../engine.ts';
import { loadModule, type Z3Module } from './module.ts';
import { selfTest } from './self-test.ts';
import { solve } from './solve.ts';

/**
 * The prover. Z3 itself starts with the first query that can't be answered without; the process can end without `close`.
 * Queries are answered one after the other; one rejects if the Program is none, or if this Z3 fails its self test.
 */
export function z3Engine(): Promise<Engine> {
  let module: Promise<Z3Module> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const next = async (query: Query): Promise<Answer> => {
    try {
      return await solve(() => (module ??= start()), query);
    } catch (error) {
      module = undefined; // nothing is built on what may be broken
      if (!crashed(error)) throw error;
      return { kind: 'gave up', reason: `the solver crashed: ${error.message}`, effort: { rlimit: 0, ms: 0 } };
    }
  };
  return Promise.resolve({
    name: 'z3',
    solve(query) {
      const answer = last.then(() => next(query));
      last = answer.catch(() => undefined);
      return answer;
    },
    async close() {
      await last;
      module = undefined;
    },
  });
}

async function start(): Promise<Z3Module> {
  const module = await loadModule();
  await selfTest(module);
  return module;
}

/** A trap of the compiled code, or a stack that is full (ours or the solver's). */
const crashed = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'RuntimeError' || error.message === 'Maximum call stack size exceeded');
