import type { Answer, Engine, Query } from '../engine.ts';
import { plus, variable } from './bits.ts';
import { check } from './check.ts';
import { inRanges, not, same } from './formula.ts';
import { loadModule, type Z3Module } from './module.ts';
import { solve } from './solve.ts';
import { Store } from './term.ts';
import { inputVariable } from './variables.ts';

/**
 * Starts Z3 (about 0.2 s). One query after the other; the process can end without `close`.
 * @throws Error if this Z3 does not do what is expected of it
 */
export async function z3Engine(): Promise<Engine> {
  let module: Promise<Z3Module> | undefined = loadModule();
  await selfTest(await module);
  let last: Promise<unknown> = Promise.resolve();
  const next = async (query: Query): Promise<Answer> => {
    try {
      module ??= loadModule();
      return await solve(await module, query);
    } catch (error) {
      if (!crashed(error)) throw error;
      module = undefined; // what a trap leaves behind can't be trusted
      return {
        kind: 'gave up',
        reason: `the solver crashed: ${(error as Error).message}`,
        effort: { rlimit: 0, ms: 0 },
      };
    }
  };
  return {
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
  };
}

/** A trap of the compiled code, or a stack that is full (ours or the solver's). */
const crashed = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'RuntimeError' || error.message === 'Maximum call stack size exceeded');

/** Numbers must be unsigned, and nothing that was asserted may be lost. */
async function selfTest(module: Z3Module): Promise<void> {
  const store = new Store();
  const mac = variable(store, inputVariable('macSrc', [[1, 2 ** 48 - 1]]));
  const other = variable(store, inputVariable('macDst', [[1, 2 ** 48 - 1]]));
  const high = inRanges(store, mac, [[2 ** 47, 2 ** 48 - 1]]);
  const next = same(store, plus(store, mac, 1), other);
  const some = await check(module, [high, next], 100_000);
  const none = await check(module, [high, next, not(store, inRanges(store, other, [[2 ** 47, 2 ** 48 - 1]]))], 100_000);
  const unsigned = some.kind === 'model' && (some.values.get('input macSrc') ?? 0) >= 2 ** 47;
  if (!unsigned || none.kind !== 'none') throw new Error('Z3 fails its self test');
}
