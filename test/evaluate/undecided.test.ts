import { describe, expect, it } from 'vitest';
import type { Network, Node, PolicyRule, Unmodelled } from '../../src/network/network.ts';
import { ends, every, send, udp } from './ask.ts';
import { BRIDGE_NF, build, FORWARDING, host, POLICY, routed } from './build.ts';

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
  it('still takes what is for its own addresses, but can tell nothing of the way back', () => {
    expect(ends(send(network, 'a', udp('10.0.1.254', 53)))).toEqual(['delivered r', 'unknown r']);
    expect(ends(send(routed({}), 'a', udp('10.0.1.254', 53)))).toEqual(['delivered r', 'delivered a']);
  });
  it('may have a longer prefix before any that is shown: a connected network is no more certain', () => {
    expect(ends(send(network, 'a', udp('10.0.1.1', 53)))[0]).toBe('unknown r');
    expect(ends(send(network, 'r', udp('10.0.1.1', 53)))[0]).toBe('unknown r');
    expect(ends(send(routed({}), 'a', udp('10.0.1.1', 53)))[0]).toBe('delivered b');
  });
  it('validates sources by routes that may not be shown', () => {
    const undecided = new Map([['routes', 'no capture of r shows its routes']] as const);
    for (const mode of [1, 2]) {
      const strict = routed({ undecided, sysctl: { ...FORWARDING, 'net.ipv4.conf.all.rp_filter': mode } });
      const met = every(strict, 'a', udp('10.0.0.254', 53)).map((exchange) => ends(exchange)[0]);
      expect(new Set(met)).toEqual(new Set(['dropped a: no neighbour', 'unknown r']));
    }
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

describe('a policy rule that is not modelled', () => {
  const open = (priority: number): PolicyRule => ({
    priority,
    inverted: false,
    action: { kind: 'unreachable' },
    text: `${priority}: from all uidrange 0-0 lookup 7`,
    undecided: 'uidrange is not modelled',
  });
  it('leaves open every lookup that comes to it', () => {
    const network = routed({ rules: [open(100)] });
    expect(send(network, 'r', udp('10.0.1.1', 53)).disposition.request).toMatchObject({
      kind: 'unknown',
      unknown: { reason: 'uidrange is not modelled', origin: { text: open(100).text } },
    });
    expect(ends(send(network, 'r', udp('10.0.1.254', 53)))).toEqual(['delivered r', 'delivered r']);
  });
  it('makes source validation look for the way back, which is left open too', () => {
    const met = every(routed({ rules: [open(100)] }), 'a', udp('10.0.0.254', 53)).map((one) => ends(one)[0]);
    expect(new Set(met)).toEqual(new Set(['dropped a: no neighbour', 'unknown r']));
  });
  it('leaves open even the addresses of the node where it comes first', () => {
    const rules = [open(0), ...POLICY];
    const network = routed({});
    const r = network.nodes.get('r') as Node;
    const first: Network = { ...network, nodes: new Map([...network.nodes, ['r', { ...r, rules }]]) };
    expect(ends(send(first, 'r', udp('10.0.1.254', 53)))[0]).toBe('unknown r');
  });
});

it('an interface that does what is not modelled loses every frame to sight, and may answer ARP', () => {
  const network = routed({});
  const r = network.nodes.get('r') as Node;
  const interfaces = r.interfaces.map((one) => (one.name === 'eth1' ? { ...one, undecided: 'a port of ovs' } : one));
  const hidden: Network = { ...network, nodes: new Map([...network.nodes, ['r', { ...r, interfaces }]]) };
  expect(ends(send(hidden, 'a', udp('10.0.1.1', 53)))[0]).toBe('unknown r');
  expect(ends(send(hidden, 'a', udp('10.0.0.254', 53)))).toEqual(['delivered r', 'delivered a']);
  const met = every(hidden, 'b', udp('10.0.1.77', 53)).map((one) => ends(one)[0]);
  expect(new Set(met)).toEqual(new Set(['dropped b: no neighbour', 'unknown r']));
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

it('rules for frames that are not modelled leave open what crosses the bridge, and what the host itself sends by it', () => {
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
  expect(ends(send(bridged([ebtables]), 'h', udp('10.0.0.2', 53)))[0]).toBe('unknown h');
  expect(ends(send(bridged([]), 'h', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered h']);
  // ebtables can answer ARP by itself (-j arpreply)
  expect(ends(send(bridged([ebtables]), 'a', udp('10.0.0.77', 53)))[0]).toBe('unknown a');
  expect(ends(send(bridged([]), 'a', udp('10.0.0.77', 53)))[0]).toBe('dropped a: no neighbour');
  expect(ends(send(bridged([]), 'a', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered a']);
});

it('rules for ARP that are not modelled leave open who answers', () => {
  const arptables: Unmodelled = { what: 'arptables chain FORWARD', reason: 'it could drop ARP', place, decides: 'arp' };
  const all = every(bridged([arptables]), 'a', udp('10.0.0.2', 53)).map((exchange) => ends(exchange)[0]);
  expect(all).toEqual(['unknown a']);
  expect(ends(send(bridged([]), 'a', udp('10.0.0.2', 53)))[0]).toBe('delivered b');
});

it('rules for packets that are not modelled leave open what passes a hook', () => {
  const nft: Unmodelled = { what: 'nft chain inet t c', reason: 'it could drop packets', place, decides: 'ip' };
  expect(ends(send(bridged([nft]), 'a', udp('10.0.0.2', 53)))[0]).toBe('unknown h');
  expect(ends(send(bridged([nft]), 'a', udp('10.0.0.3', 53)))[0]).toBe('unknown h');
});
