import { describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { shotOf } from '../agreement/generate/probe.ts';
import { ASKED, WAYS_BACK } from '../agreement/generate/way-back.ts';
import { networkOf } from './ask.ts';

/** A device takes only so many frames at once. */
const ROUND = 49;

describe.skipIf(whyNot() !== undefined)('-m rpfilter', () => {
  it.each(['legacy', 'nft'] as const)('of iptables-%s passes what was recorded and nothing else', async (iptables) => {
    const lab = await openLab(networkOf(WAYS_BACK), { iptables });
    try {
      expect(lab.refused).toEqual([]);
      const shots = ASKED.map(({ question }, n) => shotOf(question, n));
      const verdicts: Verdict[] = [];
      for (let n = 0; n < shots.length; n += ROUND) verdicts.push(...(await send(lab, shots.slice(n, n + ROUND))));
      const seen = ASKED.map(({ question, at }, n) => ({
        question,
        at,
        passes: verdicts[n]?.arrivals.some(({ node }) => node === at) === true,
      }));
      expect(seen).toEqual(ASKED);
    } finally {
      await lab.close();
    }
  });
});
