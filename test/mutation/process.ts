import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer, Order } from './message.ts';

/** A worker that is started again whenever a mutant killed it or kept it too long. */
export interface Worker {
  /** @returns `undefined` if there was no answer within `ms` milliseconds, or none at all */
  ask(order: Order, ms: number): Promise<Answer | undefined>;
  stop(): void;
}

/** The next message of a process, or `undefined` if it ends without one. */
async function answerOf(child: ChildProcess): Promise<Answer | undefined> {
  const over = new AbortController();
  const { signal } = over;
  const said = once(child, 'message', { signal }).then(([answer]) => answer as Answer);
  const ended = once(child, 'exit', { signal }).then(() => undefined);
  const first = await Promise.race([said, ended]);
  over.abort();
  return first;
}

/** @param bundle - the script of the tests */
export function startWorker(bundle: string): Worker {
  let child: ChildProcess | undefined;
  const start = async (): Promise<ChildProcess> => {
    child = fork(join(import.meta.dirname, 'worker.js'), [bundle], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    if ((await answerOf(child)) === undefined) throw new Error('the worker does not start');
    return child;
  };
  const ask = async (order: Order, ms: number): Promise<Answer | undefined> => {
    const asked = child?.connected === true ? child : await start();
    const timer = setTimeout(() => asked.kill('SIGKILL'), ms);
    asked.send(order);
    const said = await answerOf(asked);
    clearTimeout(timer);
    if (said === undefined) child = undefined;
    return said;
  };
  return { ask, stop: () => child?.kill() };
}
