import { describe, expect, it } from 'vitest';
import { jsonReport } from '../../src/report/json.ts';
import type { Checked } from '../../src/report/status.ts';
import { halfway, open, refuted, shown } from './findings.ts';

const CHECKED: readonly Checked[] = [
  { id: 'blocked', expect: 'no', finding: refuted },
  { id: 'vm-pingable', expect: 'yes', finding: shown, why: 'people log in there' },
  { id: 'always', expect: 'yes', finding: halfway },
  { id: 'open', expect: 'no', finding: open },
];

interface Report {
  readonly schemaVersion: string;
  readonly results: readonly Record<string, any>[];
  readonly summary: Record<string, number>;
}

const read = (checked: readonly Checked[]): Report => JSON.parse(jsonReport(checked)) as Report;

const strip = (text: string): string => text.replace(/"ms": [\d.]+/g, '');

describe('the JSON report', () => {
  const report = read(CHECKED);

  it('has every member that the contract fixes, in every result', () => {
    expect(report.schemaVersion).toBe('1');
    const members = 'id question answer expect status request reply witness unknowns assumptions ms'.split(' ');
    for (const result of report.results) {
      expect(Object.keys(result)).toEqual(expect.arrayContaining(members));
      expect(Object.keys(result['request'])).toEqual(
        expect.arrayContaining(['delivered', 'node', 'alternatives', 'src', 'dst']),
      );
      expect(Object.keys(result['reply'])).toEqual(expect.arrayContaining(['delivered', 'src', 'dst']));
    }
    expect(Object.keys(report.summary)).toEqual(['met', 'violated', 'undecided', 'errors', 'exitCode']);
  });

  it('says met, violated and undecided as the contract does', () => {
    expect(report.results.map((result) => result['status'])).toEqual(['met', 'met', 'violated', 'undecided']);
    expect(report.summary).toEqual({ met: 2, violated: 1, undecided: 1, errors: 0, exitCode: 1 });
  });

  it('never lets an unknown meet an expectation or its opposite', () => {
    for (const expected of ['yes', 'no', null] as const)
      expect(read([{ id: 'x', expect: expected, finding: open }]).summary).toMatchObject({ undecided: 1, exitCode: 3 });
  });

  it('takes a question without expectation as met by a yes and violated by a no', () => {
    expect(read([{ id: 'ask', expect: null, finding: shown }]).summary['exitCode']).toBe(0);
    expect(read([{ id: 'ask', expect: null, finding: refuted }]).summary['exitCode']).toBe(1);
  });

  it('prints addresses dotted, as they were received', () => {
    expect(report.results[1]?.['request']).toMatchObject({
      delivered: true,
      node: 'vm-cirros-b',
      alternatives: [],
      src: '10.0.0.1',
      dst: '10.0.0.3',
    });
    expect(report.results[1]?.['reply']).toMatchObject({ delivered: true, src: '10.0.0.3', dst: '10.0.0.1' });
  });

  it('has a witness exactly where the answer is one, and a proof where it is not', () => {
    expect(report.results.map(({ witness, proof }) => [witness === null, proof === null])).toEqual([
      [true, false],
      [false, true],
      [false, true],
      [true, true],
    ]);
  });

  it('gives every hop its node, hook, table, chain, rule, file, line and verdict', () => {
    const trace = report.results[1]?.['witness'].trace as readonly Record<string, unknown>[];
    expect(trace.find(({ chain }) => chain === 'nova-compute-inst-10')).toMatchObject({
      leg: 'request',
      node: 'compute-1',
      hook: 'FORWARD',
      table: 'filter',
      rule: 5,
      file: 'compute-1/iptables-save.txt',
      line: 70,
      verdict: 'ACCEPT',
    });
    for (const hop of trace)
      expect(Object.keys(hop)).toEqual(
        expect.arrayContaining('leg node hook table chain rule file line verdict text'.split(' ')),
      );
  });

  it('differs between runs in `ms` alone', () => {
    const later = CHECKED.map((checked) => ({ ...checked, finding: { ...checked.finding, ms: 9999 } }));
    expect(jsonReport(later)).not.toBe(jsonReport(CHECKED));
    expect(strip(jsonReport(later))).toBe(strip(jsonReport(CHECKED)));
  });

  it('prints what it did', async () => {
    await expect(jsonReport(CHECKED)).toMatchFileSnapshot('../golden/report.json');
  });
});
