import { spawn } from 'node:child_process';

/** What a command left behind. */
export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end with `input` on its stdin; killed after `limit` ms. Never throws for a status that is not 0. */
export function run(command: string, words: readonly string[], input = '', limit = 20_000): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { timeout: limit, killSignal: 'SIGKILL' });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => {}); // a command that ends before it has read everything says so by its status
    child.on('error', reject);
    child.on('close', (status) =>
      resolve({ status: status ?? -1, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
    child.stdin.end(input);
  });
}

/** Runs many lines of `ip`, in a namespace if one is given; goes on after a line that fails and returns what was said. */
export const ipBatch = (lines: readonly string[], namespace?: string): Promise<readonly string[]> =>
  batch('ip', lines, namespace);

/** The same, where addresses and routes are those of IPv6. */
export const ip6Batch = (lines: readonly string[], namespace: string): Promise<readonly string[]> =>
  batch('ip', lines, namespace, ['-6']);

/** Runs many lines of `bridge` in a namespace, likewise. */
export const bridgeBatch = (lines: readonly string[], namespace: string): Promise<readonly string[]> =>
  batch('bridge', lines, namespace);

async function batch(
  command: string,
  lines: readonly string[],
  namespace?: string,
  options: readonly string[] = [],
): Promise<readonly string[]> {
  if (lines.length === 0) return [];
  const where = namespace === undefined ? options : [...options, '-n', namespace];
  const { err } = await run(command, [...where, '-force', '-batch', '-'], `${lines.join('\n')}\n`);
  return err
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => quoteLine(command, line, lines));
}

/** `Command failed -:7` names a line of the batch: show it. */
function quoteLine(command: string, said: string, lines: readonly string[]): string {
  const [, number] = /^Command failed -:(\d+)/.exec(said) ?? [];
  return number === undefined ? said : `${command} ${lines[Number(number) - 1]}: failed`;
}
