import { availableParallelism } from 'node:os';
import type { Answer, Order, Ran } from './message.ts';
import type { Judged, Mutant } from './mutant.ts';
import { startWorker, type Worker } from './process.ts';

type Dry = Extract<Answer, { kind: 'dry' }>;

const DRY_RUN_MS = 600_000;
/** A mutant may take this long, and this many times what its tests took without it; and as many hits as Stryker allows. */
const MUTANT_MS = 10_000;
const SLOWER = 5;
const HITS = 100;

async function dryRun(worker: Worker): Promise<Dry> {
  const said = await worker.ask({ kind: 'dry' }, DRY_RUN_MS);
  if (said?.kind !== 'dry') throw new Error('the tests do not end, or cannot be loaded');
  const failed = said.tests.filter(({ failure }) => failure !== undefined);
  if (failed.length > 0) throw new Error(failed.map(({ name, failure }) => `${name}: ${failure}`).join('\n'));
  return said;
}

/** The tests that run a mutant, quick ones first: most mutants die early. */
const testsOf = ({ tests, coverage }: Dry, { id }: Mutant): readonly Ran[] =>
  tests.filter((_, number) => coverage.perTest[number]?.[id] !== undefined).toSorted((one, other) => one.ms - other.ms);

const hitsOf = ({ coverage }: Dry, { id }: Mutant): number =>
  Object.values(coverage.perTest).reduce((sum, hits) => sum + (hits[id] ?? 0), 0);

const orderOf = (dry: Dry, mutant: Mutant, tests: readonly Ran[]): Order => ({
  kind: 'try',
  mutant: mutant.id,
  files: [...new Set(tests.map(({ file }) => file))],
  tests: tests.map(({ name }) => name),
  limit: HITS * hitsOf(dry, mutant),
});

async function judgeOne(worker: Worker, dry: Dry, mutant: Mutant): Promise<Judged> {
  const tests = testsOf(dry, mutant);
  if (mutant.status === 'Ignored') return { mutant, ending: 'Ignored' };
  if (tests.length === 0) return { mutant, ending: mutant.id in dry.coverage.static ? 'Ignored' : 'NoCoverage' };
  const ms = MUTANT_MS + SLOWER * tests.reduce((sum, test) => sum + test.ms, 0);
  const said = await worker.ask(orderOf(dry, mutant, tests), ms);
  if (said?.kind !== 'tried') return { mutant, ending: 'Timeout' };
  return { mutant, ending: said.ending, ...(said.by === undefined ? {} : { by: said.by }) };
}

/** Judges mutants until none is left in the queue that all workers share. */
async function work(worker: Worker, dry: Dry, queue: IterableIterator<Mutant>): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const mutant of queue) judged.push(await judgeOne(worker, dry, mutant));
  worker.stop();
  return judged;
}

/**
 * Runs every mutant against the tests that run it.
 *
 * @param bundle - the script of the tests, a path
 * @throws Error if a test fails without mutants
 */
export async function judge(bundle: string, mutants: readonly Mutant[]): Promise<readonly Judged[]> {
  const first = startWorker(bundle);
  const dry = await dryRun(first).finally(() => first.stop());
  const queue = mutants.values();
  const workers = Array.from({ length: availableParallelism() }, () => work(startWorker(bundle), dry, queue));
  const order = new Map(mutants.map(({ id }, place) => [id, place]));
  const place = ({ mutant }: Judged): number => order.get(mutant.id) ?? 0;
  return (await Promise.all(workers)).flat().toSorted((one, other) => place(one) - place(other));
}
