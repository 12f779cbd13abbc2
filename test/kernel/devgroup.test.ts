import { describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import { GROUPED, GROUPED_PROBES } from '../agreement/generate/device-groups.ts';
import { shotOf } from '../agreement/generate/probe.ts';
import { networkOf } from './ask.ts';

describe.skipIf(whyNot() !== undefined)('-m devgroup', () => {
  it.each(['legacy', 'nft'] as const)('of iptables-%s passes what was recorded and nothing else', async (iptables) => {
    const lab = await openLab(networkOf(GROUPED), { iptables });
    try {
      expect(lab.refused).toEqual([]);
      const verdicts = await send(
        lab,
        GROUPED_PROBES.map(([question], n) => shotOf(question, n)),
      );
      const seen = GROUPED_PROBES.map(([question], n) => [question, verdicts[n]?.arrivals.length === 1]);
      expect(seen).toEqual(GROUPED_PROBES);
    } finally {
      await lab.close();
    }
  });
});
