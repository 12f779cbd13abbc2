import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { run } from '../../src/lab/command.ts';
import { forget } from '../../src/lab/forget.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { probeOf, type Question, shotOf } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import type { World } from '../agreement/generate/world.ts';
import { disagreement, ofKernel } from '../agreement/judge.ts';
import { withLab } from './ask.ts';
import { FRAME_CASES, type FrameCase, HYPERVISOR } from './frame-cases.ts';

/** Only arptables-legacy has a chain FORWARD. */
const isThere = async (what: 'arptables-legacy'): Promise<boolean> =>
  (await run('sh', ['-c', `command -v ${what}`])).status === 0;

function networkOf({ files, settings = {} }: FrameCase): Network {
  const all = new Map([...snapshotOf(hypervisor(settings)), ...Object.entries(files)]);
  const { value, located } = parseSnapshot(all);
  if (value === undefined) throw new Error(`not read: ${JSON.stringify(located)}`);
  return value;
}

function hypervisor(settings: Readonly<Record<string, number>>): World {
  const { h, ...others } = HYPERVISOR.nodes;
  if (h === undefined) throw new Error('no hypervisor');
  return { ...HYPERVISOR, nodes: { h: { ...h, settings: { ...h.settings, ...settings } }, ...others } };
}

/** What the kernel did, short: where it was delivered, `+` if it was answered. */
const outcome = (from: string, kernel: ReturnType<typeof ofKernel>): string =>
  `${kernel.delivered.map((text) => text.split(' ')[0]?.replace(/:.*/, '')).join(' ') || '-'}${kernel.answered ? ' +' : ''}`;

const isUndecided = ({ walks }: Exchange): boolean =>
  walks.flatMap((walk) => [walk, ...walk.copies]).some(({ fate }) => fate.kind === 'unknown');

async function askOne(lab: Lab, question: Question, n: number): Promise<{ said: string; differs: string | undefined }> {
  await forget(lab);
  const [verdict] = await send(lab, [shotOf(question, n)], { limit: 700 });
  if (verdict === undefined) throw new Error('a shot without verdict');
  const { probe, start } = probeOf(question, n);
  const exchanges = explore(lab.network, probe, start);
  const decides = exchanges.length === 1 && !exchanges.some(isUndecided);
  const differs = decides ? disagreement(question.from, exchanges, verdict) : 'the model does not decide';
  return { said: outcome(question.from, ofKernel(question.from, verdict)), differs };
}

describe.skipIf(whyNot() !== undefined)('frames past rules of ebtables and arptables', () => {
  for (const [name, one] of Object.entries(FRAME_CASES))
    it(`${name}`, async (test) => {
      if (one.needs !== undefined && !(await isThere(one.needs))) test.skip();
      const network = networkOf(one);
      const answers = await withLab(network, async (lab) => {
        const all: { said: string; differs: string | undefined }[] = [];
        for (const [n, { question }] of one.probes.entries()) all.push(await askOne(lab, question, n));
        return all;
      });
      const told = one.probes.map(({ text }, n) => `${text}: ${answers[n]?.said}`);
      expect(
        answers.flatMap(({ differs }, n) => (differs === undefined ? [] : [`${told[n]}\n${differs}`])).join('\n'),
      ).toBe('');
      expect(told).toEqual(one.probes.map(({ text, expected }) => `${text}: ${expected}`));
    });
});
