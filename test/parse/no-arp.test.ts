import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { ends, icmp, send } from '../evaluate/ask.ts';

const shown = (name: string, flags: string, address: string, more = '') =>
  `2: ${name}: <${flags}> mtu 1500 ${more}qdisc noqueue state UP group default
    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff
    inet ${address} scope global ${name}
       valid_lft forever preferred_lft forever
`;
const USUAL = 'BROADCAST,MULTICAST,UP,LOWER_UP';
const NOARP = 'BROADCAST,MULTICAST,NOARP,UP,LOWER_UP';

function snapshot(a: string, links = "links: { x: ['a:eth0', 'b:eth0'] }\n"): Network {
  const b = shown('eth0', USUAL, '10.0.0.2/24').replace('00:01', '00:02');
  const files = new Map([
    ['network.yaml', `version: 1\nassume: kernel-defaults\n${links}`],
    ['a/ip-addr.txt', a],
    ['b/ip-addr.txt', b],
  ]);
  const { value, located } = parseSnapshot(files);
  if (value === undefined) throw new Error(JSON.stringify(located));
  return value;
}
const undecided = (network: Network, name = 'eth0') =>
  network.nodes.get('a')?.interfaces.find((one) => one.name === name)?.undecided;
const named = (network: Network) => network.nodes.get('a')?.unmodelled.map(({ what }) => what);

// measured: with `ip link set eth0 arp off` frames go to the sender's own MAC address, and requests are not answered
describe('an interface with NOARP', () => {
  it('leaves open what becomes of packets there, and is named', () => {
    const network = snapshot(shown('eth0', NOARP, '10.0.0.1/24'));
    expect(undecided(network)).toContain('NOARP on eth0');
    expect(named(network)).toContain('NOARP on eth0');
    expect(ends(send(network, 'a', icmp('10.0.0.2')))[0]).toContain('unknown');
    expect(ends(send(network, 'b', icmp('10.0.0.1')))[0]).toContain('unknown');
  });

  it('decides nothing without the flag, outside of every link, or on a dummy', () => {
    expect(undecided(snapshot(shown('eth0', USUAL, '10.0.0.1/24')))).toBeUndefined();
    const outside = snapshot(shown('eth0', NOARP, '10.0.0.1/24'), '');
    expect([undecided(outside), named(outside)]).toEqual([undefined, []]);
    expect(ends(send(outside, 'a', icmp('10.0.0.2')))[0]).toContain('leaves');
    const dummy = `${shown('eth0', USUAL, '10.0.0.1/24')}3: dummy0: <BROADCAST,NOARP,UP,LOWER_UP> mtu 1500 state UNKNOWN\n    link/ether 02:00:00:00:00:09 brd ff:ff:ff:ff:ff:ff\n    dummy numtxqueues 1\n    inet 10.9.0.1/32 scope global dummy0\n`;
    expect(undecided(snapshot(dummy), 'dummy0')).toBeUndefined();
    expect(ends(send(snapshot(dummy), 'b', icmp('10.0.0.1')))[0]).toContain('delivered');
  });
});
