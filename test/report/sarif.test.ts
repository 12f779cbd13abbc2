import type { Log, Result } from 'sarif';
import { describe, expect, it } from 'vitest';
import { sarifReport } from '../../src/report/sarif.ts';
import { halfway, open, refuted, shown } from './findings.ts';

const text = sarifReport(
  [
    { id: 'met', expect: 'no', finding: refuted },
    { id: 'blocked', expect: 'yes', finding: refuted, why: 'it is monitored from there' },
    { id: 'leaks', expect: 'no', finding: shown },
    { id: 'reply-lost', expect: 'yes', finding: halfway },
    { id: 'open', expect: 'no', finding: open },
  ],
  { version: '0.1.0', uri: (file) => `snapshots/${file}` },
);
const log = JSON.parse(text) as Log;
const run = log.runs[0];
const results = run?.results ?? [];
const lineOf = (result: Result | undefined): number | undefined =>
  result?.locations?.[0]?.physicalLocation?.region?.startLine;

describe('the SARIF report', () => {
  it('is SARIF 2.1.0 with one run of one driver', () => {
    expect(log.version).toBe('2.1.0');
    expect(log.$schema).toMatch(/sarif.*2\.1\.0/);
    expect(log.runs.length).toBe(1);
    expect(run?.tool.driver).toMatchObject({ name: 'netqed', semanticVersion: '0.1.0' });
    expect(run?.invocations?.[0]).toMatchObject({ executionSuccessful: true, exitCode: 1 });
  });

  it('has a rule a policy and a result a policy that is not met', () => {
    const ids = run?.tool.driver.rules?.map(({ id }) => id);
    expect(ids).toEqual(['met', 'blocked', 'leaks', 'reply-lost', 'open']);
    expect(results.map(({ ruleId }) => ruleId)).toEqual(['blocked', 'leaks', 'reply-lost', 'open']);
    for (const { ruleId, ruleIndex, message } of results) {
      expect(ids?.[ruleIndex ?? -1]).toBe(ruleId);
      expect(message.text).not.toBe('');
    }
  });

  it('gives the level `none` to a kind other than `fail` (3.27.10)', () => {
    expect(results.map(({ kind, level }) => `${kind} ${level}`)).toEqual([
      'fail error',
      'fail error',
      'fail error',
      'open none',
    ]);
  });

  it('points at the line of the capture that decides: a drop, the last accept, the drop of the reply, the unknown', () => {
    expect(results.map(lineOf)).toEqual([78, 70, 78, 90]);
    for (const { locations } of results)
      expect(locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe('snapshots/compute-1/iptables-save.txt');
  });

  it('tells the hops as code flows, one thread flow a packet', () => {
    const flows = results[2]?.codeFlows?.[0]?.threadFlows ?? [];
    expect(flows.map(({ id }) => id)).toEqual(['request', 'answer']);
    const hops = halfway.witness?.exchange.walks.map(({ hops: all }) => all.length);
    expect(flows.map(({ locations }) => locations.length)).toEqual(hops);
    for (const { locations } of flows)
      for (const { location } of locations) expect(location?.message?.text).toBeTruthy();
    expect(results[3]?.codeFlows).toBeUndefined();
  });

  it('prints what it did', async () => {
    await expect(text).toMatchFileSnapshot('../golden/report.sarif');
  });
});
