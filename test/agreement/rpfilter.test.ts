import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { endOfExchange, endsOfProgram } from './ends.ts';
import { probeOf } from './generate/probe.ts';
import { snapshotOf } from './generate/snapshot.ts';
import { ASKED, type Asked, WAYS_BACK } from './generate/way-back.ts';
import { ofExchange } from './judge.ts';

const network = parseSnapshot(snapshotOf(WAYS_BACK)).value;
/** The same, but nobody has looked at the router's routes. */
const unseen = parseSnapshot(new Map([...snapshotOf(WAYS_BACK)].filter(([file]) => file !== 'r/ip-route.txt'))).value;

describe('-m rpfilter', () => {
  it.each(ASKED.map((one, n) => ({ ...one, n, src: one.question.src ?? 'itself', dst: one.question.dst })))(
    '$n: $src to $dst fares in both meanings as a kernel recorded',
    ({ question, at, passes, n }) => {
      if (network === undefined) throw new Error('not read');
      const { probe, start } = probeOf(question, n);
      const exchanges = explore(network, probe, start);
      const delivered = exchanges.map((one) => ofExchange('', one).delivered.some((text) => text.startsWith(`${at}:`)));
      expect(delivered).toEqual([passes]);
      const { ends } = endsOfProgram(lower(network, probe), start.packet);
      expect([...ends]).toEqual([...new Set(exchanges.map(endOfExchange))]);
    },
  );

  it('is true of some of these packets and false of others, whatever it is asked with', () => {
    for (const dport of new Set(ASKED.map(({ question }) => question.dport)))
      expect(new Set(ASKED.filter(({ question }) => question.dport === dport).map(({ passes }) => passes)).size).toBe(
        2,
      );
  });

  it.each([
    ['is open where routes are not shown', '10.1.0.2', 7000, ['delivered r:eth0; no answer', 'lost; no answer']],
    ['is open then, turned round or not', '10.1.0.2', 7006, ['delivered r:eth0; no answer', 'lost; no answer']],
    ['is known of own addresses even then', '10.1.0.1', 7000, ['lost; no answer']],
    ['is known of them where they may be sources', '10.1.0.1', 7002, ['delivered r:eth0; answered']],
  ])('%s', (_, src, dport, wanted) => {
    if (unseen === undefined) throw new Error('not read');
    const asked = ASKED.find(({ question }) => question.wire?.interface === 'eth0' && question.dst === '10.1.0.1');
    const { probe, start } = probeOf({ ...(asked as Asked).question, src, dport }, 0);
    const exchanges = explore(unseen, probe, start);
    expect([...new Set(exchanges.map(endOfExchange))].sort()).toEqual(wanted);
    expect([...endsOfProgram(lower(unseen, probe), start.packet).ends].sort()).toEqual(wanted);
    const reasons = exchanges.flatMap(({ met }) => met.map(({ unknown: { reason } }) => reason));
    expect(reasons.some((reason) => reason.startsWith('-m rpfilter: the way back'))).toBe(wanted.length > 1);
  });
});
