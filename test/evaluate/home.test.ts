import { describe, expect, it } from 'vitest';
import type { FrameRules } from '../../src/network/frame-rules.ts';
import type { Network } from '../../src/network/network.ts';
import { ends, every, icmp, said, send } from './ask.ts';
import { build, host, NO_BRIDGE_NF } from './build.ts';
import { ebtables, IPV4, macOf } from './frame-rules.ts';

/** h's bridge with two guests, one of which has 10.0.0.9 and does not answer for it; `uplinks` lead out of sight. */
const bridged = (uplinks: readonly string[], frameRules?: FrameRules): Network =>
  build(
    {
      h: {
        interfaces: {
          tap1: { master: 'br0' },
          tap2: { master: 'br0' },
          ...Object.fromEntries(uplinks.map((name) => [name, { master: 'br0' }])),
          br0: { addresses: ['10.0.0.254/24'] },
        },
        sysctl: NO_BRIDGE_NF,
        ...(frameRules && { frameRules }),
      },
      g1: host('10.0.0.9/24', { sysctl: { 'net.ipv4.conf.all.arp_ignore': 8 } }),
      g2: host('10.0.0.2/24'),
    },
    [
      ['h:tap1', 'g1:eth0'],
      ['h:tap2', 'g2:eth0'],
    ],
  );

/** How all copies of a request end, for every value of what nobody knows. */
const copies = (network: Network, from: string): readonly string[][] =>
  every(network, from, icmp('10.0.0.9')).map(({ walks }) =>
    walks.slice(0, 1).flatMap((walk) => [walk, ...walk.copies].map(({ fate }) => said(fate))),
  );

describe('a frame for somebody out of sight', () => {
  it('leaves by the port behind which he answered, and by no other', () => {
    expect(copies(bridged(['eth0']), 'h')).toEqual([['leaves h:eth0']]);
    expect(ends(send(bridged([]), 'h', icmp('10.0.0.9')))[0]).toBe('dropped h: no neighbour');
  });

  it('leaves by one port of several, and nobody knows which', () => {
    expect(copies(bridged(['eth0', 'eth1']), 'h')).toEqual([['leaves h:eth0'], ['leaves h:eth1']]);
  });

  // measured: OUTPUT sees what has a port already
  it('leaves by his port even where OUTPUT makes it one for everybody, but not where PREROUTING does', () => {
    const all = { kind: 'dnat', mac: macOf('ff:ff:ff:ff:ff:ff'), arp: false, then: 'ACCEPT' } as const;
    const rules = ebtables({ nat: { OUTPUT: [{ tests: [IPV4], action: all }] } });
    expect(copies(bridged(['eth0'], rules), 'h')).toEqual([['leaves h:eth0']]);
    const flooding = ebtables({ nat: { PREROUTING: [{ tests: [IPV4], action: all }] } });
    expect(copies(bridged(['eth0'], flooding), 'g2')[0]).toEqual(
      expect.arrayContaining(['delivered g1', 'leaves h:eth0']),
    );
  });

  it('goes to the end of a link that leads to him', () => {
    const shared = build(
      {
        a: host('10.0.0.1/24'),
        b: host('10.0.0.2/24'),
        h: {
          interfaces: { p1: { master: 'br0' }, eth0: { master: 'br0' }, br0: {} },
          sysctl: NO_BRIDGE_NF,
        },
      },
      [['a:eth0', 'b:eth0', 'h:p1']],
    );
    expect(copies(shared, 'a')).toEqual([['leaves h:eth0']]);
  });
});
