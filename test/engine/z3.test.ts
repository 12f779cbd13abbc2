import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Engine, Goal } from '../../src/engine/engine.ts';
import { z3Engine } from '../../src/engine/z3/z3.ts';
import { all, any, equals, inRanges, masked, not, sameSlots, unknownBit } from '../../src/ir/predicate.ts';
import type { Slot, Step, Steps } from '../../src/ir/program.ts';
import type { Ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { become, ends, filter, packet, program, query, stop, unknown } from './small.ts';

const limit = unknownBit(unknown('limit'));

let engine: Engine;
beforeAll(async () => {
  engine = await z3Engine();
});
afterAll(() => engine.close());
const ask = (steps: Steps, goal?: Goal): Promise<Answer> => engine.solve(query(steps, goal));

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
    const except: ReadonlyMap<Slot, Scalar>[] = [];
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

  it('with one id and other ranges are not mistaken for each other', async () => {
    const port = (slot: Slot, ranges: Ranges): Step => ({ kind: 'forget', slot, ranges, unknown: unknown('port') });
    const [one, other] = [port('sport', [[1, 3]]), port('dport', [[5, 6]])];
    const here = all(inRanges('sport', [[1, 3]]), inRanges('dport', [[5, 6]]));
    expect((await ask([one, other, filter(here), stop('yes')])).kind).toBe('found');
    expect((await ask([one, other, filter(not(here)), stop('yes')])).kind).toBe('none');
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
