import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { run } from '../../src/lab/command.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { type Drawn, drawn } from '../agreement/generate/drawn.ts';
import { type Question, question } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import type { World } from '../agreement/generate/world.ts';
import { record } from '../agreement/recorded.ts';
import { reduce } from '../agreement/reduce.ts';
import { agree, engineOn, twinsOf } from '../agreement/twins.ts';
import { type Disagreement, disagreements, networkOf } from './ask.ts';
import { loadable, withoutRefused } from './loadable.ts';

const QUESTIONS = Number(process.env['NETQED_QUESTIONS'] ?? 25);
const networks = Number(process.env['NETQED_NETWORKS'] ?? 10);
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const engine = z3Engine();
afterAll(async () => (await engine).close());
const recordings = fileURLToPath(new URL('../../models/recorded', import.meta.url));

/** Whether this kernel has VLANs: some small ones do not. */
const vlans = (async () => {
  const name = `nq-${process.pid}-0-vlan`;
  await run('ip', ['netns', 'add', name]);
  const { status } = await run('ip', ['-n', name, 'link', 'add', 'link', 'lo', 'name', 'v', 'type', 'vlan', 'id', '1']);
  await run('ip', ['netns', 'del', name]);
  return status === 0;
})();

const needsVlans = (world: World): boolean =>
  Object.values(world.nodes).some(({ interfaces }) => Object.values(interfaces).some(({ vlan }) => vlan !== undefined));

const ask = (world: World, questions: readonly Question[]): Promise<readonly Disagreement[]> =>
  disagreements(networkOf(world), questions);

/** The smallest network that still shows the first disagreement; kept for ever under models/recorded if NETQED_RECORD names it. */
async function explain({ world }: Drawn, [first]: readonly Disagreement[]): Promise<string> {
  if (first === undefined) return '';
  const shows = async (smaller: World): Promise<boolean> =>
    (await ask(smaller, [first.question]).catch(() => [])).length > 0;
  const small = await reduce(world, shows);
  const [again = first] = await ask(small, [first.question]);
  const name = process.env['NETQED_RECORD'];
  if (name !== undefined) keep(join(recordings, name), small, again);
  const nodes = Object.entries(small.nodes).map(([node, { tables, settings }]) => [node, { tables, settings }]);
  return `seed ${seed}\n${JSON.stringify({ question: again.question, ...Object.fromEntries(nodes) }, null, 1)}\n${again.text}`;
}

function keep(folder: string, world: World, { question: asked, verdict }: Disagreement): void {
  for (const [file, text] of snapshotOf(world)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  writeFileSync(join(folder, 'kernel-verdicts.jsonl'), `${JSON.stringify(record(asked, 0, verdict))}\n`);
}

/** What the kernel says of a network; of one whose rules about frames its tools refuse, without them. */
async function judged(one: Drawn): Promise<readonly [Drawn, readonly Disagreement[]]> {
  try {
    return [one, await ask(one.world, one.questions)];
  } catch (error) {
    const world = withoutRefused(one.world, error);
    if (world === undefined) throw error;
    return judged({ ...one, world });
  }
}

/** Questions that evaluator, Program and Z3 do not answer alike. */
async function apart({ world, questions }: Drawn): Promise<readonly object[]> {
  const network = networkOf(world);
  const z3 = await engine;
  const found: object[] = [];
  for (const [n, question] of questions.entries()) {
    const both = twinsOf(network, question, n);
    if (!agree(both)) found.push({ question, evaluator: [...both.walked], program: [...both.run.ends] });
    if (!both.run.complete) continue;
    const { said, right } = await engineOn(z3, both);
    if (!isDeepStrictEqual(said, right)) found.push({ question, said, right });
  }
  return found;
}

describe.skipIf(whyNot() !== undefined)(`the kernel judges (seed ${seed})`, () => {
  for (const [name, world] of Object.entries(TOPOLOGIES))
    it(`the evaluator does what the kernel does, without rules: ${name}`, async (test) => {
      if (needsVlans(world) && !(await vlans)) return test.skip('this kernel has no VLANs');
      expect((await ask(world, fc.sample(question(world), { numRuns: 40, seed }))).map(({ text }) => text)).toEqual([]);
    });

  for (const [n, all] of fc.sample(drawn(QUESTIONS), { numRuns: networks, seed }).entries())
    it(`evaluator, Program and Z3 do what the kernel does: drawn network ${n + 1}, ${all.name}`, async (test) => {
      if (needsVlans(all.world) && !(await vlans)) return test.skip('this kernel has no VLANs');
      const [one, found] = await judged({ ...all, world: await loadable(all.world) });
      expect(found.length === 0 ? [] : await explain(one, found)).toEqual([]);
      expect(await apart(one)).toEqual([]);
    });
});
