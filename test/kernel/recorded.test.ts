import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { forget } from '../../src/lab/forget.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { CASES } from '../agreement/generate/cases.ts';
import { shotOf } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import { readRecorded, record } from '../agreement/recorded.ts';
import { networkOf, withLab } from './ask.ts';

const folder = fileURLToPath(new URL('../../models/recorded', import.meta.url));
const again = process.env['NETQED_RECORD'] === 'cases';

/** With NETQED_RECORD=cases the recordings are made again; otherwise the kernel must still do what was recorded. */
describe.skipIf(whyNot() !== undefined)('recorded cases', () => {
  for (const [name, { world, questions }] of Object.entries(CASES))
    it(`${name}: the kernel does what was recorded`, async () => {
      const verdicts = await withLab(networkOf(world), async (lab) => {
        const all: Verdict[] = [];
        for (const [n, question] of questions.entries()) {
          await forget(lab);
          all.push(...(await send(lab, [shotOf(question, n)], { limit: 1000 })));
        }
        return all;
      });
      const lines = questions.map((question, n) => record(question, n, verdicts[n] as Verdict));
      if (again) keep(join(folder, name), snapshotOf(world), lines);
      expect(lines.map((line) => JSON.stringify(line))).toEqual(
        readRecorded(join(folder, name)).map((line) => JSON.stringify(line)),
      );
    });
});

function keep(path: string, files: ReadonlyMap<string, string>, lines: readonly object[]): void {
  for (const [file, text] of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  writeFileSync(join(path, 'kernel-verdicts.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
