import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Engine, Goal, Query } from '../../src/engine/engine.ts';
import { loadModule } from '../../src/engine/z3/module.ts';
import { solve } from '../../src/engine/z3/solve.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { all, any, equals, first, inRanges, masked, not, sameSlots, unknownBit } from '../../src/ir/predicate.ts';
import type { Predicate, Program, Slot, Step, Steps } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import { maximum } from '../../src/packet/field.ts';
import type { Ranges } from '../../src/packet/ranges.ts';

const end = (reason: string): Disposition => ({
  request: { kind: 'none', reason },
  reply: { kind: 'none', reason: '' },
});
const stop = (reason: string): Step => ({ kind: 'stop', disposition: end(reason) });
const filter = (when: Predicate, reason = 'no'): Step => ({ kind: 'filter', when, otherwise: end(reason) });
const become = (slot: Slot, value: Extract<Step, { kind: 'set' }>['slots'][number]['value']): Step => ({
  kind: 'set',
  slots: [{ slot, value }],
});
const unknown = (id: string) => ({ id, reason: 'for the test' });
const limit = unknownBit(unknown('limit'));

const FREE: readonly (readonly [Slot, Ranges])[] = (['src', 'dst', 'dport', 'ttl', 'macSrc', 'tcpFlags'] as const).map(
  (field) => [field, [[0, maximum(field)]]],
);
const program = (steps: Steps, inputs: readonly (readonly [Slot, Ranges])[] = FREE): Program => ({
  inputs: new Map(inputs),
  steps,
  assumptions: [],
});
const ends = (reason: string, of = 0): Goal => ({
  kind: 'ends',
  program: of,
  where: ({ request }) => request.kind === 'none' && request.reason === reason,
});
const query = (steps: Steps, goal: Goal = ends('yes')): Query => ({ programs: [program(steps)], goal });

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());
const ask = (steps: Steps, goal?: Goal): Promise<Answer> => engine.solve(query(steps, goal));
const packet = (answer: Answer): Record<string, number> =>
  'inputs' in answer ? Object.fromEntries(answer.inputs) : {};

describe('a packet', () => {
  it('is found exactly if there is one', async () => {
    const one = [filter(all(masked('src', 0xff000000, [[0x0a000000, 0x0a000000]]), equals('dport', 80))), stop('yes')];
    const found = await ask(one);
    expect(found.kind).toBe('found');
    expect(packet(found)).toMatchObject({ dport: 80, ttl: 64 });
    expect(Math.floor((packet(found)['src'] as number) / 2 ** 24)).toBe(10);
    expect((await ask([filter(equals('dport', 81)), ...one])).kind).toBe('none');
  });

  it('may need arithmetic, in all 48 bits and without signs', async () => {
    const steps = [
      filter(inRanges('macSrc', [[2 ** 47 + 5, 2 ** 48 - 2]])),
      become('macDst', { kind: 'plus', slot: 'macSrc', by: 1 }),
      become('macDst', { kind: 'bits', terms: [{ slot: 'macDst' }], xor: 0x800000000000 }),
      filter(all(inRanges('macDst', [[10, 2 ** 40]]), not(sameSlots('macDst', 'macSrc')))),
      stop('yes'),
    ];
    const mac = packet(await ask(steps))['macSrc'] as number;
    expect(mac).toBeGreaterThanOrEqual(2 ** 47 + 9);
    expect(mac).toBeLessThan(2 ** 47 + 2 ** 40);
    expect((await ask([filter(inRanges('macSrc', [[0, 2 ** 47]])), ...steps])).kind).toBe('none');
  });

  it('goes through arms that write and read names', async () => {
    const steps: Steps = [
      {
        kind: 'branch',
        arms: [{ when: inRanges('dport', [[0, 99]]), then: [become('mark', { kind: 'constant', value: 1 })] }],
        otherwise: [become('mark', { kind: 'plus', slot: 'dport', by: 2 })],
      },
      become('mark@a', { kind: 'bits', terms: [{ slot: 'mark' }], xor: 0 }),
      become('mark', { kind: 'constant', value: 7 }),
      filter(equals('mark@a', 1002)),
      stop('yes'),
    ];
    expect(packet(await ask(steps))['dport']).toBe(1000);
  });

  it('of several copies ends wherever one does', async () => {
    const flood: Steps = [
      {
        kind: 'copies',
        of: [[filter(equals('dport', 1), 'a'), stop('b')], [filter(equals('ttl', 9), 'c'), stop('d')], [stop('e')]],
      },
    ];
    expect((await ask(flood, { kind: 'all', of: [ends('b'), ends('d'), ends('e')] })).kind).toBe('found');
    expect((await ask(flood, { kind: 'all', of: [ends('a'), ends('b')] })).kind).toBe('none');
    expect((await ask(flood, { kind: 'not', of: ends('e') })).kind).toBe('none');
    expect((await ask([{ kind: 'copies', of: [] }], ends('e'))).kind).toBe('none');
  });

  it('is another one each time, until there are no more', async () => {
    const few = program(
      [filter(not(equals('ttl', 3))), stop('yes')],
      [
        ['ttl', [[1, 4]]],
        ['fragment', [[0, 1]]],
      ],
    );
    const except: ReadonlyMap<Slot, number>[] = [];
    for (;;) {
      const answer = await engine.solve({ programs: [few], goal: ends('yes'), except });
      if (answer.kind !== 'found') {
        expect(answer.kind).toBe('none');
        break;
      }
      except.push(answer.inputs);
    }
    expect(new Set(except.map((inputs) => JSON.stringify([...inputs]))).size).toBe(6);
    const partly = await engine.solve({
      programs: [few],
      goal: ends('yes'),
      except: [1, 2].map((ttl) => new Map([['ttl' as const, ttl]])),
    });
    expect(packet(partly)['ttl']).toBe(4);
    await expect(engine.solve({ programs: [few], goal: ends('yes'), except: [new Map([['src', 1]])] })).rejects.toThrow(
      'src',
    );
  });
});

