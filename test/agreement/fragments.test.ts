import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Fate } from '../../src/packet/fate.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { FRAGMENTED, legacyNetwork } from './generate/fragmented.ts';
import { probeOf, type Question } from './generate/probe.ts';
import { snapshotOf } from './generate/snapshot.ts';

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
      const network = legacyNetwork(world);
      expect(end(network, { ...question, odd: { fragment: 1 } })).toBe(later);
      expect(end(network, question) === 'delivered').toBe(whole);
    },
  );

  it.each(FRAGMENTED.filter(({ later }) => !later.startsWith('a ')))(
    '$name: arrives where the whole does and nothing refuses the later fragment',
    ({ whole, inTwo, later }) => expect(inTwo).toBe(whole && later.endsWith('waits')),
  );

  it('may be refused by its later fragment where iptables-nft asks for ports: nf_tables reads its payload', () => {
    const { world, question } = FRAGMENTED.find(({ name }) => name === 'routed: a port is refused') ?? FRAGMENTED[0]!;
    const { value } = parseSnapshot(snapshotOf(world));
    if (value === undefined) throw new Error('not read');
    const { probe, start } = probeOf({ ...question, odd: { fragment: 1 } }, 0);
    const ends = explore(value, probe, start).map(({ disposition }) => said(disposition.request));
    expect(ends.sort()).toEqual(['b waits', 'm rule']);
    const program = lower(value, probe);
    const inputs = new Map(
      [...program.inputs.keys()].map((slot): [Slot, Packet['src']] => [slot, start.packet[slot as keyof Packet] ?? 0]),
    );
    const lowered = [0, 1].flatMap((bit) => interpret(program, inputs, () => bit).map(({ request }) => said(request)));
    expect(lowered.sort()).toEqual(['b waits', 'm rule']);
  });
});
