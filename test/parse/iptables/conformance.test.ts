import { describe, expect, it } from 'vitest';
import { MATCHES, TARGETS } from '../../../src/extension/registry.ts';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';
import { hasShared, rowsOf } from './shared.ts';

const TABLE = 'corpora/conformance.tsv';

/** Rows on which netqed differs from the recorded iptables, each with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['-m owner --suppl-groups --gid-owner 0-10', 'that `--gid-owner` must stand first is a matter of style'],
  ['-j SECMARK --selctx system_u:object_r:firewalld_exec_t:s0', 'the kernel that was asked has no SELinux'],
  ['-m set --match-set foo src,dst', 'whether a set exists is not in a dump of rules: a missing set is an unknown'],
]);

const KNOWN = new Set([...MATCHES, ...TARGETS].map(({ name }) => name).concat(['standard', 'iptables']));
const isKnown = (extension: string): boolean => KNOWN.has(extension.replace(/^lib(xt|ipt)_/, ''));

/** What netqed makes of a rule: as it is saved, or `FAIL`. */
function verdict(table: string, chain: string, rule: string): string {
  const { value } = parseIptablesSave(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, 'rules');
  const rules = [...(value?.tables.values() ?? [])].flatMap(({ chains }) =>
    [...chains.values()].flatMap((one) => one.rules),
  );
  return value === undefined ? 'FAIL' : rules.map(({ text }) => text.replace(`-A ${chain}`, '').trim()).join('; ');
}

const rows = hasShared(TABLE) ? rowsOf(TABLE).filter((row) => row['family'] === '4' && isKnown(row['ext'] ?? '')) : [];

describe.skipIf(rows.length === 0)('rules that iptables 1.8.9 was asked', () => {
  it('covers every extension that has rows', () => {
    expect(rows.length).toBeGreaterThan(250);
  });

  it.each(rows)('$ext: $rule', ({ table = '', chain = '', rule = '', actual, saved_line: saved = '' }) => {
    const wanted = actual === 'OK' ? saved : 'FAIL';
    const got = verdict(table, chain, rule);
    if (EXCEPTIONS.has(rule)) expect(got).not.toBe(wanted);
    else expect(got).toBe(wanted);
  });
});
