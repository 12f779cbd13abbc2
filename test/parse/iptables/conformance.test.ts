import { describe, expect, it } from 'vitest';
import { parseIptablesSave } from '../../../src/parse/iptables/save.ts';
import { hasShared, rowsOf } from './shared.ts';

const TABLE = 'corpora/conformance.tsv';

/** Rows on which netqed differs from the recorded iptables, each with the reason. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['-m owner --suppl-groups --gid-owner 0-10', 'that `--gid-owner` must stand first is a matter of style'],
  ['-j SECMARK --selctx system_u:object_r:firewalld_exec_t:s0', 'the kernel that was asked has no SELinux'],
  ['-m set --match-set foo src,dst', 'whether a set exists is not in a dump of rules: a missing set is an unknown'],
  ['-j SET --add-set foo src,dst', 'whether a set exists is not in a dump of rules'],
  ['-m nfacct --nfacct-name wrong', 'whether an accounting object exists is not in a dump of rules'],
  ['-m connlabel --label "foobar_not_there"', 'which labels have names is in /etc/xtables/connlabel.conf'],
  ['-m policy --dir in --pol ipsec --strict', 'the elements of a policy are kept as text'],
  [
    '-m policy --dir in --pol ipsec --strict --reqid 1 --spi 0x1 --proto esp --tunnel-dst 10.0.0.0/8',
    'the elements of a policy are kept as text',
  ],
]);

/** Why netqed is not held to a row, if it is not. */
const exceptionFor = ({ ext, rule = '', error = '' }: Readonly<Record<string, string>>): string | undefined =>
  ext === 'libxt_rateest' && error.includes('No chain/target/match')
    ? 'whether an estimator exists is not in a dump of rules'
    : EXCEPTIONS.get(rule);

/** What iptables says; where the kernel that was asked has no such module, what its own test suite expects. */
function wantedOf(row: Readonly<Record<string, string>>): string {
  const lacking = /missing kernel module/.test(row['error'] ?? '');
  const verdict = lacking ? row['expected'] : row['actual'];
  return verdict === 'OK' ? ((lacking ? row['expected_save'] : row['saved_line']) ?? '') : 'FAIL';
}

/** What netqed makes of a rule: as it is saved, or `FAIL`. */
function verdict(table: string, chain: string, rule: string): string {
  const { value } = parseIptablesSave(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, 'rules');
  const rules = [...(value?.tables.values() ?? [])].flatMap(({ chains }) =>
    [...chains.values()].flatMap((one) => one.rules),
  );
  return value === undefined ? 'FAIL' : rules.map(({ text }) => text.replace(`-A ${chain}`, '').trim()).join('; ');
}

const rows = hasShared(TABLE) ? rowsOf(TABLE).filter((row) => row['family'] === '4') : [];

describe.skipIf(rows.length === 0)('rules that iptables 1.8.9 was asked', () => {
  it('are nearly all held to', () => {
    const held = rows.filter((row) => exceptionFor(row) === undefined);
    expect(held.length / rows.length).toBeGreaterThan(0.97);
  });

  it.each(rows)('$ext: $rule', (row) => {
    const { table = '', chain = '', rule = '' } = row;
    const got = verdict(table, chain, rule);
    if (exceptionFor(row) === undefined) expect(got).toBe(wantedOf(row));
    else expect(got).not.toBe(wantedOf(row));
  });
});
