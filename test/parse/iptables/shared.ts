import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Material beside the checkout that is not part of it; tests that need it are skipped where it is absent. */
const SHARED = join(import.meta.dirname, '../../../../shared');

export const hasShared = (name: string): boolean => existsSync(join(SHARED, name));
export const readShared = (name: string): string => readFileSync(join(SHARED, name), 'utf8');

/** The rows of a table with a header line, by column. */
export function rowsOf(name: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = readShared(name).trimEnd().split('\n');
  const columns = head.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((cell, i) => [columns[i] ?? '', cell])));
}
