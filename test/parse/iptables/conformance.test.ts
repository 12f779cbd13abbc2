import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';
import { hasShared, rowsOf } from './shared.ts';

const TABLE = 'corpora/conformance.tsv';
type Row = Readonly<Record<string, string>>;

/** Rows on which netqed differs from the recorded iptables, each with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['-m owner --suppl-groups --gid-owner 0-10', 'that `--gid-owner` must stand first is a matter of style'],
  ['-j SECMARK --selctx system_u:object_r:firewalld_exec_t:s0', 'the kernel that was asked has no SELinux'],
  ['-m set --match-set foo src,dst', 'whether a set exists is not in a dump of rules: a missing set is an unknown'],
  ['-j SET --add-set foo src,dst', 'whether a set exists is not in a dump of rules'],
  ['-m nfacct --nfacct-name wrong', 'whether an accounting object exists is not in a dump of rules'],
  ['-m connlabel --label "foobar_not_there"', 'which labels have names is in /etc/xtables/connlabel.conf'],
]);

/** Why netqed is not held to a row, if it is not. */
function exceptionFor({ ext, family, rule = '' }: Row): string | undefined {
  if (ext === 'libxt_rateest' && rule.includes('kbit')) return 'the options of rateest are kept as text';
  if (ext === 'libxt_ipvs' && family === '6' && rule.includes('1.2.3.4'))
    return 'the rule was written for IPv4, and no kernel was there to refuse it';
  return EXCEPTIONS.get(rule);
}

/** The kernel that was asked has no such module, or no rate estimator of that name yet. */
const isLacking = ({ ext, error = '' }: Row): boolean =>
  error.includes('missing kernel module') || (ext === 'libxt_rateest' && error.includes('No chain/target/match'));

/** What iptables says; where the kernel was lacking something, what its own test suite expects. */
function wantedOf(row: Row): string {
  const lacking = isLacking(row);
  const verdict = lacking ? row['expected'] : row['actual'];
  return verdict === 'OK' ? ((lacking ? row['expected_save'] : row['saved_line']) ?? '') : 'FAIL';
}

/** What netqed makes of a rule: as it is saved, or `FAIL`. */
function verdict({ family, table, chain, rule }: Row): string {
  const text = `*${table}\n-A ${chain} ${rule}\nCOMMIT\n`;
  const { value } = parseIptablesSave(text, 'rules', family === '6' ? 6 : 4);
  const rules = [...(value?.tables.values() ?? [])].flatMap(({ chains }) =>
    [...chains.values()].flatMap((one) => one.rules),
  );
  return value === undefined ? 'FAIL' : rules.map(({ text }) => text.replace(`-A ${chain}`, '').trim()).join('; ');
}

const rows = hasShared(TABLE) ? rowsOf(TABLE) : [];

describe.skipIf(rows.length === 0)('rules that iptables 1.8.9 was asked', () => {
  it('are nearly all held to', () => {
    const held = rows.filter((row) => exceptionFor(row) === undefined);
    expect(held.length / rows.length).toBeGreaterThan(0.98);
    expect(new Set(rows.map(({ ext }) => ext)).size).toBeGreaterThan(90);
  });

  it.each(rows)('$ext, IPv$family: $rule', (row) => {
    const got = verdict(row);
    if (exceptionFor(row) === undefined) expect(got).toBe(wantedOf(row));
    else expect(got).not.toBe(wantedOf(row));
  });
});
