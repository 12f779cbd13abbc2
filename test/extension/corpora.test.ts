import { describe, expect, it } from 'vitest';
import { openRules } from '../../src/cli/open.ts';
import { findMatch, findTarget } from '../../src/extension/registry.ts';
import type { Node } from '../../src/network/network.ts';
import type { Rule } from '../../src/network/ruleset.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { hasShared, readShared, rowsOf } from '../parse/iptables/shared.ts';

const MANIFEST = 'corpora/manifest.tsv';
const dumps = hasShared(MANIFEST)
  ? rowsOf(MANIFEST).filter(
      ({ file = '', family, class: kind = '', 'loads(legacy=nft)': loads }) =>
        file.startsWith('iptables/') && family === 'ip4' && /^[AB]$/.test(kind) && loads === 'yes',
    )
  : [];

const rulesOf = ({ ruleset }: Node): readonly Rule[] =>
  ruleset.kind === 'unknown'
    ? []
    : [...ruleset.value.tables.values()].flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules));

/** What a rule uses that no definition says anything about. */
const strange = ({ matches, action }: Rule): readonly string[] => [
  ...matches.filter(({ name }) => findMatch(name) === undefined).map(({ text }) => text),
  ...(action.kind === 'target' && findTarget(action.name) === undefined ? [action.text] : []),
];

describe.skipIf(dumps.length === 0)('what people use in their rules', () => {
  it('is in the corpora', () => {
    expect(dumps.length).toBeGreaterThan(100);
  });

  it.each(dumps)('is modelled, without effect, or unknown with a reason: $file', ({ file = '' }) => {
    const files = new Map([
      ['network.yaml', 'version: 1\nassume: kernel-defaults\n'],
      ['n/iptables-save.txt', readShared(`corpora/${file}`)],
    ]);
    const { value: network } = parseSnapshot(files);
    const node = network?.nodes.get('n');
    if (network === undefined || node === undefined) throw new Error('it cannot be read');
    const open = openRules(network);
    for (const { reason } of open) expect(reason).toMatch(/^-[mj] [\w-]+: (?!nobody has modelled it)\S/);
    // what has no definition must at least come out as an unknown with its reason
    for (const rule of rulesOf(node).filter((one) => strange(one).length > 0))
      expect(open.some(({ origin }) => origin.text === rule.text)).toBe(true);
  });
});
