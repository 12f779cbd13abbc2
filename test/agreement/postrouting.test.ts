import { expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import { only } from '../../src/packet/ranges.ts';
import { udp } from '../evaluate/ask.ts';
import { build, FORWARDING, guest } from '../evaluate/build.ts';
import { endOfExchange, endsOfProgram } from './ends.ts';

const routed = (rule: string) =>
  build(
    {
      a: guest('10.0.1.2/24', '10.0.1.1'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.1.1/24'] }, eth1: { addresses: ['10.0.2.1/24'] } },
        sysctl: FORWARDING,
        iptables: `*mangle\n:chain - [0:0]\n-A POSTROUTING -j chain\n-A chain ${rule}`,
      },
      b: guest('10.0.2.2/24', '10.0.2.1'),
    },
    [
      ['a:eth0', 'r:eth0'],
      ['r:eth1', 'b:eth0'],
    ],
  );

// measured on 6.18 (ip_output passes skb->dev as the hook's input device)
it.each([
  ['-i eth0 -o eth1 -j DROP', 'lost; no answer'],
  ['-i eth1 -o eth0 -j DROP', 'delivered b:eth0; no answer'],
  ['-i eth1 -o eth1 -j DROP', 'delivered b:eth0; answered'],
])('POSTROUTING sees by which device a forwarded packet came in: %s', (rule, end) => {
  const probe: Probe = { source: { kind: 'socket', node: 'a', bound: false }, packets: {}, state: 'fresh', back: true };
  const of = udp('10.0.2.2', 53);
  const packets = Object.fromEntries(Object.entries(of).map(([field, value]) => [field, only(value)] as const));
  const walked = explore(routed(rule), probe, { packet: of, states: new Map() }).map(endOfExchange);
  expect(new Set(walked)).toEqual(new Set([end]));
  expect(endsOfProgram(lower(routed(rule), { ...probe, packets }), of).ends).toEqual(new Set([end]));
});
