import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The files of a folder, by their paths in it. */
export function filesOf(folder: string, under = ''): Map<string, string> {
  const names = readdirSync(join(folder, under)).toSorted();
  return new Map(
    names.flatMap((name) => {
      const path = under === '' ? name : `${under}/${name}`;
      const isFolder = statSync(join(folder, path)).isDirectory();
      return isFolder ? [...filesOf(folder, path)] : [[path, readFileSync(join(folder, path), 'utf8')] as const];
    }),
  );
}

/** The captures that are handed round beside the checkout; without them the tests that need them are skipped. */
export const NOVA = join(import.meta.dirname, '../../../shared/captures/nova');
export const hasNova = existsSync(NOVA);
export const STATES = [
  'after',
  'after-3vms',
  'after-eth2-down-as-printed',
  'after-same-net-false',
  'after-secgroup',
  'before',
  'floating-ip',
  'multi-host',
];
/** A host as Linux 6.18 with iproute2 6.1 and net-tools 2.10 printed it, in every form. */
export const ROUTER = join(import.meta.dirname, 'capture');
