import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/lab/command.ts';
import { type Lab, openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Network } from '../../src/network/network.ts';
import { drawn } from '../agreement/generate/drawn.ts';
import { FRAGMENTED, legacyNetwork } from '../agreement/generate/fragmented.ts';
import { type Question, question, shotOf } from '../agreement/generate/probe.ts';
import type { World, WorldNode } from '../agreement/generate/world.ts';
import { ofKernel } from '../agreement/judge.ts';
import { atOnce } from './at-once.ts';
import { deliveredInTwo, routesByPorts } from './in-two.ts';

const networks = Number(process.env['NETQED_NETWORKS'] ?? 10);
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const QUESTIONS = 40;

/** Later fragments that raw of the receiver has counted. */
async function counted(lab: Lab): Promise<number> {
  const { namespace } = lab.agents.get('b') as { namespace: string };
  const { out } = await run('ip', [
    'netns',
    'exec',
    namespace,
    'iptables-legacy',
    '-w',
    '-t',
    'raw',
    '-vnxL',
    'PREROUTING',
  ]);
  return Number(/^ *(\d+) .*-f/m.exec(out)?.[1]);
}

describe.skipIf(whyNot() !== undefined)(`fragments (seed ${seed})`, () => {
  it.each(FRAGMENTED)('$name: fare as recorded', async ({ world, question, whole, inTwo, later }) => {
    const lab = await openLab(legacyNetwork(world), { iptables: 'legacy' });
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

  const judged = { passed: 0, stopped: 0 };
  for (const [n, { name, world: whole }] of fc.sample(drawn(1), { numRuns: networks, seed }).entries())
    it(`fare as the walks of the whole and of the later one tell: drawn network ${n + 1}, ${name}`, async (test) => {
      const world = withoutFrameRules(whole);
      if (name === 'vlans') return test.skip('the lab has no VLANs');
      if (routesByPorts(legacyNetwork(world))) return test.skip('routes by ports');
      const { differ, passed, stopped } = await judge(world);
      expect(differ).toEqual([]);
      judged.passed += passed;
      judged.stopped += stopped;
    });
  afterAll(() => {
    if (judged.passed + judged.stopped === 0) return; // only others were run
    expect(judged.passed).toBeGreaterThan(0);
    expect(judged.stopped).toBeGreaterThan(0);
  });
});

/** What ebtables and arptables make of fragments is not the matter here. */
const withoutFrameRules = ({ nodes, ...rest }: World): World => ({
  ...rest,
  nodes: Object.fromEntries(Object.entries(nodes).map(([name, node]) => [name, withoutThem(node)])),
});

const withoutThem = (node: WorldNode): WorldNode =>
  Object.fromEntries(Object.entries(node).filter(([key]) => key !== 'frames' && key !== 'arp')) as unknown as WorldNode;

/** Raw sockets and wires send fragments: no tcp, nor to 0.0.0.0, which only other sockets take for their own node. */
const canBeSplit = ({ proto, src, dst, odd }: Question): boolean =>
  (proto === 'udp' || proto === 'icmp') &&
  src !== undefined &&
  src !== '0.0.0.0' &&
  dst !== '0.0.0.0' &&
  odd === undefined;

/** Sends datagrams in two fragments through a lab of their own. */
async function sendInTwo(network: Network, asked: readonly (readonly [one: Question, n: number])[], limit?: number) {
  const lab = await openLab(network, { iptables: 'legacy' });
  try {
    expect(lab.refused).toEqual([]);
    const shots = asked.map(([one, n]) => ({ ...shotOf(one, n), inTwo: true as const }));
    const verdicts = await send(lab, shots, limit === undefined ? {} : { limit });
    return verdicts.map((verdict, n) => ofKernel(asked[n]?.[0].from ?? '', verdict).delivered);
  } finally {
    await lab.close();
  }
}

async function judge(world: World) {
  const network = legacyNetwork(world);
  const drawnOnes = fc.sample(question(world).filter(canBeSplit), { numRuns: QUESTIONS, seed });
  const told = drawnOnes.flatMap((one, n) => {
    const model = deliveredInTwo(network, one, n);
    return model === undefined ? [] : [{ one, n, model }];
  });
  const kernel = await sendInTwo(
    network,
    told.map(({ one, n }) => [one, n]),
  );
  const first = told.filter(({ model }, at) => String(kernel[at]) !== String(model));
  // once more, alone: other questions fill neighbour tables
  const again = await atOnce(first, async ({ one, n, model }) => {
    const [alone = []] = await sendInTwo(network, [[one, n]], 2500);
    return { one, n, model, kernel: alone };
  });
  const differ = again.filter(({ model, kernel: alone }) => String(alone) !== String(model));
  const count = (delivered: number): number => told.filter(({ model }) => model.length === delivered).length;
  return { differ, passed: count(1), stopped: count(0) };
}
