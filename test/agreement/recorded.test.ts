import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import { readSnapshot } from '../../src/parse/snapshot.ts';
import { endOfExchange, endsOfProgram } from './ends.ts';
import { probeOf } from './generate/probe.ts';
import { disagreement } from './judge.ts';
import { readRecorded, recordings, verdictOf } from './recorded.ts';

const folder = fileURLToPath(new URL('../../models/recorded', import.meta.url));

/** Networks on which kernel and model once disagreed, and others worth keeping, each with what the kernel did. */
describe('recorded networks', () => {
  for (const name of recordings(folder))
    it(`${name}: evaluator and Program do what the kernel did`, async () => {
      const { value: network, located } = await readSnapshot(join(folder, name));
      if (network === undefined) throw new Error(JSON.stringify(located));
      for (const [n, line] of readRecorded(join(folder, name)).entries()) {
        const { probe, start } = probeOf(line, n);
        const exchanges = explore(network, probe, start);
        expect(disagreement(line.from, exchanges, verdictOf(line))).toBeUndefined();
        const { ends } = endsOfProgram(lower(network, probe), start.packet);
        expect([...ends].sort()).toEqual([...new Set(exchanges.map(endOfExchange))].sort());
      }
    });
});
