import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { ipBatch } from './command.ts';

const PREFIX = 'nq-';
const FOLDER = '/run/netns';
const mine = new Set<string>();
let opened = 0;
let watching = false;

/** Names for the namespaces of one lab: `nq-PID-LAB-NODE`, so that what a killed process left can be told from what is in use. */
export function namer(): (node: string) => string {
  const lab = ++opened;
  return (node) => `${PREFIX}${process.pid}-${lab}-${node.replace(/[^\w.-]/g, '_')}`;
}

/**
 * Nothing comes in between, no signal either: whatever is made is deleted at the end.
 * @throws Error with what `ip` said if a namespace could not be made
 */
export function addNamespaces(names: readonly string[]): void {
  if (!watching) process.once('exit', deleteOwn);
  watching = true;
  for (const name of names) mine.add(name);
  const { status, stderr } = spawnSync('ip', ['-batch', '-'], { input: lines('add', names), encoding: 'utf8' });
  if (status !== 0) throw new Error(`no namespaces: ${stderr.trim()}`);
}

export async function deleteNamespaces(names: readonly string[]): Promise<void> {
  await ipBatch(names.filter((name) => existsSync(`${FOLDER}/${name}`)).map((name) => `netns del ${name}`));
  for (const name of names) mine.delete(name);
}

/** Deletes what labs of processes that are gone have left behind. */
export async function deleteStale(): Promise<void> {
  if (!existsSync(FOLDER)) return;
  const stale = readdirSync(FOLDER).filter((name) => {
    const [, pid] = /^nq-(\d+)-\d+-/.exec(name) ?? [];
    return pid !== undefined && !existsSync(`/proc/${pid}`);
  });
  await deleteNamespaces(stale);
}

/** Deletes the namespaces of this process at once, for when it ends. */
export function deleteOwn(): void {
  if (mine.size > 0) spawnSync('ip', ['-force', '-batch', '-'], { input: lines('del', [...mine]) });
}

const lines = (verb: 'add' | 'del', names: readonly string[]): string =>
  names.map((name) => `netns ${verb} ${name}\n`).join('');
