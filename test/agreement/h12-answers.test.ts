import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import type { Network } from '../../src/network/network.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { aimOf } from '../../src/question/aim.ts';
import { answer } from '../../src/question/answer.ts';
import type { Finding } from '../../src/question/finding.ts';
import { parseQuestion } from '../../src/question/parse.ts';
import type { Reach } from '../../src/question/question.ts';
import { casesOf } from '../../src/question/reach.ts';
import { replay, shows } from '../../src/question/replay.ts';
import type { Inputs } from '../../src/question/start.ts';
import { type Drawn, drawn } from './generate/drawn.ts';
import { snapshotOf } from './generate/snapshot.ts';
import { ownedIn, unownedIn } from './generate/vocabulary.ts';
import type { World } from './generate/world.ts';

const cases = Math.ceil(Number(process.env['NETQED_CASES'] ?? 1000) / 20);
const engine = z3Engine();
afterAll(async () => (await engine).close());

/** A question without its quantifier and without `and back`. */
interface Words {
  readonly source: string;
  readonly rest: string;
}

const PACKETS = [
  '',
  'over icmp',
  'over tcp port 22',
  'over udp',
  'port 53',
  'over tcp port 1-1023 from port 1024-65535',
  'over 47',
  'with icmp type any',
  'over udp with tos any',
];
const STATES = ['', '', '', 'in any state', 'with ct state ESTABLISHED', 'with ct state INVALID, NEW'];
const SOURCES = ['', '', '', 'with any src'];

function words({ nodes, links }: World): fc.Arbitrary<Words> {
  const names = Object.keys(nodes);
  const world = { nodes, links, filtered: [] };
  const wires = names.flatMap((name) =>
    Object.entries(nodes[name]?.interfaces ?? {})
      .filter(([, { kind }]) => kind === 'ethernet')
      .map(([device]) => `${name}:${device}`),
  );
  const addresses = [...ownedIn(world), ...unownedIn(world)].map((one) => one.replace(/\/\d+$/, ''));
  const targets = [...addresses, ...addresses, ...names, '10.2.0.0/24', 'outside'];
  return fc
    .tuple(
      fc.constantFrom(...names, ...names, ...wires),
      fc.constantFrom(...targets),
      fc.constantFrom(...PACKETS),
      fc.constantFrom(...STATES),
      fc.constantFrom(...SOURCES),
    )
    .map(([source, target, ...clauses]) => ({
      source,
      rest: [`reach ${target}`, ...clauses].filter((one) => one !== '').join(' '),
    }));
}

const asked = drawn(1).chain((one) => words(one.world).map((text) => ({ one, text })));

function read({ world }: Drawn): Network {
  const { value, located } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return value;
}

function question(text: string, network: Network): Reach {
  const { value, located } = parseQuestion(text, network);
  if (value?.kind !== 'reach') throw new Error(`${text}: ${JSON.stringify(located[0])}`);
  return value;
}

/** Other packets of the question's classes than those that the answer was tested with. */
function* sample(
  one: Reach,
  network: Network,
  numbers: readonly number[],
): Iterable<{ ends: boolean; inputs: Inputs }> {
  const aim = aimOf(one);
  const decisive = (end: Disposition): boolean => (one.quantifier === 'can' ? aim.possible(end) : aim.certain(end));
  for (const each of casesOf(one, network))
    for (const number of numbers) {
      const inputs = new Map(
        [...each.program.inputs].map(([slot, ranges], i) => {
          const [low, high] = ranges[(number + i) % ranges.length] as readonly [number, number];
          return [slot, low + ((number * (i + 7)) % (high - low + 1))];
        }),
      );
      yield { ends: replay(each, inputs, one.back, 16).some((run) => shows(run, decisive, one.quantifier)), inputs };
    }
}

/** If the first says so, the second may not say that (an unknown says nothing). */
const LAWS: readonly (readonly [asked: number, says: 'yes' | 'no', other: number, not: 'yes' | 'no', law: string])[] = [
  [1, 'yes', 0, 'no', 'what always arrives can arrive'],
  [3, 'yes', 2, 'no', 'what is always answered can be answered'],
  [2, 'yes', 0, 'no', 'what is answered arrived'],
  [3, 'yes', 1, 'no', 'what is always answered always arrives'],
];

const brokenLaws = (findings: readonly Finding[]): string[] =>
  LAWS.flatMap(([asked, says, other, not, law]) =>
    findings[asked]?.answer === says && findings[other]?.answer === not ? [law] : [],
  );

const formsOf = ({ source, rest }: Words): string[] => [
  `can ${source} ${rest}`,
  `does ${source} always ${rest}`,
  `can ${source} ${rest} and back`,
  `does ${source} always ${rest} and back`,
];

describe('answers about random networks', () => {
  it(`the evaluator confirms each, all laws between them hold, and no other packet says otherwise (${cases} networks)`, async () => {
    const z3 = await engine;
    const numbers = fc.array(fc.nat({ max: 1e9 }), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(asked, numbers, async ({ one, text }, drawnNumbers) => {
        const network = read(one);
        const findings: Finding[] = [];
        const contradictions: object[] = [];
        for (const form of formsOf(text)) {
          const each = question(form, network);
          const finding = await answer(each, network, z3);
          findings.push(finding);
          if (finding.proof === undefined) continue;
          for (const { ends, inputs } of sample(each, network, drawnNumbers))
            if (ends) contradictions.push({ form, inputs });
        }
        expect({ broken: brokenLaws(findings), contradictions }).toEqual({ broken: [], contradictions: [] });
      }),
      { numRuns: cases, seed: Number(process.env['SEED']), endOnFailure: true },
    );
  });
});
