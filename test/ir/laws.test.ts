import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interpret } from '../../src/ir/interpret.ts';
import { all, any, first, inRanges, masked, not } from '../../src/ir/predicate.ts';
import type { Predicate, Program } from '../../src/ir/program.ts';
import { type Field, maximum } from '../../src/packet/field.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { combinations, letter, predicate, program, unknownsIn } from './generator.ts';

const ends = (of: Program, packet: Parameters<typeof interpret>[1], chosen: ReadonlyMap<string, Scalar>) =>
  interpret(of, packet, ({ id }) => chosen.get(id) as Scalar).map(letter);

describe('a program', () => {
  it('ends in one disposition unless it makes copies, for every packet and all values of the unknowns', () => {
    const seen = { one: 0, several: 0 };
    const law = fc.property(program, (of) => {
      const copies = JSON.stringify(of.steps).includes('"kind":"copies"');
      for (const packet of combinations(of.inputs).slice(0, 20))
        for (const chosen of combinations(unknownsIn([of])).slice(0, 20)) {
          const found = ends(of, packet, chosen);
          seen[found.length > 1 ? 'several' : 'one']++;
          if (!copies) expect(found).toHaveLength(1);
        }
    });
    fc.assert(law, { numRuns: 300 });
    expect(Math.min(seen.one, seen.several)).toBeGreaterThan(10);
  });

  it('asks nobody but the oracle: the same again, the same end', () => {
    const law = fc.property(program, (of) => {
      const [packet, chosen] = [
        combinations(of.inputs)[0] ?? new Map(),
        combinations(unknownsIn([of])).at(-1) ?? new Map(),
      ];
      expect(ends(of, packet, chosen)).toEqual(ends(of, packet, chosen));
    });
    fc.assert(law, { numRuns: 200 });
  });
});

/** The same predicate made with the functions of `predicate.ts`. */
function folded(of: Predicate): Predicate {
  switch (of.kind) {
    case 'true':
    case 'false':
    case 'same':
    case 'unknown':
      return of;
    case 'in':
      return of.mask === undefined ? inRanges(of.slot, of.ranges) : masked(of.slot, of.mask, of.ranges);
    case 'not':
      return not(folded(of.of));
    case 'all':
      return all(...of.of.map(folded));
    case 'any':
      return any(...of.of.map(folded));
    case 'first':
      return first(
        of.cases.map(({ when, then }) => ({ when: folded(when), then: folded(then) })),
        folded(of.otherwise),
      );
  }
}

describe('a predicate', () => {
  const FIELDS = ['fragment', 'ctState', 'ttl', 'sport', 'dport', 'src', 'dst', 'macSrc'] as const;
  const NAMES = ['dport@a/0', 'src@a', 'macSrc@b/1'] as const;
  const corner = (field: Field) =>
    fc.constantFrom(...[0, 1, 2, 63, 64, 80, 0x0a000001, maximum(field)].filter((value) => value <= maximum(field)));
  const packets = fc
    .tuple(...FIELDS.map(corner), corner('dport'), corner('src'), corner('macSrc'))
    .map((values) => new Map([...FIELDS, ...NAMES].map((slot, i) => [slot, values[i] as number])));

  it('is folded into an equal one', () => {
    const seen = { true: 0, false: 0 };
    const law = fc.property(predicate, packets, fc.nat(3), (of, packet, bits) => {
      const unknowns = new Map([
        ['limit', bits % 2],
        ['recent', bits >> 1],
      ]);
      const holds = (when: Predicate) => {
        const inputs = new Map(
          [...packet.keys()].map((slot) => [slot, [[packet.get(slot) as number, packet.get(slot) as number]] as const]),
        );
        const end = (reason: string) =>
          ({ request: { kind: 'none', reason }, reply: { kind: 'none', reason } }) as const;
        const of: Program = {
          inputs,
          assumptions: [],
          steps: [
            { kind: 'filter', when, otherwise: end('false') },
            { kind: 'stop', disposition: end('true') },
          ],
        };
        return ends(of, packet, unknowns)[0] as 'true' | 'false';
      };
      seen[holds(of)]++;
      expect(holds(folded(of))).toBe(holds(of));
    });
    fc.assert(law, { numRuns: 2000 });
    expect(Math.min(seen.true, seen.false)).toBeGreaterThan(100);
  });
});
