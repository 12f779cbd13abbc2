import { expect, it } from 'vitest';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import type { Scalar } from '../../src/packet/scalar.ts';
import { ends, said, send, udp } from '../evaluate/ask.ts';
import { addr, build, FORWARDING, guest } from '../evaluate/build.ts';
import { everyEnd } from '../lower/ends.ts';

// measured on Linux 6.18: a rule of tos 0x10 takes a packet of tos 0x50
it.each([
  [0x10, true],
  [0x13, true],
  [0x50, true],
  [0x00, false],
  [0x18, false],
  [0x40, false],
])('a route of tos 16 is for a packet of tos %i: %s', (tos, taken) => {
  const network = build(
    {
      a: guest('10.0.1.2/24', '10.0.1.1'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.1.1/24'] }, eth1: { addresses: ['10.0.2.1/24'] } },
        routes: ['10.9.0.0/24 tos 0x10 via 10.0.2.2'],
        sysctl: FORWARDING,
      },
      b: { interfaces: { eth0: { addresses: ['10.0.2.2/24', '10.9.0.1/32'] } } },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['r:eth1', 'b:eth0'],
    ],
  );
  const walked = send(network, 'a', udp('10.9.0.1', 53, { tos }));
  const wanted = taken ? 'delivered b' : 'dropped r: no route';
  expect(ends(walked)[0]).toBe(wanted);
  const packets = { ...walked.probe.packets, dst: only(addr('10.9.0.1')), proto: only(17), tos: only(tos) };
  const program = lower(network, { ...walked.probe, packets, back: false });
  const of = udp('10.9.0.1', 53, { tos });
  const inputs = new Map<Slot, Scalar>([...program.inputs].map(([slot]) => [slot, of[slot as keyof Packet] ?? 0]));
  expect([...new Set(everyEnd(program, inputs).map(({ request }) => said(request)))]).toEqual([wanted]);
});
