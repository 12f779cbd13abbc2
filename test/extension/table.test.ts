import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printExtensions } from './table.ts';

const PAGE = join(import.meta.dirname, '../../docs/extensions.md');

it('docs/extensions.md says how every extension is treated', () => {
  if (process.env['UPDATE'] !== undefined) writeFileSync(PAGE, printExtensions());
  expect(readFileSync(PAGE, 'utf8')).toBe(printExtensions());
});
