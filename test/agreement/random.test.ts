import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Goal } from '../../src/engine/engine.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { explore } from '../../src/evaluate/explore.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Fate } from '../../src/packet/fate.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { ANSWERED, DELIVERED, type End, endOfExchange, isAnswered, isDelivered } from './ends.ts';
import { drawn } from './generate/drawn.ts';
import { classOfPackets, cornersOf } from './generate/probe.ts';
import { snapshotOf } from './generate/snapshot.ts';
import type { World } from './generate/world.ts';
import { agree, engineOn, twinsOf } from './twins.ts';

/** Questions a network; each packet of them is put to Z3, too, and a tenth of them as classes. */
const QUESTIONS = 10;
const cases = Number(process.env['NETQED_CASES'] ?? 1000);
const networks = Math.ceil(cases / QUESTIONS);
const engine = z3Engine();
afterAll(async () => (await engine).close());

/** A found packet: what the Program does not bring along is 0. */
const packetFrom = (inputs: ReadonlyMap<Slot, Scalar>): Packet =>
  packet(Object.fromEntries([...inputs].filter(([slot]) => !slot.includes('@'))));

const perhaps = (of: Fate): boolean => of.kind === 'delivered' || of.kind === 'unknown';

/** What is looked for, and what may be it: a Program may give up where the evaluator does not. */
const GOALS = [
  {
    goal: DELIVERED,
    perhaps: { kind: 'ends', program: 0, where: ({ request }) => perhaps(request) },
    meets: isDelivered,
  },
  {
    goal: ANSWERED,
    perhaps: { kind: 'ends', program: 0, where: ({ request, reply }) => request.kind === 'unknown' || perhaps(reply) },
    meets: isAnswered,
  },
] as const satisfies readonly { goal: Goal; perhaps: Goal; meets: (end: End) => boolean }[];

function networkOf(world: World): Network {
  const { value, located } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return value;
}

describe('random networks', () => {
  it(`a Program ends every packet as the evaluator walks it (${networks * QUESTIONS} cases)`, () => {
    fc.assert(
      fc.property(drawn(QUESTIONS), (one) => {
        const network = networkOf(one.world);
        one.questions.forEach((question, n) => {
          const both = twinsOf(network, question, n);
          if (!agree(both))
            expect({ question, interpreter: [...both.run.ends] }).toEqual({ question, interpreter: [...both.walked] });
        });
      }),
      { numRuns: networks },
    );
  });

  it(`Z3 finds a packet, proves that there is none, or names unknowns, as the interpreter ends it (${networks * QUESTIONS} cases)`, async () => {
    const z3 = await engine;
    await fc.assert(
      fc.asyncProperty(drawn(QUESTIONS), async (one) => {
        const network = networkOf(one.world);
        for (const [n, question] of one.questions.entries()) {
          const both = twinsOf(network, question, n);
          if (!both.run.complete) continue;
          const { said, right } = await engineOn(z3, both);
          expect({ question, ...said }).toEqual({ question, ...right });
        }
      }),
      { numRuns: networks },
    );
  });

  it('what Z3 says of a class of packets, the evaluator does with each of them', async () => {
    const z3 = await engine;
    await fc.assert(
      fc.asyncProperty(drawn(QUESTIONS), async ({ world, questions }) => {
        const network = networkOf(world);
        for (const question of questions) {
          const probe = classOfPackets(question);
          const programs = [lower(network, probe)];
          for (const { goal, perhaps, meets } of GOALS) {
            const answer = await z3.solve({ programs, goal });
            const possible = await z3.solve({ programs, goal: perhaps });
            const ends = (start: Packet) =>
              explore(network, probe, { packet: start, states: new Map() }).map(endOfExchange);
            if (answer.kind === 'found')
              expect({ question, all: ends(packetFrom(answer.inputs)).every(meets) }).toEqual({ question, all: true });
            if (possible.kind === 'none')
              for (const corner of cornersOf(world, probe, question))
                expect({ question, corner, some: ends(corner).some(meets) }).toEqual({ question, corner, some: false });
            expect(answer.kind).not.toBe('gave up');
          }
        }
      }),
      { numRuns: Math.ceil(networks / QUESTIONS) },
    );
  });
});
