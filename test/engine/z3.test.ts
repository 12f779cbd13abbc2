import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { equals } from '../../src/ir/predicate.ts';
import type { Program } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';

const end = (reason: string): Disposition => ({
  request: { kind: 'none', reason },
  reply: { kind: 'none', reason: '' },
});

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());
describe('x', () => {
  it('finds', async () => {
    const p: Program = {
      inputs: new Map([
        ['dport', [[0, 65535]]],
        ['src', [[0, 2 ** 32 - 1]]],
      ]),
      assumptions: [],
      steps: [
        { kind: 'filter', when: equals('dport', 80), otherwise: end('a') },
        { kind: 'stop', disposition: end('b') },
      ],
    };
    for (let i = 0; i < 5; i++)
      console.log(
        await engine.solve({
          programs: [p],
          goal: { kind: 'ends', program: 0, where: (d) => d.request.kind === 'none' && d.request.reason === 'b' },
        }),
      );
    console.log(
      await engine.solve({
        programs: [p],
        goal: { kind: 'ends', program: 0, where: (d) => d.request.kind === 'none' && d.request.reason === 'c' },
      }),
    );
  });
});
