import { explore } from '../../src/evaluate/explore.ts';
import { type Lab, openLab } from '../../src/lab/lab.ts';
import { send } from '../../src/lab/send.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import type { Network } from '../../src/network/network.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { probeOf, type Question, shotOf } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import type { World } from '../agreement/generate/world.ts';
import { disagreement } from '../agreement/judge.ts';
import { atOnce } from './at-once.ts';

/** @throws Error if the world's captures are not read: what is drawn is meant to be valid */
export function networkOf(world: World): Network {
  const { value, located } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error(`not read: ${JSON.stringify(located)}`);
  return value;
}

export interface Disagreement {
  readonly question: Question;
  readonly verdict: Verdict;
  readonly text: string;
}

/** Asks every question in one lab, and tells where the kernel and the evaluator differ when it is asked alone, too. */
export async function disagreements(
  network: Network,
  questions: readonly Question[],
): Promise<readonly Disagreement[]> {
  const verdicts = await withLab(network, (lab) => send(lab, questions.map(shotOf)));
  const first = [...questions.entries()].filter(
    ([n, question]) => compare(network, question, n, verdicts[n] as Verdict) !== undefined,
  );
  const sure = await atOnce(first, ([n, question]) => alone(network, question, n));
  return sure.filter((one) => one !== undefined);
}

/** Once more, in a network of its own: other questions fill neighbour tables, and a busy machine loses time. */
const alone = (network: Network, question: Question, n: number): Promise<Disagreement | undefined> =>
  withLab(network, async (lab) => {
    const [verdict] = await send(lab, [shotOf(question, n)], { limit: 2500 });
    return verdict === undefined ? undefined : compare(network, question, n, verdict);
  });

function compare(network: Network, question: Question, n: number, verdict: Verdict): Disagreement | undefined {
  const { probe, start } = probeOf(question, n);
  const text = disagreement(question.from, explore(network, probe, start), verdict);
  return text === undefined ? undefined : { question, verdict, text };
}

/** Opens a lab for the network, does something with it, and closes it whatever happens. */
export async function withLab<T>(network: Network, then: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await openLab(network);
  try {
    if (lab.refused.length > 0) throw new Error(`not built as it should be: ${lab.refused.join('; ')}`);
    return await then(lab);
  } finally {
    await lab.close();
  }
}
