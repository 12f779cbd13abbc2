import { describe, expect, it } from 'vitest';
import { run } from '../../src/lab/command.ts';
import { type Lab, openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import { FRAGMENTED } from '../agreement/generate/fragmented.ts';
import { shotOf } from '../agreement/generate/probe.ts';
import { networkOf } from './ask.ts';

/** Later fragments that raw of the receiver has counted. */
async function counted(lab: Lab): Promise<number> {
  const { namespace } = lab.agents.get('b') as { namespace: string };
  const { out } = await run('ip', ['netns', 'exec', namespace, 'iptables-legacy', '-t', 'raw', '-vnxL', 'PREROUTING']);
  return Number(/^ *(\d+) .*-f/m.exec(out)?.[1]);
}

describe.skipIf(whyNot() !== undefined)('fragments', () => {
  it.each(FRAGMENTED)('$name: fare as recorded', async ({ world, question, whole, inTwo, later }) => {
    const lab = await openLab(networkOf(world), { iptables: 'legacy' });
    try {
      expect(lab.refused).toEqual([]);
      const shots = [shotOf(question, 0), { ...shotOf(question, 1), inTwo: true as const }];
      const [one, two] = await send(lab, shots, { limit: 500 });
      expect([one?.arrivals.length, two?.arrivals.length]).toEqual([whole ? 1 : 0, inTwo ? 1 : 0]);
      const before = await counted(lab);
      await send(lab, [shotOf({ ...question, odd: { fragment: 1 } }, 2)], { limit: 200 });
      const gathers = world.nodes['b']?.tables.filter?.rules.some((rule) => rule.includes('conntrack')) === true;
      expect((await counted(lab)) - before).toBe(later.startsWith('b ') && !gathers ? 1 : 0);
    } finally {
      await lab.close();
    }
  });
});
