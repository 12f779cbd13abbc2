import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '../network/network.ts';
import type { Located, Result } from '../parse/located.ts';
import { type Policy, parsePolicies } from '../question/policy.ts';

/** The policies of these files (as they were named on the command line), or of `policies.yaml` in the snapshot. */
export async function readPolicies(
  files: readonly string[],
  folder: string,
  network: Network,
): Promise<Result<readonly Policy[]>> {
  const named = files.length > 0 ? files : [join(folder, 'policies.yaml')];
  const read = await Promise.all(named.map((file) => readOne(file, network)));
  const located = read.flatMap((one) => one.located);
  const policies = read.flatMap((one) => one.value ?? []);
  const twice = policies.filter(({ id }, i) => policies.findIndex((other) => other.id === id) < i);
  const all = [...located, ...twice.map(repeated)];
  return all.some(({ severity }) => severity === 'error') ? { located: all } : { value: policies, located: all };
}

async function readOne(file: string, network: Network): Promise<Result<readonly Policy[]>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return { located: [unreadable(file, error as NodeJS.ErrnoException)] };
  }
  return parsePolicies(text, file, network);
}

const unreadable = (file: string, { code }: NodeJS.ErrnoException): Located => ({
  severity: 'error',
  place: { file, line: 1, column: 1 },
  length: 1,
  line: '',
  message: code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`,
  advice: 'name a file of policies with --policy, or put policies.yaml into the snapshot',
});

const repeated = ({ id, place }: Policy): Located => ({
  severity: 'error',
  place,
  length: 1,
  line: '',
  message: `a second policy \`${id}\``,
  advice: 'give each its own id, across all files',
});
