import { describe, expect, it } from 'vitest';
import type { Network, Unmodelled } from '../../src/network/network.ts';
import { ends, every, send, udp } from './ask.ts';
import { BRIDGE_NF, build, FORWARDING, guest, type Host, host } from './build.ts';

const routed = (more: Partial<Host>): Network =>
  build(
    {
      a: guest('10.0.0.1/24', '10.0.0.254'),
      b: guest('10.0.1.1/24', '10.0.1.254'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'] } },
        sysctl: FORWARDING,
        ...more,
      },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );

const bridged = (unmodelled: readonly Unmodelled[]): Network =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: host('10.0.0.2/24'),
      h: {
        interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: { addresses: ['10.0.0.3/24'] } },
        sysctl: BRIDGE_NF,
        unmodelled,
      },
    },
    [
      ['a:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
    ],
  );

const place = { file: 'h/ebtables-save.txt', line: 3, column: 1 };

describe('a node whose routes no capture shows', () => {
  const network = routed({ undecided: new Map([['routes', 'no capture of r shows its routes']]) });
  it('still knows its own addresses and what is connected', () => {
    expect(ends(send(network, 'a', udp('10.0.1.1', 53)))).toEqual(['delivered b', 'delivered a']);
    expect(ends(send(network, 'a', udp('10.0.1.254', 53)))).toEqual(['delivered r', 'delivered a']);
  });
  it('may have a route to anywhere else', () => {
    const { disposition } = send(network, 'a', udp('172.16.0.1', 53));
    expect(disposition.request).toMatchObject({
      kind: 'unknown',
      node: 'r',
      unknown: { reason: 'no capture of r shows its routes' },
    });
    expect(ends(send(network, 'r', udp('172.16.0.1', 53)))[0]).toBe('unknown r');
    expect(ends(send(routed({}), 'a', udp('172.16.0.1', 53)))[0]).toBe('dropped r: no route');
  });
});

it('nothing can be told of a node whose interfaces no capture shows', () => {
  const network = routed({ undecided: new Map([['interfaces', 'no capture of r shows its interfaces']]) });
  expect(ends(send(network, 'a', udp('10.0.1.1', 53)))[0]).toBe('unknown r');
  expect(ends(send(network, 'r', udp('10.0.1.1', 53)))[0]).toBe('unknown r');
});

it('a node whose interfaces are not shown may own any address of its segments', () => {
  const network = routed({ undecided: new Map([['interfaces', 'no capture of r shows its interfaces']]) });
  const all = every(network, 'a', udp('10.0.0.77', 53)).map((exchange) => ends(exchange)[0]);
  expect(all).toEqual(['dropped a: no neighbour', 'unknown r']);
});

it('rules for frames that are not modelled leave open what crosses the bridge, not what the host itself sends', () => {
  const ebtables: Unmodelled = {
    what: 'ebtables chain FORWARD',
    reason: 'it could drop frames',
    place,
    decides: 'bridge',
  };
  const { disposition } = send(bridged([ebtables]), 'a', udp('10.0.0.2', 53));
  expect(disposition.request).toMatchObject({
    kind: 'unknown',
    node: 'h',
    unknown: { reason: 'ebtables chain FORWARD: it could drop frames', origin: { place } },
  });
  expect(ends(send(bridged([ebtables]), 'h', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered h']);
  expect(ends(send(bridged([]), 'a', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered a']);
});

it('rules for ARP that are not modelled may or may not let it pass', () => {
  const arptables: Unmodelled = { what: 'arptables chain FORWARD', reason: 'it could drop ARP', place, decides: 'arp' };
  const all = every(bridged([arptables]), 'a', udp('10.0.0.2', 53)).map((exchange) => ends(exchange)[0]);
  expect(new Set(all)).toEqual(new Set(['dropped a: no neighbour', 'delivered b']));
  expect(
    every(bridged([{ ...arptables, decides: 'ip' }]), 'a', udp('10.0.0.2', 53)).map((exchange) => ends(exchange)[0]),
  ).toEqual(['delivered b']);
});
