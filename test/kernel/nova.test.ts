import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openLab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { printAddress } from '../../src/packet/address.ts';
import { readSnapshot } from '../../src/parse/snapshot.ts';
import { type Recorded, readRecorded, recordings, shotsOf } from '../agreement/recorded.ts';

const models = fileURLToPath(new URL('../../models/nova-network', import.meta.url));

/** The line that this verdict would have been recorded as; what the recording does not tell is left out. */
function lineOf(line: Recorded, { arrivals, answered, from, errno }: Verdict): object {
  const { from: asker, proto, dst, dport } = line;
  const head = { from: asker, proto, dst, dport };
  if (!answered) return { ...head, result: errno === 'EPERM' ? 'EPERM' : 'timeout' };
  if (proto === 'icmp') return { ...head, result: 'reply', reply_from: printAddress(from ?? 0) };
  const by = arrivals.map(({ node }) => node).join(' ');
  return { ...head, result: 'reply', answered_by: by, seen_from: printAddress(arrivals[0]?.src ?? 0) };
}

/** Two owners of one address on a segment: either may answer. */
const raced = (name: string, { dst, from }: Recorded): boolean =>
  name === 'multi-host' && from === 'controller-1' && dst === '169.254.169.254';

describe.skipIf(whyNot() !== undefined)('the tutorial rebuilt out of namespaces', () => {
  for (const name of recordings(models))
    it(`${name}: every probe fares as it was recorded`, async () => {
      const { value: network } = await readSnapshot(join(models, name));
      if (network === undefined) throw new Error('not read');
      const lines = readRecorded(join(models, name));
      const lab = await openLab(network);
      try {
        expect(lab.refused).toEqual([]);
        const verdicts = await sendAll(lab, lines);
        const differ = lines.flatMap((line, n) => {
          const { delivered: _, ...recorded } = line;
          const seen = lineOf(line, verdicts[n] as Verdict);
          return raced(name, line) || JSON.stringify(sorted(seen)) === JSON.stringify(sorted(recorded))
            ? []
            : [{ recorded, seen }];
        });
        expect(differ).toEqual([]);
      } finally {
        await lab.close();
      }
    });
});

const sorted = (line: object): object => Object.fromEntries(Object.entries(line).sort(([a], [b]) => (a < b ? -1 : 1)));

/** In rounds: a host's queue for an address that nobody has takes only so many packets. */
async function sendAll(
  lab: Awaited<ReturnType<typeof openLab>>,
  lines: readonly Recorded[],
): Promise<readonly Verdict[]> {
  const shots = shotsOf(lines);
  const verdicts: Verdict[] = [];
  for (let n = 0; n < shots.length; n += 100) verdicts.push(...(await send(lab, shots.slice(n, n + 100))));
  return verdicts;
}
