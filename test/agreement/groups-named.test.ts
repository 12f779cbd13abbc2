import { expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { interpret } from '../../src/ir/interpret.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import type { Scalar } from '../../src/packet/scalar.ts';
import { said, udp } from '../evaluate/ask.ts';
import { build, guest, host } from '../evaluate/build.ts';

it.each(['224.0.0.5', '239.255.255.255'])(
  'the Program of all groups asks by the same name whether %s is joined as the walk of one packet',
  (group) => {
    const network = build({ a: guest('10.0.0.1/24', '10.0.0.2'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
    const of = udp(group, 53);
    const free: Probe = {
      source: { kind: 'socket', node: 'a', bound: false },
      packets: {},
      state: 'fresh',
      back: false,
    };
    const fields = Object.entries(of).map(([field, value]) => [field, only(value)] as const);
    const packets = { ...Object.fromEntries(fields), dst: [[0xe0000000, 0xefffffff]] as const };
    const program = lower(network, { ...free, packets });
    const inputs = new Map<Slot, Scalar>([...program.inputs].map(([slot]) => [slot, of[slot as keyof Packet] ?? 0]));
    const walked = explore(network, free, { packet: of, states: new Map() });
    expect(walked.map(({ disposition }) => said(disposition.request)).sort()).toEqual([
      'delivered b',
      'dropped b: not for me',
    ]);
    for (const { met, disposition } of walked) {
      const values = new Map(met.map(({ unknown, value }) => [unknown.id, value]));
      const ends = interpret(program, inputs, ({ id }) => values.get(id) ?? 0).map(({ request }) => said(request));
      expect(ends).toContain(said(disposition.request));
    }
  },
);
