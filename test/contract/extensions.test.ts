import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matched } from '../../src/extension/definition.ts';
import type { Extension, Match } from '../../src/extension/extension.ts';
import { type GivenOptions, printOptions } from '../../src/extension/option.ts';
import { MATCHES, TARGETS } from '../../src/extension/registry.ts';
import { SIX_MATCHES, SIX_TARGETS } from '../../src/extension/six/registry.ts';
import type { Packet } from '../../src/packet/packet.ts';
import type { Unknown } from '../../src/packet/place.ts';
import { anyPlace, classContextAt, packetContextAt } from './context.ts';
import { cornerOf, familyFor } from './corner.ts';
import { optionsOf } from './given.ts';
import { holds, onPacket } from './holds.ts';
import { readBack, readRule } from './rule.ts';

const RUNS = 200;
/** Matches that say the same of every packet: `comment`, and headers of IPv6 that no packet of the model has. */
const SAME_FOR_ALL = new Set([
  'comment',
  'ah of IPv6',
  'dst of IPv6',
  'hbh of IPv6',
  'rt of IPv6',
  'srh of IPv6',
  'frag of IPv6',
]);

const settle = (matched: Matched, choose: (unknown: Unknown) => boolean): boolean =>
  typeof matched === 'boolean' ? matched : choose(matched);

/** Whether a reason is one that the extension says it has. */
const isFor = ({ undecidable, partly = [] }: Extension, reason: string): boolean =>
  (undecidable !== undefined && reason.endsWith(undecidable)) || partly.some((one) => reason.startsWith(one));

/** Values for the unknowns of one visit, the same for both meanings. */
const choices = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
const chooser =
  (bits: readonly boolean[]) =>
  ({ id }: Unknown): boolean =>
    bits[Number(id.slice(1)) % bits.length] ?? false;

const caseOf = (match: Match) =>
  optionsOf(match).chain((options) => fc.tuple(fc.constant(options), cornerOf(match, options), anyPlace, choices));

const called = ({ name, families }: Extension): string => (families?.includes(4) === false ? `${name} of IPv6` : name);

describe.each([...MATCHES, ...SIX_MATCHES].map((match) => [called(match), match] as const))('match %s', (_, match) => {
  const family = familyFor(match);
  const meanings = (options: GivenOptions, packet: Packet, place: Parameters<typeof packetContextAt>[0]) => {
    const concrete = packetContextAt(place, family);
    const symbolic = classContextAt(place, family);
    return {
      matched: match.matches(options, packet, concrete),
      predicate: match.lower(options, symbolic),
      concrete,
      symbolic,
    };
  };

  it('matches a packet exactly if its predicate holds for it, whatever the unknowns are', () => {
    fc.assert(
      fc.property(caseOf(match), ([options, packet, place, bits]) => {
        const { matched, predicate } = meanings(options, packet, place);
        expect(holds(predicate, packet, chooser(bits))).toBe(settle(matched, chooser(bits)));
      }),
      { numRuns: RUNS },
    );
  });

  it('names the same unknowns in both meanings, whatever the packet is', () => {
    fc.assert(
      fc.property(caseOf(match), ([options, packet, place]) => {
        const { concrete, symbolic } = meanings(options, packet, place);
        expect(concrete.asked).toEqual(symbolic.asked);
        expect(concrete.asked.filter((reason) => !isFor(match, reason))).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it.skipIf(SAME_FOR_ALL.has(called(match)) || match.undecidable !== undefined)(
    'matches some packets and not others',
    () => {
      const seen = new Set<Matched>();
      for (const [options, packet, place] of fc.sample(caseOf(match), { numRuns: 2000, seed: 1 })) {
        const { matched } = meanings(options, packet, place);
        if (typeof matched === 'boolean') seen.add(matched);
      }
      expect([...seen].sort()).toEqual([false, true]);
    },
  );
});

describe.each([...TARGETS, ...SIX_TARGETS].map((target) => [called(target), target] as const))(
  'target %s',
  (_, target) => {
    const family = familyFor(target);
    it('has the same effect on a packet in both meanings', () => {
      const any = optionsOf(target).chain((options) =>
        fc.tuple(fc.constant(options), cornerOf(target, options), anyPlace),
      );
      fc.assert(
        fc.property(any, ([options, packet, place]) => {
          const concrete = packetContextAt(place, family);
          const applied = target.apply(options, packet, concrete);
          const lowered = target.lower(options, classContextAt(place, family));
          expect(applied).toEqual(onPacket(lowered, packet));
          expect(concrete.asked.filter((reason) => !isFor(target, reason))).toEqual([]);
        }),
        { numRuns: RUNS },
      );
    });
  },
);

describe.each(
  [...MATCHES, ...TARGETS, ...SIX_MATCHES, ...SIX_TARGETS].map((one) => [`${one.kind} ${called(one)}`, one] as const),
)('%s', (_, extension) => {
  it('reads back what it prints', () => {
    fc.assert(
      fc.property(optionsOf(extension), (options) => {
        expect(readBack(extension, printOptions(extension.options, options))).toEqual(options);
      }),
      { numRuns: RUNS },
    );
  });

  it.each(extension.examples)('takes `$rule` as the example says', ({ rule, refused, saved }) => {
    expect(readRule(extension, rule)).toBe(refused === true ? undefined : (saved ?? rule));
  });
});
