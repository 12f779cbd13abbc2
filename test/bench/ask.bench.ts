import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, bench, describe } from 'vitest';
import { policiesFromVerdicts } from './verdicts.ts';

// Whole processes, from start to exit, of the built program (`npm run build`). Aims: one question within 1.5 s, the 480
// questions of single-host within 30 s, `--help` within twice `node -e 0`.
const MAIN = join(import.meta.dirname, '../../dist/src/cli/main.js');
const SINGLE_HOST = join(import.meta.dirname, '../../models/nova-network/single-host');
const folder = mkdtempSync(join(tmpdir(), 'netqed-bench-'));
const policies = join(folder, 'policies.yaml');
writeFileSync(policies, policiesFromVerdicts(SINGLE_HOST));
afterAll(() => rmSync(folder, { recursive: true }));

function node(expected: readonly number[], ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (!expected.includes(status ?? -1)) throw new Error(`exit status ${status}\n${stderr}`);
}

const few = (iterations: number) => ({ iterations, time: 0, warmupIterations: 1, warmupTime: 0 });

describe('start-up', () => {
  bench('node -e 0', () => node([0], '-e', '0'), few(15));
  bench('netqed --help', () => node([0], MAIN, '--help'), few(15));
});

describe('single-host', () => {
  bench('show', () => node([0], MAIN, 'show', SINGLE_HOST), few(5));
  bench('trace', () => node([1], MAIN, 'trace', SINGLE_HOST, '--from', 'compute-1', 'icmp 10.0.0.3'), few(5));
  bench('ask: no', () => node([1], MAIN, 'ask', 'can compute-1 reach 10.0.0.3 over icmp', SINGLE_HOST), few(5));
  bench('ask: yes', () => node([0], MAIN, 'ask', 'can controller-1 reach 10.0.0.3 over icmp', SINGLE_HOST), few(5));
  bench('check: 480 questions', () => node([0], MAIN, 'check', SINGLE_HOST, '--policy', policies, '--format', 'json'), {
    iterations: 1,
    time: 0,
    warmupIterations: 0,
    warmupTime: 0,
  });
});
