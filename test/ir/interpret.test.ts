import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/ir/interpret.ts';
import { all, any, equals, first, inRanges, masked, not, sameSlots, unknownBit } from '../../src/ir/predicate.ts';
import type { Predicate, Program, Slot, Step, Steps } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import type { Ranges } from '../../src/packet/ranges.ts';

const end = (reason: string): Disposition => ({
  request: { kind: 'none', reason },
  reply: { kind: 'none', reason: '' },
});
const stop = (reason: string): Step => ({ kind: 'stop', disposition: end(reason) });
const unknown = (id: string) => ({ id, reason: 'for the test' });
const program = (steps: Steps, inputs: readonly (readonly [Slot, Ranges])[] = []): Program => ({
  inputs: new Map(inputs),
  steps,
  assumptions: [],
});
const never = (): number => {
  throw new Error('asked');
};
const reasons = (
  of: Program,
  inputs: readonly (readonly [Slot, number])[] = [],
  oracle: (id: string) => number = never,
) =>
  interpret(of, new Map(inputs), ({ id }) => oracle(id)).map(({ request }) =>
    request.kind === 'none' ? request.reason : '',
  );
const asks = (when: Predicate): Steps => [{ kind: 'filter', when, otherwise: end('no') }, stop('yes')];
const PORT: readonly (readonly [Slot, Ranges])[] = [['dport', [[0, 65535]]]];

describe('a packet', () => {
  it('stops at the first filter that it does not pass', () => {
    const of = program(
      [{ kind: 'filter', when: equals('dport', 80), otherwise: end('a') }, ...asks(equals('dport', 81))],
      PORT,
    );
    expect(reasons(of, [['dport', 80]])).toEqual(['no']);
    expect(reasons(of, [['dport', 81]])).toEqual(['a']);
  });

  it('takes the first arm that applies and goes on after the branch', () => {
    const mark = (value: number): Step => ({
      kind: 'set',
      slots: [{ slot: 'mark', value: { kind: 'constant', value } }],
    });
    const of = program(
      [
        {
          kind: 'branch',
          arms: [
            { when: inRanges('dport', [[0, 9]]), then: [mark(1)] },
            { when: inRanges('dport', [[0, 19]]), then: [mark(2)] },
            { when: equals('dport', 20), then: [stop('stopped')] },
          ],
          otherwise: [mark(3)],
        },
        {
          kind: 'branch',
          arms: [1, 2, 3].map((value) => ({ when: equals('mark', value), then: [stop(`${value}`)] })),
          otherwise: [stop('?')],
        },
      ],
      PORT,
    );
    expect([5, 15, 20, 25].flatMap((port) => reasons(of, [['dport', port]]))).toEqual(['1', '2', 'stopped', '3']);
  });

  it('ends once a copy, each with its own slots, in order', () => {
    const copy = (value: number): Steps => [
      { kind: 'branch', arms: [{ when: equals('mark', 0), then: [] }], otherwise: [stop('shared')] },
      { kind: 'set', slots: [{ slot: 'mark', value: { kind: 'constant', value } }] },
      stop(`${value}`),
    ];
    expect(
      reasons(program([{ kind: 'copies', of: [copy(1), [{ kind: 'copies', of: [copy(2), copy(3)] }], copy(4)] }])),
    ).toEqual(['1', '2', '3', '4']);
    expect(reasons(program([{ kind: 'copies', of: [] }]))).toEqual([]);
  });

  it('reads all values of a set before it writes one', () => {
    const swap: Step = {
      kind: 'set',
      slots: [
        { slot: 'sport', value: { kind: 'bits', terms: [{ slot: 'dport' }], xor: 0 } },
        { slot: 'dport', value: { kind: 'bits', terms: [{ slot: 'sport' }], xor: 0 } },
      ],
    };
    const of = program([swap, ...asks(all(equals('sport', 1), equals('dport', 0)))], PORT);
    expect(reasons(of, [['dport', 1]])).toEqual(['yes']);
  });
});

describe('a value', () => {
  const become = (slot: Slot, value: Extract<Step, { kind: 'set' }>['slots'][number]['value'], expected: number) =>
    reasons(
      program(
        [{ kind: 'set', slots: [{ slot, value }] }, ...asks(equals(slot, expected))],
        [
          ['mark', [[0, 2 ** 32 - 1]]],
          ['macSrc', [[0, 2 ** 48 - 1]]],
        ],
      ),
      [
        ['mark', 0xfedcba98],
        ['macSrc', 0x80fedcba9876],
      ],
    );

  it('is taken modulo the width of the slot that is set', () => {
    expect(become('ttl', { kind: 'plus', slot: 'ttl', by: -1 }, 255)).toEqual(['yes']);
    expect(become('mark', { kind: 'plus', slot: 'mark', by: 0x01234568 }, 0)).toEqual(['yes']);
    expect(become('dport', { kind: 'bits', terms: [{ slot: 'mark' }], xor: 0 }, 0xba98)).toEqual(['yes']);
    expect(become('dport', { kind: 'constant', value: 70000 }, 4464)).toEqual(['yes']);
  });

  it('of bits is the exclusive or of its masked terms, in all 48 bits', () => {
    expect(
      become(
        'mark',
        {
          kind: 'bits',
          terms: [
            { slot: 'mark', mask: 0xff0000ff },
            { slot: 'mark', mask: 0xff000000 },
          ],
          xor: 0x80000001,
        },
        0x80000099,
      ),
    ).toEqual(['yes']);
    expect(
      become('macSrc', { kind: 'bits', terms: [{ slot: 'macSrc' }], xor: 0xff0000000001 }, 0x7ffedcba9877),
    ).toEqual(['yes']);
    expect(become('macDst', { kind: 'bits', terms: [{ slot: 'macSrc' }], xor: 0 }, 0x80fedcba9877)).toEqual(['no']);
  });
});

