import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { all, equals, inRanges, unknownBit } from '../../src/ir/predicate.ts';
import type { Predicate, Program, Step } from '../../src/ir/program.ts';
import type { Disposition, Fate } from '../../src/packet/fate.ts';
import { aimOf } from '../../src/question/aim.ts';
import { search } from '../../src/question/search.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());

const end = (request: Fate): Disposition => ({ request, reply: { kind: 'none', reason: '' } });
const YES = end({ kind: 'delivered', node: 'b', interface: 'eth0' });
const NO = end({ kind: 'dropped', node: 'b', reason: 'rule' });
const AWAY = end({ kind: 'leaves', node: 'b', interface: 'eth1' });

const stop = (disposition: Disposition): Step => ({ kind: 'stop', disposition });
const either = (when: Predicate, then: Disposition, otherwise: Disposition): Program => ({
  inputs: new Map([['dport', [[1, 100]]]]),
  steps: [{ kind: 'branch', arms: [{ when, then: [stop(then)] }], otherwise: [stop(otherwise)] }],
  assumptions: [],
});

const AIM = aimOf({ target: { kind: 'prefix', prefix: { address: 1, length: 32 } }, back: false });
const LIMIT = unknownBit({ id: 'limit', reason: '-m limit' });
const at22 = equals('dport', 22);

describe.each(['can', 'always'] as const)('%s', (quantifier) => {
  const [wanted, other] = quantifier === 'can' ? [YES, NO] : [NO, YES];
  const ask = (program: Program) => search(program, AIM, quantifier, engine);

  it('finds the packet that decides', async () => {
    expect(await ask(either(at22, wanted, other))).toEqual({ kind: 'found', inputs: new Map([['dport', 22]]) });
  });

  it('proves that there is none', async () => {
    expect(await ask(either(at22, other, other))).toEqual({ kind: 'none' });
    expect(await ask(either(inRanges('dport', [[101, 200]]), wanted, other))).toEqual({ kind: 'none' });
  });

  it('what depends on an unknown is unknown, and names it', async () => {
    expect(await ask(either(all(at22, LIMIT), wanted, other))).toMatchObject({
      kind: 'unknown',
      inputs: new Map([['dport', 22]]),
      unknowns: [{ id: 'limit' }],
    });
  });

  it('what is out of sight proves nothing', async () => {
    expect(await ask(either(at22, AWAY, other))).toMatchObject({ kind: 'unknown', inputs: new Map([['dport', 22]]) });
    expect(await ask(either(at22, AWAY, wanted))).toMatchObject({ kind: 'found' });
  });

  it('a budget that runs out is unknown', async () => {
    const solve: Engine['solve'] = async () => ({ kind: 'gave up', reason: 'rlimit', effort: { rlimit: 1, ms: 1 } });
    const found = await search(either(at22, wanted, other), AIM, quantifier, { ...engine, solve });
    expect(found).toMatchObject({ kind: 'unknown', unknowns: [{ reason: expect.stringContaining('budget') }] });
  });
});
