import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { all, any, equals, first, inRanges, masked, not, sameSlots, unknownBit } from '../../src/ir/predicate.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Program } from '../../src/ir/program.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import { program } from './generator.ts';

const rule = { node: 'a', text: '-A INPUT -j DROP', place: { file: 'a/iptables-save.txt', line: 7, column: 1 } };
const drop: Disposition = {
  request: { kind: 'dropped', node: 'a', reason: 'rule', origin: rule },
  reply: { kind: 'none', reason: 'the request did not arrive' },
};
const delivered: Disposition = {
  request: { kind: 'delivered', node: 'a', interface: 'eth0' },
  reply: { kind: 'unknown', node: 'b', unknown: { id: 'who', reason: 'ambiguous owner' } },
};
const limit = { id: 'limit', reason: '-m limit', origin: { node: 'a', text: '-m limit --limit 1/s' } };

const EXAMPLE: Program = {
  inputs: new Map([
    [
      'src',
      [
        [0x0a000001, 0x0a000001],
        [0x0a000100, 0x0a0001ff],
      ],
    ],
    ['dport', [[0, 65535]]],
    ['ctState@a', [[1, 2]]],
  ]),
  assumptions: [{ node: 'a', text: 'sysctl.txt is missing' }, { text: 'nobody spoofs' }],
  steps: [
    { kind: 'filter', when: all(equals('proto', 6), not(equals('dport', 80))), otherwise: drop, origin: rule },
    {
      kind: 'filter',
      when: any(
        unknownBit(limit),
        sameSlots('src', 'dst'),
        masked('mark', 0xff, [[1, 1]]),
        inRanges('dport', [
          [1, 5],
          [7, 9],
        ]),
      ),
      otherwise: drop,
    },
    {
      kind: 'set',
      slots: [
        { slot: 'src@a', value: { kind: 'bits', terms: [{ slot: 'src' }], xor: 0 } },
        { slot: 'mark', value: { kind: 'bits', terms: [{ slot: 'mark', mask: 0xff }, { slot: 'ctMark' }], xor: 1 } },
      ],
    },
    {
      kind: 'set',
      slots: [
        { slot: 'ttl', value: { kind: 'plus', slot: 'ttl', by: -1 } },
        { slot: 'macDst', value: { kind: 'constant', value: 0x020000000001 } },
      ],
      origin: rule,
    },
    { kind: 'forget', slot: 'sport', ranges: [[1024, 65535]], unknown: { id: 'port', reason: 'picked by hash' } },
    {
      kind: 'branch',
      arms: [
        { when: first([{ when: equals('proto', 1), then: equals('icmpType', 8) }], { kind: 'false' }), then: [] },
        {
          when: { kind: 'true' },
          then: [{ kind: 'copies', of: [[{ kind: 'stop', disposition: drop }], [{ kind: 'copies', of: [] }]] }],
        },
      ],
      otherwise: [
        {
          kind: 'branch',
          arms: [],
          otherwise: [
            {
              kind: 'stop',
              disposition: {
                request: { kind: 'leaves', node: 'a', interface: 'eth1' },
                reply: { kind: 'none', reason: 'out of sight' },
              },
            },
          ],
        },
      ],
      origin: rule,
    },
    { kind: 'stop', disposition: delivered },
  ],
};

describe('a printed program', () => {
  it('shows every input, step, unknown and origin', () => {
    expect(printProgram(EXAMPLE)).toMatchInlineSnapshot(`
      "inputs
        src: 10.0.0.1, 10.0.1.0-10.0.1.255
        dport: anything
        ctState@a: 1-2
      assumptions
        a: sysctl.txt is missing
        nobody spoofs
      steps
        filter all(proto in 6; not(dport in 80)) [a: -A INPUT -j DROP (a/iptables-save.txt:7)]
          else stop: request dropped at a (rule) [a: -A INPUT -j DROP (a/iptables-save.txt:7)], reply none (the request did not arrive)
        filter
            any
              unknown \`limit\` (-m limit) [a: -m limit --limit 1/s]
              src = dst
              mark & 0xff in 0x1
              dport in 1-5, 7-9
          else stop: request dropped at a (rule) [a: -A INPUT -j DROP (a/iptables-save.txt:7)], reply none (the request did not arrive)
        set src@a := src, mark := mark & 0xff ^ ctMark ^ 0x1
        set ttl := ttl - 1, macDst := 02:00:00:00:00:01 [a: -A INPUT -j DROP (a/iptables-save.txt:7)]
        forget sport: 1024-65535, unknown \`port\` (picked by hash)
        if first(proto in 1 -> icmpType in 8; else -> false) [a: -A INPUT -j DROP (a/iptables-save.txt:7)]
          go on
        if true
          copy
            stop: request dropped at a (rule) [a: -A INPUT -j DROP (a/iptables-save.txt:7)], reply none (the request did not arrive)
          copy
            no copies
        else
          always
            stop: request leaves at a:eth1, reply none (out of sight)
        stop: request delivered at a:eth0, reply unknown at b: unknown \`who\` (ambiguous owner)
      "
    `);
  });

  it('is the same for the same program, and says something of every step', () => {
    const law = fc.property(program, (of) => {
      const text = printProgram(of);
      expect(printProgram(structuredClone(of))).toBe(text);
      const count = (word: RegExp) => (text.match(word) ?? []).length;
      const steps = JSON.stringify(of.steps);
      const has = (kind: string) => steps.split(`"kind":"${kind}"`).length - 1;
      expect(count(/^ *filter/gm)).toBe(has('filter'));
      expect(count(/^ *forget /gm)).toBe(has('forget'));
      expect(count(/^ *set /gm)).toBe(has('set'));
      expect(count(/^ *(stop|else stop): /gm)).toBe(has('stop') + has('filter'));
    });
    fc.assert(law);
  });

  it('breaks long predicates into lines', () => {
    const cases = Array.from({ length: 8 }, (_, i) => ({
      when: equals('dport', i),
      then: equals('src', 0x0a000000 + i),
    }));
    const text = printProgram({
      inputs: new Map(),
      assumptions: [],
      steps: [
        { kind: 'filter', when: first(cases, equals('src', 1)), otherwise: drop },
        { kind: 'stop', disposition: drop },
      ],
    });
    expect(text).toContain('\n        dport in 7 -> src in 10.0.0.7\n        else -> src in 0.0.0.1\n');
  });
});