describe('several programs', () => {
  it('get one packet, and one value for each unknown', async () => {
    const drops = program([filter(limit), stop('yes')]);
    const passes = program([filter(not(limit)), stop('yes')]);
    const both = { kind: 'all', of: [ends('yes', 0), ends('yes', 1)] } as const;
    expect((await engine.solve({ programs: [drops, passes], goal: both })).kind).toBe('none');
    expect((await engine.solve({ programs: [drops, passes], goal: { kind: 'any', of: both.of } })).kind).toBe('found');
  });

  it('differ only where they do', async () => {
    const ports = (high: number) => program([filter(inRanges('dport', [[22, high]])), stop('yes')]);
    const differ: Goal = {
      kind: 'any',
      of: [0, 1].map((a) => ({ kind: 'all', of: [ends('yes', a), { kind: 'not', of: ends('yes', 1 - a) }] })),
    };
    expect(packet(await engine.solve({ programs: [ports(80), ports(81)], goal: differ }))['dport']).toBe(81);
    expect((await engine.solve({ programs: [ports(80), ports(80)], goal: differ })).kind).toBe('none');
  });
});

describe('unknowns', () => {
  it('are avoided where a packet can do without', async () => {
    const steps: Steps = [filter(any(all(inRanges('dport', [[0, 1000]]), limit), equals('dport', 2000))), stop('yes')];
    expect(packet(await ask(steps))['dport']).toBe(2000);
  });

  it('are named where none can, and only those that decide', async () => {
    const steps: Steps = [
      filter(any(unknownBit(unknown('logged')), not(unknownBit(unknown('logged'))))),
      filter(any(equals('dport', 1), unknownBit(unknown('other port')))),
      filter(any(limit, all(unknownBit(unknown('recent')), equals('ttl', 1)))),
      stop('yes'),
    ];
    const answer = await ask(steps);
    expect(answer.kind).toBe('depends');
    if (answer.kind === 'depends') expect(answer.unknowns.map(({ id }) => id)).toContain('limit');
    const pinned = await ask([filter(all(equals('dport', 1), equals('ttl', 2))), ...steps]);
    expect(pinned.kind === 'depends' && pinned.unknowns).toEqual([unknown('limit')]);
  });

  it('do not stand in the way of a proof over all their values', async () => {
    expect((await ask([filter(limit), filter(not(limit)), stop('yes')])).kind).toBe('none');
    expect((await ask([filter(limit, 'yes'), filter(not(limit), 'yes'), stop('no')])).kind).toBe('found');
  });

  it('may be numbers of a range', async () => {
    const picked = (ranges: Ranges): Step => ({ kind: 'forget', slot: 'sport', ranges, unknown: unknown('port') });
    const reaches = [filter(inRanges('sport', [[1024, 65535]])), stop('yes')];
    expect(
      (
        await ask([
          picked([
            [1024, 2000],
            [3000, 4000],
          ]),
          ...reaches,
        ])
      ).kind,
    ).toBe('found');
    expect((await ask([picked([[1000, 2000]]), ...reaches])).kind).toBe('depends');
    expect((await ask([picked([[1, 1023]]), ...reaches])).kind).toBe('none');
    const answered = await ask([picked([[1000, 2000]]), filter(not(sameSlots('sport', 'dport'))), stop('yes')]);
    expect(answered.kind).toBe('found');
    const guessed = await ask([picked([[1000, 2000]]), filter(sameSlots('sport', 'dport')), stop('yes')]);
    expect(guessed.kind === 'depends' && guessed.unknowns).toEqual([unknown('port')]);
    await expect(ask([picked([]), ...reaches])).rejects.toThrow('port');
  });
});

