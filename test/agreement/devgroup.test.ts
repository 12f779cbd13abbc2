import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { endOfExchange, endsOfProgram } from './ends.ts';
import { GROUPED, GROUPED_PROBES } from './generate/device-groups.ts';
import { probeOf } from './generate/probe.ts';
import { snapshotOf } from './generate/snapshot.ts';

const files = snapshotOf(GROUPED);
const network = parseSnapshot(files).value;

/** Both meanings' ends of one question. */
function ends(of: typeof network, n: number): readonly string[] {
  const [question] = GROUPED_PROBES[n] as (typeof GROUPED_PROBES)[number];
  if (of === undefined) throw new Error('not read');
  const { probe, start } = probeOf(question, n);
  const walked = [...new Set(explore(of, probe, start).map(endOfExchange))].sort();
  expect([...endsOfProgram(lower(of, probe), start.packet).ends].sort()).toEqual(walked);
  return walked;
}

describe('-m devgroup', () => {
  it.each(GROUPED_PROBES.map(([{ from, dst, dport }, passes], n) => ({ from, dst, dport, passes, n })))(
    '$from to $dst port $dport fares in both meanings as a kernel recorded',
    ({ passes, n }) => expect(ends(network, n).map((end) => end.startsWith('delivered'))).toEqual([passes]),
  );

  it('is open where a device is in a group that is shown by name, and known where another one decides', () => {
    const shown = files.get('r/ip-addr.json') ?? '';
    const named = new Map(files).set('r/ip-addr.json', shown.replace('"group":"1"', '"group":"uplinks"'));
    const { value, located } = parseSnapshot(named);
    expect(located).toEqual([]);
    const of = (from: string, dst: string, dport: number) =>
      ends(
        value,
        GROUPED_PROBES.findIndex(([one]) => one.from === from && one.dst === dst && one.dport === dport),
      ).length;
    expect(of('a', '10.2.0.2', 7100)).toBe(2);
    expect(of('a', '10.2.0.2', 7103)).toBe(1);
    expect(of('b', '10.1.0.2', 7100)).toBe(1);
  });
});
