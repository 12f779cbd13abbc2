import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import { comparable, endOfExchange, endsOfProgram } from './ends.ts';
import { framed, framedNetwork } from './generate/framed.ts';
import { probeOf } from './generate/probe.ts';

const QUESTIONS = 10;
const cases = Number(process.env['NETQED_CASES'] ?? 1000);
const networks = Math.ceil(cases / QUESTIONS);

describe('random rules of ebtables and arptables', () => {
  it(`a Program ends every packet as the evaluator walks it (${networks * QUESTIONS} cases)`, () => {
    fc.assert(
      fc.property(framed(QUESTIONS, { forward: true }), (one) => {
        const network = framedNetwork(one);
        one.questions.forEach((question, n) => {
          const { probe, start } = probeOf(question, n);
          const exchanges = explore(network, probe, start);
          const run = endsOfProgram(lower(network, probe), start.packet);
          const [a, b] = [comparable(new Set(exchanges.map(endOfExchange))), comparable(run.ends)];
          const same = exchanges.complete && run.complete ? a.join() === b.join() : a.some((end) => b.includes(end));
          if (!same) expect({ question, program: b }).toEqual({ question, program: a });
        });
      }),
      { numRuns: networks },
    );
  });
});
