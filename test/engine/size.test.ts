import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Engine, Goal } from '../../src/engine/engine.ts';
import { loadModule } from '../../src/engine/z3/module.ts';
import { solve } from '../../src/engine/z3/solve.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { all, any, equals, first, inRanges, not, sameSlots, unknownBit } from '../../src/ir/predicate.ts';
import type { Predicate, Step, Steps } from '../../src/ir/program.ts';
import { become, ends, filter, packet, query, stop, unknown } from './small.ts';

const limit = unknownBit(unknown('limit'));

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());
const ask = (steps: Steps, goal?: Goal): Promise<Answer> => engine.solve(query(steps, goal));

describe('size', () => {
  const N = 20_000; // as many rules as a large host has
  const block = (i: number) => Math.floor(i / 100);
  const host = (i: number) => all(equals('src', 0x0a000000 + 3 * i), inRanges('dport', [[i, i + 5]]));
  const each = Array.from({ length: N }, (_, i) => host(i));

  it('20,000 parts of one predicate', async () => {
    expect((await ask([filter(any(...each)), stop('yes')])).kind).toBe('found');
    expect((await ask([filter(any(...each)), filter(equals('src', 0x0a000001)), stop('yes')])).kind).toBe('none');
  });

  it('20,000 cases of a chain, in one list or nested', async () => {
    const verdicts = each.map((when, i) => ({
      when,
      then: block(i) % 3 === 0 ? equals('ttl', 1) : block(i) % 3 === 1 ? equals('ttl', 2) : equals('tcpFlags', 2),
    }));
    const nested = verdicts.reduceRight<Predicate>(
      (otherwise, { when, then }) => ({ kind: 'first', cases: [{ when, then }], otherwise }),
      { kind: 'false' },
    );
    for (const chain of [first(verdicts, { kind: 'false' }), nested]) {
      const last = all(equals('src', 0x0a000000 + 3 * (N - 2)), equals('dport', N));
      const found = await ask([filter(chain), filter(last), stop('yes')]);
      expect(found).toMatchObject({ kind: 'found' });
      expect(packet(found)['ttl']).toBe(block(N - 2) % 3 === 0 ? 1 : block(N - 2) % 3 === 1 ? 2 : 64);
      expect(
        (await ask([filter(chain), filter(all(last, equals('ttl', 3), equals('tcpFlags', 3))), stop('yes')])).kind,
      ).toBe('none');
    }
  });

  it('20,000 steps, and 20,000 branches each in the other', async () => {
    const filters = each.map((when, i) => filter(not(when), `${block(i) % 7}`));
    expect((await ask([...filters, stop('yes')], ends('6'))).kind).toBe('found');
    const nested = each.reduceRight<Steps>(
      (otherwise, when, i) => [{ kind: 'branch', arms: [{ when, then: [stop(`${block(i) % 7}`)] }], otherwise }],
      [stop('yes')],
    );
    expect((await ask([filter(equals('src', 0x0a000003 + 300)), ...nested], ends('1'))).kind).toBe('found');
    expect((await ask([filter(equals('src', 0x0a000003 + 300)), ...nested], ends('2'))).kind).toBe('none');
  });

  it('20,000 steps that each look at what the one before wrote', async () => {
    const once = all(equals('mark', 0), inRanges('dport', [[700, 800]]));
    const marks = each.map((_, i): Step => {
      const when = i % 2 === 0 ? equals('dport', i) : all(equals('dport', i), once);
      return {
        kind: 'branch',
        arms: [{ when, then: [become('mark', { kind: 'constant', value: 7 * i })] }],
        otherwise: [],
      };
    });
    const asked = [...marks, filter(equals('mark', 7 * 777)), stop('yes')];
    expect(packet(await ask(asked))['dport']).toBe(777);
  });

  it('20,000 predicates each in the other', async () => {
    const deep = each.reduce<Predicate>((of, when) => ({ kind: 'not', of: { kind: 'all', of: [of, when] } }), limit);
    const [source, port] = [0x0a000000 + 3 * (N - 1), N - 1];
    expect((await ask([filter(deep), filter(not(equals('src', source))), stop('yes')])).kind).toBe('found');
    expect((await ask([filter(not(deep)), filter(not(equals('src', source))), stop('yes')])).kind).toBe('none');
    expect(
      (await ask([filter(deep), filter(equals('src', source)), filter(equals('dport', port)), stop('yes')])).kind,
    ).toBe('none');
  });

  it('steps nested too deeply to be understood are no answer, and harm nothing', async () => {
    const deep = each.reduce<Steps>(
      (then, when) => [{ kind: 'branch', arms: [{ when, then }], otherwise: [stop('no')] }],
      [stop('yes')],
    );
    const answer = await ask(deep);
    expect(answer.kind === 'gave up' && answer.reason).toMatch('stack');
    expect((await ask([stop('yes')])).kind).toBe('found');
  });
});

describe('memory', () => {
  it('is the same after 1,000 queries, and no thread was started', async () => {
    const module = await loadModule();
    const allocated = () => (module['_Z3_get_estimated_alloc_size'] as unknown as () => bigint)();
    const one = (ttl: number) =>
      solve(
        async () => module,
        query([filter(all(equals('ttl', ttl), not(sameSlots('src', 'dst')))), filter(limit), stop('yes')]),
        true,
      );
    for (let i = 0; i < 20; i++) await one(i);
    const before = allocated();
    for (let i = 0; i < 1000; i++) await one(i % 256);
    expect(Number(allocated() - before)).toBeLessThan(10_000);
    const { PThread } = module as unknown as { PThread: { runningWorkers: unknown[]; unusedWorkers: unknown[] } };
    expect([...PThread.runningWorkers, ...PThread.unusedWorkers]).toEqual([]);
  });
});
