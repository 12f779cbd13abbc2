import { describe, expect, it } from 'vitest';
import { all, any, equals, first, inRanges, not } from '../../src/ir/predicate.ts';
import type { Program, Slot } from '../../src/ir/program.ts';
import { contains, type Ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { boundariesOf } from '../../src/question/boundaries.ts';
import { CORNERS, corners, plainest } from '../../src/question/corners.ts';
import { endsOf } from '../../src/question/search.ts';

const NONE = { kind: 'none', reason: '' } as const;
const DROP = { request: { kind: 'dropped', node: 'a', reason: 'rule' }, reply: NONE } as const;
const YES = { request: { kind: 'delivered', node: 'b', interface: 'eth0' }, reply: NONE } as const;

const PROGRAM: Program = {
  inputs: new Map<Slot, Ranges>([
    ['dport', [[1, 65535]]],
    [
      'src',
      [
        [10, 20],
        [40, 40],
      ],
    ],
    ['ttl', [[64, 64]]],
    ['length', [[28, 1500]]],
  ]),
  steps: [
    {
      kind: 'filter',
      when: not(all(inRanges('dport', [[22, 80]]), any(equals('src', 15), equals('src', 99)))),
      otherwise: DROP,
    },
    {
      kind: 'branch',
      arms: [
        {
          when: first([{ when: equals('length', 100), then: equals('dport', 443) }], equals('ttl', 1)),
          then: [{ kind: 'stop', disposition: YES }],
        },
      ],
      otherwise: [],
    },
    { kind: 'set', slots: [{ slot: 'dport', value: { kind: 'constant', value: 8080 } }] },
    { kind: 'stop', disposition: YES },
  ],
  assumptions: [],
};

it('boundaries are the values on both sides of every comparison, and what nat writes', () => {
  const found = boundariesOf(PROGRAM);
  expect(found.get('dport')).toEqual([21, 22, 80, 81, 442, 443, 444, 8079, 8080, 8081]);
  expect(found.get('src')).toEqual([14, 15, 16, 98, 99, 100]);
});

it('the ends of a Program are told once each', () => {
  expect(endsOf(PROGRAM)).toHaveLength(2);
});

describe('corners', () => {
  const found = corners(PROGRAM, new Map([['src', [99, 15]]]));

  it('lie in the class, differ, are the same each time, and are at least sixteen where the class has them', () => {
    for (const one of found)
      for (const [slot, ranges] of PROGRAM.inputs) expect(contains(ranges, one.get(slot) ?? -1)).toBe(true);
    expect(new Set(found.map((one) => [...one.values()].join())).size).toBe(found.length);
    expect(corners(PROGRAM, new Map([['src', [99, 15]]]))).toEqual(found);
    expect(found.length).toBeGreaterThanOrEqual(CORNERS.least);
    expect(found.length).toBeLessThanOrEqual(CORNERS.most);
  });

  it('begin with the plainest packet: what exists and what is usual, else the lowest', () => {
    expect(found[0]).toEqual(
      new Map([
        ['dport', 80],
        ['src', 15],
        ['ttl', 64],
        ['length', 84],
      ]),
    );
    expect(found[0]).toEqual(plainest(PROGRAM, new Map([['src', [99, 15]]])));
  });

  it('hold both ends of every range and both sides of every comparison', () => {
    const values = (slot: 'dport' | 'src' | 'length'): (Scalar | undefined)[] => found.map((one) => one.get(slot));
    expect(values('dport')).toEqual(expect.arrayContaining([1, 65535, 21, 22, 80, 81, 442, 443, 444]));
    expect(values('src')).toEqual(expect.arrayContaining([10, 20, 40, 14, 15, 16]));
    expect(values('length')).toEqual(expect.arrayContaining([28, 1500, 99, 100, 101]));
  });

  it('of a class of one packet there is one', () => {
    expect(corners({ ...PROGRAM, inputs: new Map<Slot, Ranges>([['ttl', [[64, 64]]]]) }, new Map())).toHaveLength(1);
  });
});
