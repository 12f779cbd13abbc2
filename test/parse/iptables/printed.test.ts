import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MATCHES, TARGETS } from '../../../src/extension/registry.ts';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';

/** A line that is the same to iptables, but never as `iptables-save` prints it: it is read word by word. */
const SLOW = '--append';
const FAST = '-A';

/** What was read and what was said, columns counted from behind the command. */
function read(command: string, chain: string, rules: readonly string[]): unknown {
  const lines = rules.map((rule) => `${command} ${chain} ${rule}`);
  const chains = [':INPUT ACCEPT', ':FORWARD ACCEPT', ':OUTPUT ACCEPT', ':mine -', ':LOG -'];
  const text = ['*filter', ...chains, ...lines, 'COMMIT'].join('\n');
  const { value, located } = parseIptablesSave(text, 'rules');
  const column = (at: number) => (at === 1 ? 1 : at - command.length);
  const said = located.map(({ place, length, message, advice }) => [
    place.line,
    column(place.column),
    // what is said of a whole line underlines all of it
    place.column === 1 ? 0 : length,
    message,
    advice,
  ]);
  return { chains: [...(value?.tables.get('filter')?.chains ?? [])], said };
}

const EXAMPLES = [...MATCHES, ...TARGETS].flatMap(({ examples }) => examples.map(({ rule }) => rule));
// biome-ignore format: a table
const HEADERS = ['', '-s 10.0.0.0/8', '-s 10.0.0.1/8', '-s 10.0.0.1', '! -s 10.0.0.1/32', '-s 0.0.0.0/0', '-s 010.0.0.0/8', '-s 10.0.0.0/255.0.0.0', '-d 10.0.0.1/32 -s 10.0.0.1/32', '-d 10.0.0.1/32,10.0.0.2/32', '-d 10.0.0.300/32', '-i eth0 -o eth+', '-i eth0 -i eth1', '! -i "e th"', '-i averyveryverylongname', '-p tcp', '-p TCP', '-p 6', '! -p tcp', '-p udp', '-p all', '-p', '-f', '! -f', '-p tcp -f', '-m tcp -s 10.0.0.1/32', '!', '-s  10.0.0.1/32'];
// biome-ignore format: a table
const WORDS = ['-j mine', '-g mine', '-j LOG', '-j NOBODY', '-m nobody --such thing', '--dport 22', '! --dport 22', '--dpo 22', '--sport 1', '-j ACCEPT -m tcp', '-m comment --comment "-j DROP \\" -m x"', '"', '-j INPUT', '--source 10.0.0.1'];
const PARTS = [...EXAMPLES, ...WORDS];
const rule = fc
  .tuple(fc.constantFrom(...HEADERS), fc.array(fc.constantFrom(...PARTS), { maxLength: 4 }))
  .map(([header, parts]) => [header, ...parts].filter(Boolean).join(' '));

describe('a rule that looks as it is printed', () => {
  it.each(EXAMPLES)('is read like any other: %s', (one) => {
    for (const chain of ['INPUT', 'OUTPUT', 'mine'])
      expect(read(FAST, chain, [one, one])).toEqual(read(SLOW, chain, [one, one]));
  });

  it('is read like any other, whatever stands in it and was read before', () => {
    const chain = fc.constantFrom('INPUT', 'FORWARD', 'OUTPUT', 'mine');
    fc.assert(
      fc.property(chain, fc.array(rule, { minLength: 1, maxLength: 8 }), (name, rules) => {
        expect(read(FAST, name, rules)).toEqual(read(SLOW, name, rules));
      }),
      { numRuns: 1000 },
    );
  });

  it('leads to a chain from where on there is one of that name', () => {
    const text = '*filter\n-A INPUT -j LOG\n-N LOG\n-A INPUT -j LOG\nCOMMIT\n';
    const { value } = parseIptablesSave(text, 'rules');
    const rules = value?.tables.get('filter')?.chains.get('INPUT')?.rules ?? [];
    expect(rules.map(({ action }) => action.kind)).toEqual(['target', 'jump']);
  });

  it('keeps its counters out of its text', () => {
    const { value } = parseIptablesSave('*filter\n[12:34] -A INPUT -s 10.0.0.1/32 -j DROP\nCOMMIT\n', 'rules');
    const [one] = value?.tables.get('filter')?.chains.get('INPUT')?.rules ?? [];
    expect(one).toMatchObject({ text: '-A INPUT -s 10.0.0.1/32 -j DROP', number: 1, place: { line: 2, column: 1 } });
  });
});
