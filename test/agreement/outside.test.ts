import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import { parseMac } from '../../src/packet/address.ts';
import type { Probe, Start } from '../../src/packet/exchange.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { comparable, endOfExchange, endsOfProgram } from './ends.ts';
import { drawn } from './generate/drawn.ts';
import { framed, framedNetwork, macsIn } from './generate/framed.ts';
import { probeOf } from './generate/probe.ts';
import { sixProbeOf } from './generate/six/probe.ts';
import { sixSnapshotOf } from './generate/six/snapshot.ts';
import { snapshotOf } from './generate/snapshot.ts';
import type { World } from './generate/world.ts';

const QUESTIONS = 10;
const cases = Number(process.env['NETQED_CASES'] ?? 300);
const networks = Math.ceil(cases / QUESTIONS);

/** The same world with some links out of sight: their ends lead outside. */
const cut = (world: World): fc.Arbitrary<World> =>
  fc.subarray(Object.keys(world.links), { minLength: 1 }).map((gone) => ({
    ...world,
    links: Object.fromEntries(Object.entries(world.links).filter(([name]) => !gone.includes(name))),
    filtered: [],
  }));

function compare(network: Network, probe: Probe, start: Start, question: unknown, named: readonly number[] = []): void {
  const exchanges = explore(network, probe, start);
  const run = endsOfProgram(lower(network, probe), start.packet, named);
  const [a, b] = [comparable(new Set(exchanges.map(endOfExchange))), comparable(run.ends)];
  const whole = exchanges.complete && run.complete;
  const same = whole ? a.join() === b.join() : a.some((end) => b.includes(end));
  if (!same) expect({ question, program: b }).toEqual({ question, program: a });
}

const read = (files: ReadonlyMap<string, string>): Network => {
  const { value, located } = parseSnapshot(files);
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return value;
};

describe('random networks of which a part is out of sight', () => {
  it(`a Program ends every packet as the evaluator walks it (${networks * QUESTIONS} cases)`, () => {
    const some = drawn(QUESTIONS).chain((one) => cut(one.world).map((world) => ({ ...one, world })));
    fc.assert(
      fc.property(some, ({ world, questions }) => {
        const [four, six] = [read(snapshotOf(world)), read(sixSnapshotOf(world))];
        questions.forEach((question, n) => {
          const of4 = probeOf(question, n);
          compare(four, of4.probe, of4.start, question);
          const of6 = sixProbeOf({ four: question }, n);
          compare(six, of6.probe, of6.start, { six: question });
        });
      }),
      { numRuns: networks },
    );
  });

  it(`… past rules of ebtables and arptables (${networks * QUESTIONS} cases)`, () => {
    const some = framed(QUESTIONS, { forward: true }).chain((one) =>
      cut(one.world).map((world) => ({ ...one, world })),
    );
    fc.assert(
      fc.property(some, (one) => {
        const network = framedNetwork(one);
        const named = macsIn(one.world).flatMap((text) => parseMac(text) ?? []);
        one.questions.forEach((question, n) => {
          const { probe, start } = probeOf(question, n);
          compare(network, probe, start, question, named);
        });
      }),
      { numRuns: networks },
    );
  });
});
