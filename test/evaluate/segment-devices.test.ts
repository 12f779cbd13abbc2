import { describe, expect, it } from 'vitest';
import { activeSlaves, bondOf, isLocalMac, vlanOn, works } from '../../src/evaluate/segment.ts';
import type { Interface, Network } from '../../src/network/network.ts';
import { build } from './build.ts';
import { at, changed, GROUP, mac, nodeOf, number, port, reached } from './segment-network.ts';

describe('devices above and below', () => {
  const stack = nodeOf(
    build(
      {
        a: {
          interfaces: {
            eth0: {},
            eth1: {},
            v5: { kind: 'vlan', vlan: { parent: 'eth0', id: 5 } },
            down: { kind: 'vlan', vlan: { parent: 'eth0', id: 7 }, up: false },
            s0: { master: 'bond0', up: false },
            s1: { master: 'bond0' },
            s2: { master: 'bond0' },
            other: { master: 'bond1' },
            bond0: { kind: 'bond' },
            p1: { master: 'br0', mac: mac(11) },
            br0: { mac: mac(10) },
          },
        },
      },
      [],
    ),
    'a',
  );
  const find = (name: string) => stack.interfaces.find((each) => each.name === name) as Interface;
  it('a vlan device takes the frames of its parent that carry its tag, while it is up', () => {
    const on = (name: string, tag?: number) => vlanOn(stack, find(name), tag)?.name;
    expect([on('eth0', 5), on('eth0', 6), on('eth0', 7), on('eth1', 5), on('eth0')]).toEqual([
      'v5',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
  it('a bond sends by its first slave that works', () => {
    expect(activeSlaves(stack, find('bond0')).map(({ name }) => name)).toEqual(['s1']);
    expect(activeSlaves(stack, find('br0')).map(({ name }) => name)).toEqual(['p1']);
    expect(['s1', 'p1', 'other', 'eth0'].map((name) => bondOf(stack, find(name))?.name)).toEqual([
      'bond0',
      undefined,
      undefined,
      undefined,
    ]);
  });
  it('the addresses of a bridge are its own and those of its ports', () => {
    expect([10, 11, 12].map((last) => isLocalMac(stack, find('br0'), number(last)))).toEqual([true, true, false]);
  });
  it('an interface works while it is up and has a carrier', () => {
    const eth0 = find('eth0');
    expect([works(eth0), works(undefined)]).toEqual([true, false]);
    expect([works({ ...eth0, up: false }), works({ ...eth0, carrier: false })]).toEqual([false, false]);
  });
});

describe('a frame of a vlan or bond', () => {
  const tagged = (id: number): Network =>
    build(
      {
        a: {
          interfaces: { eth0: { mac: mac(1) }, v5: { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, mac: mac(1) } },
        },
        h: {
          interfaces: {
            p1: port(11),
            p2: port(12),
            br0: { mac: mac(10) },
            'br0.5': { kind: 'vlan', vlan: { parent: 'br0', id }, mac: mac(10) },
          },
        },
        b: { interfaces: { eth0: { mac: mac(2) }, v: { kind: 'vlan', vlan: { parent: 'eth0', id }, mac: mac(2) } } },
      },
      [
        ['a:eth0', 'h:p1'],
        ['b:eth0', 'h:p2'],
      ],
    );
  it('comes to devices of its tag only, above bridges, too', () => {
    expect(reached(tagged(5), 'a:v5', GROUP)).toEqual(['h:br0.5 b:v', '', 'h']);
    expect(reached(tagged(6), 'a:v5', GROUP)).toEqual(['', '', 'h']);
    expect(reached(tagged(5), 'a:eth0', GROUP)).toEqual(['h:br0 b:eth0', '', 'h']);
    expect(reached(tagged(5), 'a:v5', number(2))[0]).toBe('b:v');
    expect(reached(tagged(5), 'a:v5', number(10))[0]).toBe('h:br0.5');
  });
  it('of a parent that is not shown goes nowhere', () => {
    const lone = changed(tagged(5), 'a:v5', { vlan: { parent: 'gone', id: 5 } });
    expect(reached(lone, 'a:v5', GROUP)).toEqual(['', '', '']);
  });
  it('of a bond leaves by one slave, and is taken by the bond', () => {
    const bonded = build(
      {
        a: {
          interfaces: {
            s1: { master: 'bond0', mac: mac(1) },
            s2: { master: 'bond0', mac: mac(1) },
            bond0: { kind: 'bond', mac: mac(1) },
          },
        },
        b: at(2),
        c: at(3),
      },
      [
        ['a:s1', 'b:eth0'],
        ['a:s2', 'c:eth0'],
      ],
    );
    expect(reached(bonded, 'a:bond0', GROUP)).toEqual(['b:eth0', '', '']);
    expect(reached(bonded, 'b:eth0', GROUP)).toEqual(['a:bond0', '', '']);
    expect(reached(bonded, 'c:eth0', number(1))).toEqual(['a:bond0', '', '']);
  });
});
