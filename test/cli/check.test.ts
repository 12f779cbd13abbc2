import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from 'sarif';
import { afterAll, describe, expect, it } from 'vitest';
import { netqed, SINGLE_HOST } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'netqed-'));
afterAll(() => rmSync(folder, { recursive: true }));

function policies(name: string, ...lines: readonly string[]): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `version: 1\npolicies:\n${lines.map((line) => `  - ${line}\n`).join('')}`);
  return file;
}

const GOOD = '{ id: vm-pingable, ask: can controller-1 reach 10.0.0.3 over icmp and back, expect: yes }';
const BLOCKED = '{ id: blocked, ask: can compute-1 reach 10.0.0.3 over icmp, expect: no }';
const BAD = '{ id: host, ask: can compute-1 reach 10.0.0.3 over icmp, expect: yes, why: it monitors its guests }';
const LIMIT = ['--insert', 'controller-1:-I OUTPUT 1 -m limit --limit 1/s -j DROP'];

const check = (file: string, ...rest: readonly string[]) => netqed(['check', SINGLE_HOST, '--policy', file, ...rest]);

describe('netqed check', () => {
  it('gives 0 where every policy is met, a yes and a no', async () => {
    const { status, out, err } = await check(policies('met', GOOD, BLOCKED));
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^met +vm-pingable +expected yes +yes: /m);
    expect(out).toMatch(/^met +blocked +expected no +no: /m);
    expect(out).toMatch(/^2 met, 0 violated, 0 undecided\n$/m);
  });

  it('gives 1 where one is violated, and its whole answer', async () => {
    const { status, out } = await check(policies('violated', GOOD, BAD));
    expect(status).toBe(1);
    expect(out).toContain('-A nova-compute-sg-fallback -j DROP');
    expect(out).toContain('why: it monitors its guests');
  });

  it('gives 3 where one is undecided and none violated, 1 where both are', async () => {
    expect((await check(policies('open', GOOD, BLOCKED), ...LIMIT)).status).toBe(3);
    expect((await check(policies('both', GOOD, BAD), ...LIMIT)).status).toBe(1);
  });

  it('takes several files, and refuses one id in two of them', async () => {
    const [one, two] = [policies('one', GOOD), policies('two', BLOCKED)];
    const { status, out } = await check(one, '--policy', two, '--format', 'json');
    expect(status).toBe(0);
    expect((JSON.parse(out) as { results: { id: string }[] }).results.map(({ id }) => id)).toEqual([
      'vm-pingable',
      'blocked',
    ]);
    expect((await check(one, '--policy', policies('again', GOOD))).status).toBe(2);
  });

  it('gives 2 for anything that cannot be read, and no answers beside it', async () => {
    const wrong = policies(
      'wrong',
      GOOD,
      '{ id: typo, ask: can compute-1 raech 10.0.0.3, expect: yes }',
      '{ id: x, expect: maybe }',
    );
    const { status, out, err } = await check(wrong);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toMatch(/wrong\.yaml:4:\d+: error: /);
    expect(err).toMatch(/wrong\.yaml:5:\d+: error: /);
    expect((await check(join(folder, 'nowhere.yaml'))).status).toBe(2);
    expect((await check(policies('none'))).status).toBe(2);
    expect((await netqed(['check', SINGLE_HOST])).status).toBe(2);
  });

  it('prints JUnit and SARIF with the same exit status', async () => {
    const file = policies('formats', GOOD, BAD);
    const junit = await check(file, '--format', 'junit');
    expect(junit.status).toBe(1);
    expect(junit.out).toMatch(/<testsuite name="single-host" tests="2" failures="1"/);
    const sarif = await check(file, '--format', 'sarif');
    expect(sarif.status).toBe(1);
    const [result] = (JSON.parse(sarif.out) as Log).runs[0]?.results ?? [];
    expect(result?.ruleId).toBe('host');
    expect(result?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'models/nova-network/single-host/compute-1/iptables-save.txt' },
      region: { startLine: 78 },
    });
  });
});
