import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { netqed } from './captured.ts';

// Set UPDATE_README=1 to write the transcripts anew.
const README = join(import.meta.dirname, '../../README.md');
const BLOCK = /```console\n\$ npx netqed (.*)\n([^]*?)```/g;

/** The words of a shell line: quotes hold blanks together. */
const words = (line: string): string[] =>
  [...line.matchAll(/(?:"([^"]*)"|'([^']*)'|[^\s"']+)+/g)].map(([word]) => word.replace(/["']/g, ''));

const text = readFileSync(README, 'utf8');
const transcripts = [...text.matchAll(BLOCK)].map(([, line = '', shown = '']) => ({ line, shown }));

/** What a terminal would show: the errors, or the answer; behind the first one, assumptions are left out. */
async function transcript(line: string): Promise<string> {
  const { status, out, err } = await netqed(words(line));
  if (status === 70) throw new Error(err);
  return line === transcripts[0]?.line ? err + out : (err + out).replace(/^assumed [^]*/m, 'assumed   …\n');
}

describe('the transcripts of the README', () => {
  it('are several, the first of them the command that it opens with', () => {
    expect(transcripts.length).toBeGreaterThan(4);
    expect(text).toContain(`npm ci && npx netqed ${transcripts[0]?.line}\n`);
  });

  it.each(transcripts)('netqed $line', async ({ line, shown }) => {
    const now = await transcript(line);
    const anew = process.env['UPDATE_README'] !== undefined;
    if (anew)
      writeFileSync(
        README,
        readFileSync(README, 'utf8').replace(`${line}\n${shown}\`\`\``, () => `${line}\n${now}\`\`\``),
      );
    expect(anew ? now : shown).toBe(now);
  });
});