describe('a predicate', () => {
  const on = (when: Predicate, port: number, oracle?: (id: string) => number) =>
    reasons(program(asks(when), PORT), [['dport', port]], oracle)[0];

  it('of ranges masks first', () => {
    expect(on(masked('dport', 0xff00, [[0x1200, 0x1200]]), 0x1234)).toBe('yes');
    expect(on(masked('dport', 0xff00, [[0x1234, 0x1234]]), 0x1234)).toBe('no');
  });

  it('of a chain is decided by the first case', () => {
    const when = first(
      [
        { when: inRanges('dport', [[0, 9]]), then: equals('dport', 3) },
        { when: inRanges('dport', [[0, 99]]), then: inRanges('dport', [[0, 50]]) },
      ],
      equals('dport', 100),
    );
    expect([3, 4, 50, 51, 100, 101].map((port) => on(when, port))).toEqual(['yes', 'no', 'yes', 'no', 'yes', 'no']);
  });

  it('compares slots', () => {
    expect(on(sameSlots('dport', 'sport'), 0)).toBe('yes');
    expect(on(sameSlots('dport', 'sport'), 1)).toBe('no');
  });

  it('asks the oracle for what is unknown, and only then', () => {
    const limit = unknownBit(unknown('limit'));
    expect(on(limit, 0, () => 1)).toBe('yes');
    expect(on(limit, 0, () => 0)).toBe('no');
    expect(on(not(limit), 0, () => 0)).toBe('yes');
    expect(on(any(equals('dport', 0), limit), 0)).toBe('yes');
    expect(() => on(limit, 0, () => 2)).toThrow('limit');
  });
});

describe('what was forgotten', () => {
  const forget: Step = { kind: 'forget', slot: 'dport', ranges: [[10, 20]], unknown: unknown('port') };
  it('is what the oracle says, among the ranges', () => {
    const of = program([forget, ...asks(equals('dport', 15))]);
    expect(reasons(of, [], () => 15)).toEqual(['yes']);
    expect(reasons(of, [], () => 16)).toEqual(['no']);
    expect(() => reasons(of, [], () => 21)).toThrow('port');
  });
});

describe('our mistakes are exceptions', () => {
  it('a slot that nobody set', () => {
    expect(() => reasons(program(asks(equals('src@a', 1))))).toThrow('src@a');
    expect(reasons(program(asks(equals('src', 1))))).toEqual(['no']); // a field starts as 0
    expect(reasons(program(asks(equals('src@a', 1)), [['src@a', [[0, 1]]]]), [['src@a', 1]])).toEqual(['yes']);
  });

  it('a program that ends without a stop', () => {
    expect(() => reasons(program([]))).toThrow('stop');
    expect(() => reasons(program([{ kind: 'branch', arms: [], otherwise: [] }]))).toThrow('stop');
    expect(() => reasons(program([{ kind: 'copies', of: [[]] }]))).toThrow('stop');
  });

  it('an input that is missing or impossible', () => {
    expect(() => reasons(program(asks(equals('dport', 1)), [['dport', [[1, 2]]]]))).toThrow('dport');
    expect(() => reasons(program(asks(equals('dport', 1)), [['dport', [[1, 2]]]]), [['dport', 3]])).toThrow('dport');
  });
});

describe('size', () => {
  it('20,000 cases, parts and filters do not overflow the stack', () => {
    const each = Array.from({ length: 20_000 }, (_, port) => equals('dport', port));
    expect(reasons(program(asks(any(...each)), PORT), [['dport', 19_999]])).toEqual(['yes']);
    expect(
      reasons(
        program(
          asks(
            first(
              each.map((when) => ({ when, then: equals('sport', 1) })),
              equals('sport', 0),
            ),
          ),
          PORT,
        ),
        [['dport', 20_000]],
      ),
    ).toEqual(['yes']);
    expect(
      reasons(
        program(
          [...each.map((when): Step => ({ kind: 'filter', when: not(when), otherwise: end('no') })), stop('yes')],
          PORT,
        ),
        [['dport', 20_000]],
      ),
    ).toEqual(['yes']);
    const nested = each.reduce<Steps>(
      (inner, when) => [{ kind: 'branch', arms: [{ when, then: [stop('no')] }], otherwise: inner }],
      [stop('yes')],
    );
    expect(reasons(program(nested, PORT), [['dport', 20_000]])).toEqual(['yes']);
  });
});
