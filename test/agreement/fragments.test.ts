import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Fate } from '../../src/packet/fate.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { FRAGMENTED } from './generate/fragmented.ts';
import { probeOf, type Question } from './generate/probe.ts';
import { snapshotOf } from './generate/snapshot.ts';
import type { World } from './generate/world.ts';

function networkOf(world: World): Network {
  const { value } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error('not read');
  return value;
}

const said = (fate: Fate): string =>
  fate.kind === 'dropped' ? `${fate.node} ${fate.reason === 'fragment' ? 'waits' : fate.reason}` : fate.kind;

/** How a request ends, as both meanings say; nothing that is unknown of these networks decides it. */
function end(network: Network, question: Question): string {
  const { probe, start } = probeOf(question, 0);
  const ends = new Set(explore(network, probe, start).map(({ disposition }) => said(disposition.request)));
  const program = lower(network, probe);
  const inputs = new Map(
    [...program.inputs.keys()].map((slot): [Slot, Packet['src']] => [slot, start.packet[slot as keyof Packet] ?? 0]),
  );
  const [disposition] = interpret(program, inputs, (_, ranges) => ranges[0]?.[0] ?? 0);
  if (disposition === undefined) throw new Error('no end');
  const lowered = said(disposition.request);
  expect([...ends]).toEqual([lowered]);
  return lowered;
}

describe('a datagram in fragments', () => {
  it.each(FRAGMENTED)(
    '$name: its later fragment alone ends as a kernel recorded',
    ({ world, question, whole, later }) => {
      const network = networkOf(world);
      expect(end(network, { ...question, odd: { fragment: 1 } })).toBe(later);
      expect(end(network, question) === 'delivered').toBe(whole);
    },
  );

  it.each(FRAGMENTED.filter(({ later }) => !later.startsWith('a ')))(
    '$name: arrives where the whole does and nothing refuses the later fragment',
    ({ whole, inTwo, later }) => expect(inTwo).toBe(whole && later.endsWith('waits')),
  );
});
