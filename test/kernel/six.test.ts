import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { forget } from '../../src/lab/forget.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { whyNot } from '../../src/lab/possible.ts';
import { send } from '../../src/lab/send.ts';
import type { Verdict } from '../../src/lab/verdict.ts';
import { inFamily } from '../../src/network/family.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { disagreement } from '../agreement/judge.ts';
import { build6 } from '../evaluate/six-build.ts';
import { withLab } from './ask.ts';
import { CASES } from './six/cases.ts';
import type { SixCase } from './six/networks.ts';
import { asLab } from './six/programs.ts';
import { probeOf, shotOf } from './six/shot.ts';

async function ask(lab: Lab, { cold, probes }: SixCase): Promise<readonly Verdict[]> {
  const shots = probes.map(shotOf);
  if (cold === undefined) return send(lab, shots, { limit: 1500 });
  const verdicts: Verdict[] = [];
  for (const shot of shots) {
    await forget(lab);
    verdicts.push(...(await send(lab, [shot], { limit: 900 })));
  }
  return verdicts;
}

/** What decides and is in no capture; what programs do (which groups they have joined) is in none, and known here. */
const met = (exchanges: readonly Exchange[]): readonly string[] => {
  const fates = exchanges.flatMap(({ disposition: { request, reply } }) => [request, reply]);
  const all = [
    ...exchanges.flatMap((one) => one.met.map(({ unknown }) => unknown.reason)),
    ...fates.flatMap((fate) => (fate.kind === 'unknown' ? fate.unknown.reason : [])),
  ];
  return [...new Set(all)].filter(
    (reason) => !/has joined the group|without naming the link|binds its socket|is bound to its address/.test(reason),
  );
};

describe.skipIf(whyNot() !== undefined)('packets of IPv6', () => {
  for (const [name, one] of CASES)
    it(`are as the evaluator says: ${name}`, async () => {
      const network = inFamily(build6(one.hosts, one.links), 6);
      const differences = await withLab(network, async (lab) => {
        const verdicts = await ask(lab, one);
        return one.probes.flatMap((text, n) => {
          const shot = shotOf(text, n);
          const all = explore(network, probeOf(shot), { packet: shot.packet, states: new Map() });
          const exchanges = asLab(all, shot);
          // what is left open agrees with anything
          const open = one.open === true ? [] : met(exchanges);
          if (open.length > 0) return [`${text}\nleft open: ${open.join('; ')}`];
          const difference = disagreement(shot.source.node, exchanges, verdicts[n] as Verdict);
          return difference === undefined ? [] : [`${text}\n${difference}`];
        });
      });
      expect(differences.join('\n\n')).toBe('');
    });
});
