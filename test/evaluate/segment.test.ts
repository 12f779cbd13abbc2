import { describe, expect, it } from 'vitest';
import { accepts, livesAt, livesBehind } from '../../src/evaluate/segment.ts';
import type { Network } from '../../src/network/network.ts';
import { build, host, type Port } from './build.ts';
import { at, changed, GROUP, mac, nodeOf, number, one, port, reached } from './segment-network.ts';

/** a and b on the bridge of h, c behind the bridge of k, which is on a third port of h. */
const network = (h: Readonly<Record<string, Port>> = {}, k: Readonly<Record<string, Port>> = {}): Network =>
  build(
    {
      a: at(1),
      b: at(2),
      c: at(3),
      h: { interfaces: { p1: port(11), p2: port(12), p3: port(13), br0: { mac: mac(10) }, ...h } },
      k: { interfaces: { q1: port(21), q2: port(22), br0: { mac: mac(20) }, ...k } },
    },
    [
      ['a:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
      ['h:p3', 'k:q1'],
      ['c:eth0', 'k:q2'],
    ],
  );

describe('a frame', () => {
  it('for a group comes to every bridge and every end', () => {
    expect(reached(network(), 'a:eth0', GROUP)).toEqual(['h:br0 b:eth0 k:br0 c:eth0', '', 'h k']);
    expect(reached(network(), 'h:br0', GROUP)).toEqual(['a:eth0 b:eth0 k:br0 c:eth0', '', 'h k']);
    expect(reached(network(), 'c:eth0', GROUP)).toEqual(['k:br0 h:br0 a:eth0 b:eth0', '', 'k h']);
  });

  it('for one address comes to whoever has it, past the bridges on the way', () => {
    expect(reached(network(), 'a:eth0', number(2))).toEqual(['b:eth0', '', 'h']);
    expect(reached(network(), 'a:eth0', number(3))).toEqual(['c:eth0', '', 'h k']);
    expect(reached(network(), 'h:br0', number(3))).toEqual(['c:eth0', '', 'h k']);
    expect(reached(network(), 'a:eth0', number(20))).toEqual(['k:br0', '', 'h k']);
  });

  it('for a bridge, or one of its ports, goes up there and no further', () => {
    for (const last of [10, 11, 12, 13]) expect(reached(network(), 'a:eth0', number(last))).toEqual(['h:br0', '', 'h']);
    expect(reached(network(), 'h:br0', number(10))).toEqual(['', '', 'h']);
    expect(reached(network(), 'h:br0', number(12))).toEqual(['', '', 'h']);
  });

  it('for an address that nobody has passes everywhere and is taken nowhere', () => {
    expect(reached(network(), 'a:eth0', number(99))).toEqual(['', '', 'h k']);
  });

  it('never goes back where it came from', () => {
    expect(reached(network(), 'a:eth0', number(1))).toEqual(['', '', 'h']);
  });

  it('does not pass what is down or has no carrier', () => {
    for (const off of [{ up: false }, { carrier: false }]) {
      expect(reached(changed(network(), 'h:p2', off), 'a:eth0', GROUP)[0]).toBe('h:br0 k:br0 c:eth0');
      expect(reached(changed(network(), 'k:q1', off), 'a:eth0', GROUP)).toEqual(['h:br0 b:eth0', '', 'h']);
      expect(reached(changed(network(), 'a:eth0', off), 'a:eth0', GROUP)).toEqual(['', '', '']);
    }
    const down = changed(network(), 'h:br0', { up: false });
    expect(reached(down, 'a:eth0', GROUP)).toEqual(['', '', '']);
    expect(reached(down, 'a:eth0', number(2))).toEqual(['', '', '']);
  });

  it('is lost to sight where an interface leads outside, or does what nobody can follow', () => {
    const edge = network({ p4: port(14) });
    expect(reached(edge, 'a:eth0', GROUP)).toEqual(['h:br0 b:eth0 k:br0 c:eth0', 'h:p4', 'h k']);
    const hidden = changed(network(), 'h:p2', { undecided: 'a port of ovs' });
    expect(reached(hidden, 'a:eth0', GROUP)).toEqual(['h:br0 k:br0 c:eth0', 'h:p2', 'h k']);
    // what a hidden interface hears it may answer
    expect(reached(changed(network(), 'b:eth0', { undecided: 'macvlan' }), 'a:eth0', GROUP)[0]).toBe(
      'h:br0 b:eth0 k:br0 c:eth0',
    );
    expect(reached(changed(network(), 'h:p1', { undecided: 'a port of ovs' }), 'a:eth0', GROUP)).toEqual([
      'h:p1',
      '',
      '',
    ]);
    expect(reached(changed(network(), 'b:eth0', { undecided: 'macvlan' }), 'b:eth0', GROUP)).toEqual([
      '',
      'b:eth0',
      '',
    ]);
  });

  it('on a ring comes by everybody once', () => {
    const ring = build(
      {
        a: at(1),
        h: { interfaces: { p1: port(11), p2: port(12), p3: port(13), br0: { mac: mac(10) } } },
        k: { interfaces: { q1: port(21), q2: port(22), br0: { mac: mac(20) } } },
      },
      [
        ['a:eth0', 'h:p1'],
        ['h:p2', 'k:q1'],
        ['h:p3', 'k:q2'],
      ],
    );
    const [taken] = reached(ring, 'a:eth0', GROUP);
    expect([...new Set(taken.split(' '))].sort()).toEqual(['a:eth0', 'h:br0', 'k:br0']);
    expect(livesBehind(ring, nodeOf(ring, 'h'), one(ring, 'h:p2'), number(99))).toBe(false);
  });
});

describe('a switch that knows one address a port', () => {
  const filtered = (more: Readonly<Record<string, Port>> = {}): Network => {
    const { links, ...rest } = network(more);
    const ends = links.map((link) => ({
      ...link,
      ends: link.ends.map((end) => (end.interface === 'p2' ? { ...end, ownAddressOnly: true } : end)),
    }));
    return { ...rest, links: ends };
  };
  it('delivers groups and that address', () => {
    const taken = (to: number) => accepts(filtered(), { node: 'h', interface: 'p2', ownAddressOnly: true }, to);
    expect([taken(GROUP), taken(number(12)), taken(number(10)), taken(number(1))]).toEqual([true, true, false, false]);
    expect(accepts(filtered(), { node: 'h', interface: 'p2', ownAddressOnly: false }, number(1))).toBe(true);
    expect(accepts(filtered(), { node: 'h', interface: 'gone', ownAddressOnly: true }, number(1))).toBe(false);
  });
  it('cuts off what is behind the port', () => {
    expect(reached(filtered(), 'b:eth0', number(1))).toEqual(['', '', '']);
    expect(reached(filtered(), 'b:eth0', number(12))).toEqual(['h:br0', '', 'h']);
    expect(reached(filtered(), 'b:eth0', GROUP)[0]).toBe('h:br0 a:eth0 k:br0 c:eth0');
  });
});

describe('an address lives', () => {
  const behind = (of: Network, name: string, last: number) =>
    livesBehind(of, nodeOf(of, 'h'), one(of, `h:${name}`), number(last));
  it('behind the port that leads to it: at the end, at a bridge, at a port, behind a port', () => {
    for (const last of [3, 20, 21, 22]) {
      expect([last, behind(network(), 'p3', last)]).toEqual([last, true]);
      expect([last, behind(network(), 'p1', last)]).toEqual([last, false]);
    }
    expect([behind(network(), 'p1', 1), behind(network(), 'p3', 1)]).toEqual([true, false]);
    // its own bridge is on this side
    expect(behind(network(), 'p3', 10)).toBe(false);
  });

  it('nowhere that is not up', () => {
    for (const off of [{ up: false }, { carrier: false }]) {
      expect(behind(changed(network(), 'k:q1', off), 'p3', 3)).toBe(false);
      expect(behind(changed(network(), 'k:q2', off), 'p3', 3)).toBe(false);
    }
    expect(behind(changed(network(), 'k:br0', { up: false }), 'p3', 3)).toBe(false);
    expect(behind(changed(network(), 'k:br0', { up: false }), 'p3', 20)).toBe(false);
    expect(behind(changed(network(), 'k:br0', { up: false }), 'p3', 21)).toBe(true);
  });

  it('at an end of a link, or at what is above it', () => {
    const stacked: Network = build(
      {
        a: {
          interfaces: {
            eth0: { mac: mac(1) },
            v5: { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, mac: mac(2) },
            off: { kind: 'vlan', vlan: { parent: 'eth0', id: 6 }, mac: mac(3), up: false },
            s1: { mac: mac(4), master: 'bond0' },
            bond0: { kind: 'bond', mac: mac(5) },
          },
        },
        b: host('10.0.0.1/24'),
      },
      [['a:eth0', 'b:eth0'], ['a:s1']],
    );
    const lives = (name: string, last: number) =>
      livesAt(stacked, { node: 'a', interface: name, ownAddressOnly: false }, number(last));
    expect([1, 2, 3, 4, 5].map((last) => lives('eth0', last))).toEqual([true, true, false, false, false]);
    expect([1, 2, 3, 4, 5].map((last) => lives('s1', last))).toEqual([false, false, false, true, true]);
    expect([lives('v5', 1), lives('v5', 2), lives('gone', 1)]).toEqual([false, true, false]);
  });
});
