import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One order or report of the agent: words. */
export type Words = readonly (string | number)[];

/** The process that the lab has in one namespace (`agent.pl`). */
export interface Agent {
  readonly namespace: string;
  /** What it told since it began, orders that failed included. */
  readonly failures: string[];
  /** What `nft monitor trace` printed since the order `trace`. */
  readonly traced: string[];
  order(words: Words): void;
  /** Resolves when all orders so far are carried out, and what had come in by then is told. */
  done(limit?: number): Promise<void>;
  /** Called with every report: a letter, the probe's number, and what belongs to it. */
  listen(listener: (words: readonly string[]) => void): void;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./agent.pl', import.meta.url));

/** Starts an agent in a namespace. Its life ends with its stdin: it never outlives this process. */
export function startAgent(namespace: string): Agent {
  const child = spawn('ip', ['netns', 'exec', namespace, 'perl', PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
  const failures: string[] = [];
  const traced: string[] = [];
  const waiting = new Map<string, () => void>();
  let listener: ((words: readonly string[]) => void) | undefined;
  let barrier = 0;
  child.stdin.on('error', () => {});
  child.on('error', (error) => failures.push(error.message));
  child.stderr.on('data', (text: Buffer) => failures.push(text.toString().trim()));
  readLines(child, (line) => {
    const words = line.split('\t');
    if (words[0] === 'X') failures.push(words.slice(1).join(' '));
    else if (words[0] === 'T') traced.push(words.slice(1).join(' '));
    else if (words[0] === 'R') waiting.get(words[1] ?? '')?.();
    else listener?.(words);
  });
  const order = (words: Words): void => void child.stdin.write(`${words.join('\t')}\n`);
  const done = (limit = 60_000): Promise<void> => {
    const word = String(++barrier);
    order(['ready', word]);
    return within(limit, `agent in ${namespace}: ${failures.join('; ') || 'silent'}`, (resolve) =>
      waiting.set(word, resolve),
    );
  };
  return {
    namespace,
    failures,
    traced,
    order,
    done,
    listen: (next) => void (listener = next),
    close: () => ended(child),
  };
}

function readLines(child: ChildProcess, each: (line: string) => void): void {
  let rest = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) each(line);
  });
}

function within(limit: number, otherwise: string, start: (resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(otherwise)), limit);
    start(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 1000);
    child.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    child.stdin?.end();
  });
}
