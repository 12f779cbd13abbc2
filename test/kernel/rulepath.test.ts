import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { compare, type Observed } from '../../src/lab/agree.ts';
import { openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { replay } from '../../src/lab/replay.ts';
import { requestVisits } from '../../src/lab/request.ts';
import { recordPaths, whyNoPaths } from '../../src/lab/rulepath.ts';
import { send, upcoming } from '../../src/lab/send.ts';
import type { Network } from '../../src/network/network.ts';
import { readSnapshot } from '../../src/parse/snapshot.ts';
import { drawn } from '../agreement/generate/drawn.ts';
import { probeOf, type Question, shotOf } from '../agreement/generate/probe.ts';
import { readRecorded, recordings } from '../agreement/recorded.ts';
import { networkOf } from './ask.ts';
import { atOnce } from './at-once.ts';
import { loadable } from './loadable.ts';

// What is compared: src/lab/paired.ts (rules), src/lab/outcome.ts (where the request is delivered, whether it is answered).
const models = fileURLToPath(new URL('../../models/nova-network', import.meta.url));
const QUESTIONS = 25;
const networks = Number(process.env['NETQED_NETWORKS'] ?? 8);
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** A host's queue for an address that nobody has takes only so many packets at once. */
const ROUND = 100;
const impossible = whyNot() ?? whyNoPaths();

/** What a kernel did with every question, all asked in one lab. */
async function observe(
  network: Network,
  questions: readonly Question[],
): Promise<readonly Observed[] | { refused: string }> {
  const lab = await openLab(network, { iptables: 'nft' });
  try {
    if (lab.refused.length > 0) return { refused: lab.refused.join('; ') };
    const recording = await recordPaths(lab);
    const shots = questions.map(shotOf);
    const sent: { readonly number: number; readonly verdict: Observed['verdict'] }[] = [];
    for (let n = 0; n < shots.length; n += ROUND) {
      const first = upcoming(lab);
      const verdicts = await send(lab, shots.slice(n, n + ROUND));
      sent.push(...verdicts.map((verdict, i) => ({ verdict, number: first + i })));
    }
    const visits = await recording.stop();
    return sent.map(({ verdict, number }, n) => ({
      verdict,
      visits: requestVisits(visits, shots[n] as (typeof shots)[number], number),
    }));
  } finally {
    await lab.close();
  }
}

interface Judged {
  readonly asked: number;
  /** Rules and policies that the kernel told of. */
  readonly rules: number;
  readonly differ: readonly object[];
}

/** Holds every question's rule path against the model's; what differs is asked once more, in a lab of its own. */
async function judge(network: Network, questions: readonly Question[]): Promise<Judged | { refused: string }> {
  const observed = await observe(network, questions);
  if ('refused' in observed) return observed;
  const asked = questions.map((question, n) => {
    const { probe, start } = probeOf(question, n);
    return { question, shot: shotOf(question, n), exchanges: explore(network, probe, start) };
  });
  const first = asked.filter(
    ({ exchanges }, n) => compare(network, exchanges, observed[n] as Observed).differences.length > 0,
  );
  const again = await atOnce(first, async ({ question, shot, exchanges }) => {
    const alone = await replay(network, shot, 2500);
    const differences = 'impossible' in alone ? alone.impossible : compare(network, exchanges, alone).differences;
    return { question, differences };
  });
  const rules = observed.flatMap(({ visits = [] }) => visits.flatMap(({ hops }) => hops)).length;
  return { asked: questions.length, rules, differ: again.filter(({ differences }) => differences.length > 0) };
}

describe.skipIf(impossible !== undefined)(
  `the rules that a kernel asks (seed ${seed}; ${impossible ?? 'traced'})`,
  () => {
    for (const name of recordings(models))
      it(`${name}: are those that the evaluator asks, in the same order`, async () => {
        const { value: network } = await readSnapshot(join(models, name));
        if (network === undefined) throw new Error('not read');
        const judged = await judge(network, readRecorded(join(models, name)));
        if ('refused' in judged) throw new Error(judged.refused);
        const { asked, rules, differ } = judged;
        expect(differ).toEqual([]);
        expect(asked).toBeGreaterThanOrEqual(200);
        expect(rules).toBeGreaterThan(asked); // it was looked, indeed
      });

    const judgements: Judged[] = [];
    for (const [n, { name, world, questions }] of fc.sample(drawn(QUESTIONS), { numRuns: networks, seed }).entries())
      it(`are those that the evaluator asks: drawn network ${n + 1}, ${name}`, async (test) => {
        const judged = await judge(networkOf(await loadable(world)), questions);
        // a device that this kernel does not have
        if ('refused' in judged) return test.skip(judged.refused);
        expect(judged.differ).toEqual([]);
        judgements.push(judged);
      });
    afterAll(() => expect(judgements.length > 0 && judgements.every(({ rules }) => rules === 0)).toBe(false));
  },
);
