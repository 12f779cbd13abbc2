import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
async function observe(network: Network, questions: readonly Question[]): Promise<readonly Observed[] | undefined> {
  const lab = await openLab(network, { iptables: 'nft' });
  try {
    if (lab.refused.length > 0) return undefined;
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

const NOTHING: Judged = { asked: 0, rules: 0, differ: [] };

/** Holds every question's rule path against the model's; what differs is asked once more, in a lab of its own. */
async function judge(network: Network, questions: readonly Question[]): Promise<Judged> {
  const observed = await observe(network, questions);
  if (observed === undefined) return NOTHING; // a device that this kernel does not have
  const differ: object[] = [];
  for (const [n, question] of questions.entries()) {
    const { probe, start } = probeOf(question, n);
    const exchanges = explore(network, probe, start);
    if (compare(network, exchanges, observed[n] as Observed).differences.length === 0) continue;
    const again = await replay(network, shotOf(question, n), 2500);
    const differences = 'impossible' in again ? again.impossible : compare(network, exchanges, again).differences;
    if (differences.length > 0) differ.push({ question, differences });
  }
  const rules = observed.flatMap(({ visits = [] }) => visits.flatMap(({ hops }) => hops)).length;
  return { asked: questions.length, rules, differ };
}

describe.skipIf(impossible !== undefined)(
  `the rules that a kernel asks (seed ${seed}; ${impossible ?? 'traced'})`,
  () => {
    for (const name of recordings(models))
      it(`${name}: are those that the evaluator asks, in the same order`, async () => {
        const { value: network } = await readSnapshot(join(models, name));
        if (network === undefined) throw new Error('not read');
        const { asked, rules, differ } = await judge(network, readRecorded(join(models, name)));
        expect(differ).toEqual([]);
        expect(asked).toBeGreaterThanOrEqual(200);
        expect(rules).toBeGreaterThan(asked); // it was looked, indeed
      });

    it(`are those that the evaluator asks, on ${networks} drawn networks`, async () => {
      let rules = 0;
      for (const { name, world, questions } of fc.sample(drawn(QUESTIONS), { numRuns: networks, seed })) {
        const judged = await judge(networkOf(await loadable(world)), questions);
        expect({ name, differ: judged.differ }).toEqual({ name, differ: [] });
        rules += judged.rules;
      }
      expect(rules).toBeGreaterThan(0);
    });
  },
);
