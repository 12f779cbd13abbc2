import fc from 'fast-check';
import { expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Network, Node } from '../../src/network/network.ts';
import type { Exchange, Walk } from '../../src/network/trace.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { drawn } from '../agreement/generate/drawn.ts';
import { probeOf, type Question } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import type { World } from '../agreement/generate/world.ts';
import { arptables, ebtables, type WrittenRule } from './frame-rules.ts';

const QUESTIONS = 5;
const NETWORKS = 60;

/** Rules that no frame meets, wherever one could. */
const NEVER: readonly WrittenRule[] = [{ tests: [{ kind: 'protocol', type: 0x1234 }] }];
const IDLE = {
  frameRules: ebtables({
    broute: { BROUTING: NEVER },
    nat: { PREROUTING: NEVER, OUTPUT: NEVER, POSTROUTING: NEVER },
    filter: { INPUT: NEVER, FORWARD: NEVER, OUTPUT: NEVER },
  }),
  arpRules: arptables({ INPUT: NEVER, OUTPUT: NEVER, FORWARD: [] }),
};

function networkOf(world: World): Network {
  const { value, located } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return { ...value, nodes: new Map([...value.nodes].map(([name, node]) => [name, without(node)])) };
}

function without(node: Node): Node {
  const { frameRules: _, arpRules: __, ...bare } = node;
  return bare;
}

const withRules = (network: Network): Network => ({
  ...network,
  nodes: new Map([...network.nodes].map(([name, node]) => [name, { ...node, ...IDLE }])),
});

/** What a walk says, but for policies of chains of frames. */
const tell = ({ hops, fate, copies }: Walk): unknown => [
  hops.filter(({ table }) => !/tables/.test(table ?? '')).map(({ text, verdict }) => `${text} => ${verdict}`),
  fate,
  copies.map(tell),
];

const told = (network: Network, question: Question, n: number): readonly unknown[] => {
  const { probe, start } = probeOf(question, n);
  return explore(network, probe, start, 32).map(({ walks, disposition, met }: Exchange) => ({
    disposition,
    walks: walks.map(tell),
    met: met.map(({ unknown }) => unknown.id),
  }));
};

it(`rules that no frame meets change nothing that is said of any packet (${NETWORKS * QUESTIONS} cases)`, () => {
  fc.assert(
    fc.property(drawn(QUESTIONS), ({ world, questions }) => {
      const network = networkOf(world);
      const ruled = withRules(network);
      questions.forEach((question, n) => expect(told(ruled, question, n)).toEqual(told(network, question, n)));
    }),
    { numRuns: NETWORKS },
  );
});
