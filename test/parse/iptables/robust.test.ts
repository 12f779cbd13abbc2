import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MATCHES, TARGETS } from '../../../src/extension/registry.ts';
import type { Ruleset } from '../../../src/network/ruleset.ts';
import { printRuleset } from '../../../src/parse/iptables/print.ts';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';

const OPTIONS = [...MATCHES, ...TARGETS].flatMap(({ options }) => Object.keys(options).map((name) => `--${name}`));
const NAMES = [...MATCHES, ...TARGETS].flatMap(({ kind, name }) => `${kind === 'match' ? '-m' : '-j'} ${name}`);
// biome-ignore format: a table
const WORDS = ['!', '-s', '-d', '-p', '-i', '-f', '-j', '-m', '-A INPUT', '-I INPUT', '-D INPUT', 'tcp', 'udp', 'icmp', '10.0.0.1', '10.0.0.0/8', '80', '80:90', '0x1/0xff', 'NEW', 'eth0', 'mine', '"', '""', '"a b"', '\\', '-', '--', '[1:2]', 'ACCEPT', '*filter', 'COMMIT', ':mine - [0:0]'];

const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 2, arbitrary: fc.constantFrom(...OPTIONS) },
  { weight: 2, arbitrary: fc.constantFrom(...NAMES) },
  fc.string({ maxLength: 6 }),
);
const line = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
const lines = fc.array(
  fc.oneof(
    line,
    line.map((text) => `-A INPUT ${text}`),
  ),
  { maxLength: 6 },
);
const dump = lines.map((all) => ['*filter', ':mine - [0:0]', ...all, 'COMMIT'].join('\n'));

const bare = (of: Ruleset | undefined) => (of === undefined ? undefined : printRuleset(of));

describe('whatever stands in a file', () => {
  it('is read or refused with a place in the file, never an exception, and what is read prints and reads back the same', () => {
    fc.assert(
      fc.property(dump, (text) => {
        const { value, located } = parseIptablesSave(text, 'rules');
        const count = text.split(/\r?\n/).length;
        for (const { place, length, message } of located) {
          expect(place.line).toBeGreaterThanOrEqual(1);
          expect(place.line).toBeLessThanOrEqual(count);
          expect(Math.min(place.column, length)).toBeGreaterThanOrEqual(1);
          expect(message).not.toBe('');
        }
        expect(value === undefined).toBe(located.some(({ severity }) => severity === 'error'));
        if (value !== undefined)
          expect(bare(parseIptablesSave(printRuleset(value), 'printed').value)).toBe(bare(value));
      }),
      { numRuns: 3000 },
    );
  });
});
