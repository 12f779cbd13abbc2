import { deleteOwn } from '../../src/lab/namespace.ts';

/** However a run ends, by a signal or because vitest is gone, its namespaces end with it. */
function leave(): void {
  deleteOwn();
  process.kill(process.pid, 'SIGKILL');
}
for (const event of ['SIGHUP', 'SIGINT', 'SIGTERM', 'disconnect']) process.once(event, leave);
