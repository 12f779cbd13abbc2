import { describe, expect, it } from 'vitest';
import type { Ruleset } from '../../../src/network/ruleset.ts';
import { printRuleset } from '../../../src/parse/iptables/print.ts';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';
import { hasShared, readShared, rowsOf } from './shared.ts';

const MANIFEST = 'corpora/manifest.tsv';
const dumps = hasShared(MANIFEST)
  ? rowsOf(MANIFEST).filter(
      ({ file, family = '' }) => file?.startsWith('iptables/') === true && /^ip[46]$/.test(family),
    )
  : [];

/** Dumps that iptables-restore loads and netqed does not, or the other way round, each with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map<string, string>([]);

/** A ruleset without the places where it was read. */
const bare = ({ tables }: Ruleset): unknown =>
  [...tables.values()].map(({ name, chains }) => [
    name,
    [...chains.values()].map((chain) => [
      chain.name,
      chain.policy,
      chain.rules.map((rule) => ({ ...rule, place: undefined })),
    ]),
  ]);

describe.skipIf(dumps.length === 0)('dumps of the corpora', () => {
  it.each(dumps)('$file', ({ file = '', family: name, 'loads(legacy=nft)': loads = '' }) => {
    const family = name === 'ip6' ? 6 : 4;
    const { value, located } = parseIptablesSave(readShared(`corpora/${file}`), file, family);
    if (EXCEPTIONS.has(file)) return expect(value === undefined).toBe(loads.startsWith('yes'));
    if (value === undefined) {
      // what iptables-restore loads must be read
      expect({ loads, located: located.map(({ message }) => message) }).not.toMatchObject({ loads: 'yes' });
      return undefined;
    }
    const again = parseIptablesSave(printRuleset(value), 'printed', family);
    expect(again.located).toEqual([]);
    return expect(bare(again.value as Ruleset)).toEqual(bare(value));
  });
});
