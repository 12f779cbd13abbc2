import { describe, expect, it } from 'vitest';
import type { Interface, Network, Node } from '../../src/network/network.ts';
import { send, toldAt, udp } from './ask.ts';
import { addr, build, FORWARDING, type Host, host } from './build.ts';

const place = { file: 'b/ipset-save.txt', line: 1, column: 1 };
const b = (more: Partial<Host> = {}): Network =>
  build(
    {
      a: host('10.0.0.1/24', { routes: ['default via 10.0.0.2'] }),
      b: {
        interfaces: { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24'] } },
        sysctl: FORWARDING,
        ...more,
      },
    },
    [['a:eth0', 'b:eth0']],
  );
const changed = (network: Network, change: (one: Interface) => Partial<Interface>): Network => {
  const node = network.nodes.get('b') as Node;
  const interfaces = node.interfaces.map((one) => (one.name === 'eth1' ? { ...one, ...change(one) } : one));
  return { ...network, nodes: new Map([...network.nodes, ['b', { ...node, interfaces }]]) };
};
const left = (network: Network, from = 'b', dst = '10.0.1.9') => toldAt(send(network, from, udp(dst, 53)), 'b');

describe('what leaves a node', () => {
  it('by a device whose frames nobody can follow is lost to sight before anybody is asked', () => {
    expect(left(changed(b(), () => ({ undecided: 'a port of ovs' }))).slice(2)).toEqual([
      'b route | a port of ovs | unknown',
      'request unknown b | b eth1: a port of ovs | b eth1 | b/ip-addr.txt',
    ]);
  });

  it('by a device that no capture shows is, too', () => {
    expect(left(b({ routes: ['8.0.0.0/8 dev gone'] }), 'b', '8.8.8.8').slice(1)).toEqual([
      'b route | 8.0.0.0/8 dev gone | via gone',
      'request unknown b | b gone: the capture of b shows no interface gone',
    ]);
  });

  it('by a tunnel asks for no neighbour', () => {
    expect(left(changed(b(), () => ({ kind: 'tun' }))).slice(2)).toEqual([
      'b link b/ip-addr.txt | eth1 is on no link of the snapshot | leaves at b:eth1',
      'request leaves b:eth1 | eth1',
    ]);
    expect(left(b())[2]).toContain('b neighbour | who has');
  });

  it('shows POSTROUTING where it came in, if it did', () => {
    const sets = [
      {
        name: 's',
        type: 'hash:net,iface',
        place,
        entries: [
          {
            nomatch: false,
            parts: [
              { kind: 'address', ranges: [[addr('10.0.0.0'), addr('10.0.0.255')]] },
              { kind: 'interface', name: 'eth0', physical: false },
            ],
          },
        ],
      },
    ] as const;
    const iptables = '*mangle\n-A POSTROUTING -m set --match-set s src,src -j DROP';
    expect(left(b({ sets, iptables }), 'a').at(-1)).toContain('request dropped b: rule');
    expect(left(b({ sets, iptables })).at(-1)).toBe('request leaves b:eth1 | eth1');
  });
});
