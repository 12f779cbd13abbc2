import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One probe that a kernel answered (models/nova-network/README.md). */
interface Verdict {
  readonly from: string;
  readonly proto: string;
  readonly dst: string;
  readonly dport?: number;
  readonly result: 'reply' | 'timeout' | 'EPERM';
}

function policy({ from, proto, dst, dport, result }: Verdict, index: number): string {
  const node = from === 'gw' ? 'gateway' : from;
  const port = dport === undefined ? '' : ` port ${dport}`;
  const ask = `can ${node} reach ${dst} over ${proto}${port} and back`;
  return `  - { id: probe-${index + 1}, ask: '${ask}', expect: ${result === 'reply' ? 'yes' : 'no'} }\n`;
}

/** The probes of a model's `kernel-verdicts.jsonl` as a file of policies: what was answered is expected to be. */
export function policiesFromVerdicts(model: string): string {
  const lines = readFileSync(join(model, 'kernel-verdicts.jsonl'), 'utf8').trim().split('\n');
  const verdicts = lines.map((line) => JSON.parse(line) as Verdict);
  return `version: 1\npolicies:\n${verdicts.map(policy).join('')}`;
}
