import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present, whyNot } from '../../src/lab/possible.ts';
import { framed, framedNetwork } from '../agreement/generate/framed.ts';
import { disagreements } from './ask.ts';
import { ebtablesVersion } from './loadable.ts';

const QUESTIONS = 20;
const networks = Number(process.env['NETQED_NETWORKS'] ?? 10);
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** arptables-nft has no chain FORWARD. */
const forward = present('arptables-legacy');

describe.skipIf(whyNot() !== undefined)(`the kernel judges rules for frames (seed ${seed})`, () => {
  for (const [n, one] of fc.sample(framed(QUESTIONS, { forward }), { numRuns: networks, seed }).entries())
    it(`the evaluator does what the kernel does: drawn network ${n + 1}`, async () => {
      const found = await disagreements(framedNetwork(one, await ebtablesVersion()), one.questions);
      const told = found.map(({ question, text }) => `${JSON.stringify(question)}\n${text}`);
      expect(told.length === 0 ? [] : [one.ebtables, one.arptables, ...told]).toEqual([]);
    });
});
