import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/lab/command.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { framed, framedNetwork } from '../agreement/generate/framed.ts';
import { disagreements, withLab } from './ask.ts';
import { ebtablesVersion } from './loadable.ts';

const QUESTIONS = 20;
const networks = Number(process.env['NETQED_NETWORKS'] ?? 10);
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** arptables-nft has no chain FORWARD. */
const forward = run('sh', ['-c', 'command -v arptables-legacy']).then(({ status }) => status === 0);

describe.skipIf(whyNot() !== undefined)(`the kernel judges rules for frames (seed ${seed})`, () => {
  it(`the evaluator does what the kernel does, on ${networks} drawn networks`, async () => {
    const version = await ebtablesVersion();
    for (const one of fc.sample(framed(QUESTIONS, { forward: await forward }), { numRuns: networks, seed })) {
      const found = await withLab(framedNetwork(one, version), (lab) => disagreements(lab, one.questions));
      const told = found.map(({ question, text }) => `${JSON.stringify(question)}\n${text}`);
      expect(told.length === 0 ? [] : [one.ebtables, one.arptables, ...told]).toEqual([]);
    }
  });
});
