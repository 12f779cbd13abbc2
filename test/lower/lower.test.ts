import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { FlowState, Probe } from '../../src/packet/exchange.ts';
import { type Field, maximum, WIDTH } from '../../src/packet/field.ts';
import type { Packet, PacketClass } from '../../src/packet/packet.ts';
import { only, type Ranges } from '../../src/packet/ranges.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { type Drawn, drawn } from '../agreement/generate/drawn.ts';
import { probeOf } from '../agreement/generate/probe.ts';
import { snapshotOf } from '../agreement/generate/snapshot.ts';
import { everyEnd } from './ends.ts';

const networks = Number(process.env['NETQED_NETWORKS'] ?? 60);

/** How much a class leaves free of each field of the packet that it was made around. */
const FREE = [
  'dst',
  'src',
  'proto',
  'sport',
  'dport',
  'tcpFlags',
  'icmpType',
  'ttl',
  'mark',
  'tos',
] as const satisfies readonly Field[];
type Width = 'fixed' | 'near' | 'open';

interface Asked {
  readonly network: Network;
  readonly probe: Probe;
  readonly packet: Packet;
}

function around(value: number, field: Field, width: Width): Ranges {
  switch (width) {
    case 'fixed':
      return only(value);
    case 'near':
      return [[Math.max(0, value - 3), Math.min(maximum(field), value + 3)]];
    case 'open':
      return [[0, maximum(field)]];
  }
}

const widths = fc.tuple(
  ...FREE.map(() =>
    fc.oneof({ weight: 5, arbitrary: fc.constant<Width>('fixed') }, fc.constantFrom<Width>('near', 'open')),
  ),
);
const state: fc.Arbitrary<FlowState> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<FlowState>('fresh') },
  fc.constantFrom<FlowState>([1], [2], [0, 1, 2, 3, 4]),
);

/** Questions about classes, each around one packet. */
const asked = (each: number): fc.Arbitrary<readonly Asked[]> =>
  fc
    .tuple(drawn(each), fc.array(fc.tuple(widths, state), { minLength: each, maxLength: each }))
    .map(([one, classes]) => {
      const network = read(one);
      return one.questions.map((question, n) => {
        const { probe, start } = probeOf(question, n);
        const [free, given] = classes[n] ?? classes[0] ?? [[], 'fresh' as const];
        const wider = Object.fromEntries(
          FREE.map((field, i) => [field, around(Number(start.packet[field]), field, free[i] ?? 'fixed')]),
        ) as PacketClass;
        return {
          network,
          packet: start.packet,
          probe: { ...probe, state: given, packets: { ...probe.packets, ...wider } },
        };
      });
    });

function read({ world }: Drawn): Network {
  const { value, located } = parseSnapshot(snapshotOf(world));
  if (value === undefined) throw new Error(`a drawn network is not read: ${JSON.stringify(located[0])}`);
  return value;
}

/** The packet alone, in one state everywhere. */
function alone({ probe, packet }: Asked, given: number): Probe {
  const packets = Object.fromEntries((Object.keys(WIDTH) as Field[]).map((field) => [field, only(packet[field])]));
  return { ...probe, packets, state: probe.state === 'fresh' ? 'fresh' : [given] };
}

/** Where a packet of the class ends, whatever is unknown. */
function endsOf({ network, packet }: Asked, probe: Probe, slice: boolean, given: number): readonly string[] {
  const program = lower(network, probe, { slice });
  const inputs = new Map(
    [...program.inputs.keys()].map(
      (slot) => [slot, slot.startsWith('ctState@') ? given : packet[slot as Field]] as const,
    ),
  );
  return [...new Set(everyEnd(program, inputs).map((end) => JSON.stringify(end)))].sort();
}

describe('a Program of a class', () => {
  it('ends each of its packets as the Program of that packet alone does', () => {
    fc.assert(
      fc.property(asked(4), (all) => {
        for (const one of all) {
          const given = one.probe.state === 'fresh' ? 0 : (one.probe.state[0] ?? 0);
          expect(endsOf(one, one.probe, true, given)).toEqual(endsOf(one, alone(one, given), true, given));
        }
      }),
      { numRuns: networks },
    );
  });

  it('is the same whether or not rules that cannot matter are left out', () => {
    fc.assert(
      fc.property(asked(3), (all) => {
        for (const one of all) {
          const given = one.probe.state === 'fresh' ? 0 : (one.probe.state[0] ?? 0);
          expect(endsOf(one, alone(one, given), true, given)).toEqual(endsOf(one, alone(one, given), false, given));
        }
      }),
      { numRuns: networks },
    );
  });
});
