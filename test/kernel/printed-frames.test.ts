import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../src/lab/command.ts';
import { addNamespaces, deleteNamespaces, namer } from '../../src/lab/namespace.ts';
import { whyNot } from '../../src/lab/possible.ts';
import type { FrameChain, FrameRules } from '../../src/network/frame-rules.ts';
import { parseArptablesSave } from '../../src/parse/frames/arptables.ts';
import { parseEbtablesSave } from '../../src/parse/frames/ebtables.ts';
import { printArpRules, printFrameRules } from '../../src/parse/frames/print.ts';
import { framed } from '../agreement/generate/framed.ts';
import { read } from '../parse/said.ts';

const DRAWN = 40;
const seed = Number(process.env['NETQED_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
const namespace = namer()('printed');
const tool = (command: string, input = '') => run('ip', ['netns', 'exec', namespace, command], input);

/** What a listing holds but comments; iptables-nft leaves a blank behind a target without arguments. */
const bare = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');

async function loaded(name: 'ebtables' | 'arptables', text: string): Promise<string> {
  const { status, err } = await tool(`${name}-restore`, text);
  if (status !== 0) throw new Error(`${err}\n${text}`);
  return bare((await tool(`${name}-save`)).out);
}

/** The rules of each chain with their tests in one order: iptables-nft prints them in its own. */
const meaning = (tables: Iterable<readonly [string, ReadonlyMap<string, FrameChain>]>): unknown =>
  [...tables].map(([name, chains]) => [
    name,
    [...chains.values()].map(({ rules, name: chain, policy, builtIn }) => [
      { chain, policy, builtIn },
      rules.map(({ tests, action }) => [tests.map((test) => JSON.stringify(test)).sort(), action]),
    ]),
  ]);
const only = (tables: FrameRules, others: FrameRules): FrameRules =>
  new Map([...tables].filter(([name]) => others.has(name)));

describe.skipIf(whyNot() !== undefined)(`listings of drawn rules (seed ${seed})`, { sequential: true }, () => {
  beforeAll(() => addNamespaces([namespace]));
  afterAll(() => deleteNamespaces([namespace]));
  const texts = (of: 'ebtables' | 'arptables') =>
    fc
      .sample(framed(0, { forward: false }), { numRuns: DRAWN, seed })
      .map((one) => one[of])
      .filter((text) => text !== '');

  it('ebtables-save prints what it printed once more, and means what was loaded', async () => {
    for (const text of texts('ebtables')) {
      const saved = await loaded('ebtables', text);
      const again = read(parseEbtablesSave(saved, 'f'));
      // a listing has every table that was ever asked for, in the order of their making
      expect(printFrameRules(again).split('*').sort()).toEqual(saved.split('*').sort());
      const given = read(parseEbtablesSave(text, 'f'));
      expect(meaning(only(again, given))).toEqual(meaning(given));
    }
  });

  it('arptables-save likewise', async () => {
    for (const text of texts('arptables')) {
      const saved = await loaded('arptables', text);
      const again = read(parseArptablesSave(saved, 'f'));
      expect(printArpRules(again)).toBe(saved);
      expect(meaning([['filter', again]])).toEqual(meaning([['filter', read(parseArptablesSave(text, 'f'))]]));
    }
  });
});
