import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { explore } from '../../src/evaluate/explore.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { asText, type Scalar } from '../../src/packet/scalar.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { ANSWERED, DELIVERED, endOfExchange, isAnswered, isDelivered } from './ends.ts';
import { drawn } from './generate/drawn.ts';
import { type Extra, extra } from './generate/six/extra.ts';
import { type SixQuestion, sixClassOf, sixProbeOf, sixQuestion } from './generate/six/probe.ts';
import { sixSnapshotOf } from './generate/six/snapshot.ts';
import type { World } from './generate/world.ts';
import { agree, engineOn, type Twins, twinsAt } from './twins.ts';

/** Questions a network. */
const QUESTIONS = 10;
const cases = Number(process.env['NETQED_CASES'] ?? 300);
const networks = Math.ceil(cases / QUESTIONS);
const engine = z3Engine();
afterAll(async () => (await engine).close());

/** A found packet: what the Program does not bring along is 0. */
const packetFrom = (inputs: ReadonlyMap<Slot, Scalar>): Packet =>
  packet({ src: 0n, ...Object.fromEntries([...inputs].filter(([slot]) => !slot.includes('@'))) });

const drawnInSix = drawn(QUESTIONS).chain(({ name, world, questions }) =>
  fc.record({
    name: fc.constant(name),
    world: fc.constant(world),
    extra: extra(world),
    questions: fc.tuple(...questions.map((one) => sixQuestion(world, one))),
  }),
);

function networkOf(world: World, more: Extra): Network {
  const { value, located } = parseSnapshot(sixSnapshotOf(world, more));
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return value;
}

const compare = (network: Network, question: SixQuestion, n: number): Twins =>
  twinsAt(network, sixProbeOf(question, n));

describe('random networks of IPv6', () => {
  it(`a Program ends every packet as the evaluator walks it (${networks * QUESTIONS} cases)`, () => {
    fc.assert(
      fc.property(drawnInSix, (one) => {
        const network = networkOf(one.world, one.extra);
        one.questions.forEach((question, n) => {
          const both = compare(network, question, n);
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
      fc.asyncProperty(drawnInSix, async (one) => {
        const network = networkOf(one.world, one.extra);
        for (const [n, question] of one.questions.entries()) {
          const twins = compare(network, question, n);
          if (!twins.run.complete) continue;
          const { said, right } = await engineOn(z3, twins);
          expect(asText({ question, ...said })).toBe(asText({ question, ...right }));
        }
      }),
      { numRuns: networks },
    );
  });

  it('what Z3 says of a class of packets, the evaluator does with each of them', async () => {
    const z3 = await engine;
    await fc.assert(
      fc.asyncProperty(drawnInSix, async ({ world, extra: more, questions }) => {
        const network = networkOf(world, more);
        for (const question of questions) {
          const { probe, corners } = sixClassOf(world, question);
          for (const [goal, meets] of [
            [DELIVERED, isDelivered],
            [ANSWERED, isAnswered],
          ] as const) {
            const answer = await z3.solve({ programs: [lower(network, probe)], goal });
            const ends = (start: Packet) =>
              explore(network, probe, { packet: start, states: new Map() }).map(endOfExchange);
            if (answer.kind === 'found')
              expect(asText({ question, all: ends(packetFrom(answer.inputs)).every(meets) })).toBe(
                asText({ question, all: true }),
              );
            if (answer.kind === 'none')
              for (const corner of corners)
                expect(asText({ question, corner, some: ends(corner).some(meets) })).toBe(
                  asText({ question, corner, some: false }),
                );
            expect(answer.kind).not.toBe('gave up');
          }
        }
      }),
      { numRuns: Math.ceil(networks / QUESTIONS) },
    );
  });
});
