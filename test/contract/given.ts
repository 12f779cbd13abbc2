import fc from 'fast-check';
import type { Domain } from '../../src/extension/codec/codec.ts';
import { SYN_ONLY } from '../../src/extension/codec/tcpflags.ts';
import type { Extension, Standing } from '../../src/extension/extension.ts';
import { findConflict, type Given, type GivenOptions, type Option } from '../../src/extension/option.ts';

const corners = (low: number, high: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(low, high, Math.min(high, low + 1)), fc.integer({ min: low, max: high }));

/** Any value of a domain, its corners often. */
export function valueOf(domain: Domain): fc.Arbitrary<unknown> {
  switch (domain.kind) {
    case 'integer':
      return corners(domain.low, domain.high);
    case 'interval':
      return fc
        .tuple(corners(domain.low, domain.high), corners(domain.low, domain.high))
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    case 'one of':
      return fc.constantFrom(...domain.values);
    case 'subset':
      return fc.subarray([...domain.of], { minLength: domain.minimum });
    case 'list':
      return fc.array(valueOf(domain.of), { minLength: domain.minimum, maxLength: domain.maximum });
    case 'record':
      return fc.record(Object.fromEntries(Object.entries(domain.members).map(([name, of]) => [name, valueOf(of)])));
    case 'text':
      return fc.string({ minLength: domain.minimum, maxLength: domain.maximum, unit: 'grapheme-ascii' });
  }
}

const given = ({ codec, inverts }: Option<unknown>): fc.Arbitrary<Given> =>
  fc.record({ value: valueOf(codec.domain), inverted: inverts ? fc.boolean() : fc.constant(false) });

/** A rule that every check beside its own options is content with. */
const standing = ({ protocols, tables, families }: Extension): Standing => ({
  family: families?.includes(4) === false ? 6 : 4,
  table: tables?.[0] ?? 'mangle',
  hooks: ['FORWARD'],
  protocol: protocols?.[0] ?? 6,
  beside: [{ name: 'tcp', options: { 'tcp-flags': { value: SYN_ONLY, inverted: false } } }],
});

/** Options as the parser could have made them: nothing that excludes each other, defaults filled in. */
export function optionsOf(extension: Extension): fc.Arbitrary<GivenOptions> {
  const written = Object.entries(extension.options).filter(
    ([, { means, gathered }]) => means === undefined && gathered !== true,
  );
  const each = written.map(([name, option]) =>
    (option.required ? given(option) : fc.option(given(option), { nil: undefined, freq: 2 })).map(
      (one) => [name, one] as const,
    ),
  );
  return fc
    .tuple(...each)
    .map((pairs) => Object.fromEntries(pairs.filter(([, one]) => one !== undefined)) as Record<string, Given>)
    .filter((options) => findConflict(extension.options, options) === undefined)
    .map((options) => finish(extension, options))
    .filter((options) => extension.check?.(options, standing(extension)) === undefined);
}

function finish(extension: Extension, options: Record<string, Given>): GivenOptions {
  const said = Object.entries(options).filter(([name, one]) => extension.options[name]?.idle?.(one) !== true);
  return extension.complete?.(Object.fromEntries(said)) ?? Object.fromEntries(said);
}
