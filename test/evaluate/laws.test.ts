import fc from 'fast-check';
import { expect, it } from 'vitest';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { explore } from '../../src/evaluate/explore.ts';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { Exchange, Walk } from '../../src/network/trace.ts';
import { LEGS } from '../../src/packet/exchange.ts';
import { packet } from '../../src/packet/packet.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { type Drawn, drawn } from '../agreement/generate/drawn.ts';
import { probeOf } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import { every, icmp } from './ask.ts';
import { build, host } from './build.ts';

/** Networks with rules, as the agreement with the kernel draws them, and a few questions about each. */
const asked = drawn(4);

function read({ world, questions }: Drawn) {
  const { value } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error('a drawn network is always read');
  return { network: value, questions: questions.map(probeOf) };
}

const walksOf = ({ walks }: Exchange): readonly Walk[] => walks.flatMap((walk) => [walk, ...walk.copies]);
const runs = { numRuns: 15 };

it('the same packet with the same decisions goes the same way', () => {
  fc.assert(
    fc.property(asked, (one) => {
      const { network, questions } = read(one);
      for (const { probe, start } of questions)
        expect(evaluate(network, probe, start, fixed())).toEqual(evaluate(network, probe, start, fixed()));
    }),
    runs,
  );
});

it('exploring begins with the lowest value of everything', () => {
  fc.assert(
    fc.property(asked, (one) => {
      const { network, questions } = read(one);
      for (const { probe, start } of questions)
        expect(explore(network, probe, start)[0]).toEqual(evaluate(network, probe, start, fixed()));
    }),
    runs,
  );
});

it('explored exchanges differ in what they decided', () => {
  fc.assert(
    fc.property(asked, (one) => {
      const { network, questions } = read(one);
      for (const { probe, start } of questions) {
        const decisions = explore(network, probe, start, 64).map(({ met }) =>
          JSON.stringify(met.map(({ unknown, value }) => [unknown.id, value])),
        );
        expect(new Set(decisions).size).toBe(decisions.length);
      }
    }),
    runs,
  );
});

it('every packet on every hop is a packet, and the last hop is at the node of the fate', () => {
  fc.assert(
    fc.property(asked, (one) => {
      const { network, questions } = read(one);
      for (const { probe, start } of questions)
        for (const { hops, fate } of walksOf(evaluate(network, probe, start, fixed()))) {
          for (const hop of hops) expect(packet(hop.packet)).toEqual(hop.packet);
          if (fate.kind !== 'none') expect(hops.at(-1)?.node).toBe(fate.node);
        }
    }),
    runs,
  );
});

it('what a rule dropped names it, with its place', () => {
  fc.assert(
    fc.property(asked, (one) => {
      const { network, questions } = read(one);
      for (const { probe, start } of questions)
        for (const { fate, hops } of walksOf(evaluate(network, probe, start, fixed()))) {
          if (fate.kind !== 'dropped' || fate.reason !== 'rule') continue;
          expect(fate.origin?.place?.line).toBe(hops.at(-1)?.line);
          expect(hops.at(-1)?.text).toBe(fate.origin?.text);
        }
    }),
    runs,
  );
});

it('the packets of an exchange come in their order, and none after one that was lost', () => {
  fc.assert(
    fc.property(asked, (one) => {
      const { network, questions } = read(one);
      for (const { probe, start } of questions) {
        const { walks, disposition } = evaluate(network, probe, start, fixed());
        expect(walks.map(({ leg }) => leg)).toEqual(LEGS.slice(0, walks.length));
        expect(walks[0]?.fate).toEqual(disposition.request);
        for (const { fate } of walks.slice(0, -1)) expect(fate.kind).toBe('delivered');
        if (disposition.reply.kind === 'delivered' && probe.source.kind === 'socket')
          expect(disposition.reply.node).toBe(probe.source.node);
      }
    }),
    runs,
  );
});

const limited = (rules: number) =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: host('10.0.0.2/24', { iptables: `*filter\n${'-A INPUT -m limit --limit 1/sec\n'.repeat(rules)}` }),
    },
    [['a:eth0', 'b:eth0']],
  );

it('exploring runs once a combination, up to its budget, and tells whether that was all', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 80 }), (rules, budget) => {
      const combinations = 2 ** rules;
      const found = every(limited(rules), 'a', icmp('10.0.0.2'), budget);
      expect(found).toHaveLength(Math.min(budget, combinations));
      expect(found.complete).toBe(budget >= combinations);
    }),
  );
});