describe('an answer', () => {
  const hard: Steps = [
    become('mark', { kind: 'bits', terms: [{ slot: 'src' }, { slot: 'dst' }, { slot: 'macSrc' }], xor: 0 }),
    filter(
      all(
        sameSlots('mark', 'dst'),
        masked('src', 0x55555555, [[0x11111111, 0x22222222]]),
        masked('tcpFlags', 0x17, [[2, 2]]),
      ),
    ),
    stop('yes'),
  ];

  it('is the same whatever was asked before', async () => {
    const before = await ask(hard);
    for (let ttl = 0; ttl < 50; ttl++) await ask([filter(masked('tcpFlags', 3, [[ttl % 4, ttl % 4]])), ...hard]);
    const { effort, ...after } = await ask(hard);
    expect(after.kind).toBe('found');
    expect({ ...before, effort }).toEqual({ ...after, effort });
    expect(before.effort.rlimit).toBe(effort.rlimit);
  });

  it('is given up when the budget is spent, and says so', async () => {
    const answer = await engine.solve({ ...query(hard), budget: 1 });
    expect(answer.kind === 'gave up' && answer.reason).toMatch('resource limit');
  });

  it('comes in turn however many are asked at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, ttl) => ask([filter(equals('ttl', ttl)), ...hard])),
    );
    expect(answers.map((answer) => packet(answer)['ttl'])).toEqual(Array.from({ length: 20 }, (_, ttl) => ttl));
  });
});

describe('our mistakes are exceptions', () => {
  it('a slot that nobody set, if it matters', async () => {
    await expect(ask([filter(equals('src@a', 1)), stop('yes')])).rejects.toThrow('src@a');
    const some: Step = {
      kind: 'branch',
      arms: [{ when: equals('dport', 1), then: [become('src@a', { kind: 'constant', value: 1 })] }],
      otherwise: [],
    };
    await expect(ask([filter(not(equals('dport', 1))), some, filter(equals('src@a', 1)), stop('yes')])).rejects.toThrow(
      'src@a',
    );
    expect((await ask([some, filter(all(equals('dport', 1), equals('src@a', 1))), stop('yes')])).kind).toBe('found');
  });

  it('a program that ends without a stop', async () => {
    await expect(ask([])).rejects.toThrow('stop');
    await expect(ask([filter(equals('dport', 1))])).rejects.toThrow('stop');
    await expect(ask([{ kind: 'copies', of: [[stop('no')], [filter(equals('ttl', 1))]] }])).rejects.toThrow('stop');
    expect((await ask([filter(equals('dport', 1)), filter(not(equals('dport', 1)))])).kind).toBe('none');
  });

  it('and the next question is answered all the same', async () => {
    const wrong: Goal = {
      kind: 'ends',
      program: 0,
      where: () => {
        throw new Error('asked');
      },
    };
    await expect(ask([stop('yes')], wrong)).rejects.toThrow('asked');
    await expect(ask([stop('yes')], ends('yes', 1))).rejects.toThrow('program 1');
    expect((await ask([stop('yes')])).kind).toBe('found');
  });
});

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
        module,
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
