import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { ends, every, icmp, send } from './ask.ts';
import { build, type Host, NO_BRIDGE_NF, type Port } from './build.ts';
import { PASSES } from './frame-network.ts';
import { ARP, arptables, ebtables, IPV4, REQUEST, type Written } from './frame-rules.ts';

const LOST = 'dropped a: no neighbour';
const NEVER = ebtables({ filter: { FORWARD: [{ tests: [{ kind: 'protocol', type: 0x1234 }] }] } });
const losing = (...tests: readonly Written[]): NonNullable<Host['frameRules']> =>
  ebtables({ filter: { FORWARD: [{ tests: [ARP, ...tests] }] } });

const bridge = (ports: Readonly<Record<string, Port>>, more: Partial<Host> = {}): Host => ({
  interfaces: { ...ports, br0: {} },
  sysctl: NO_BRIDGE_NF,
  ...more,
});
const ENDS = {
  a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'] } } },
  b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'] } } },
};

/** a behind h's bridge, b behind k's, the two joined by some links. */
const joined = (cables: number, h: Host['frameRules'], k: Host['frameRules']): Network => {
  const names = Array.from({ length: cables }, (_, n) => `u${n}`);
  const ports = Object.fromEntries(['p', ...names].map((name) => [name, { master: 'br0' }]));
  const ruled = (frameRules: Host['frameRules']) => (frameRules === undefined ? {} : { frameRules });
  return build({ ...ENDS, h: bridge(ports, ruled(h)), k: bridge(ports, ruled(k)) }, [
    ['a:eth0', 'h:p'],
    ['b:eth0', 'k:p'],
    ...names.map((name) => [`h:${name}`, `k:${name}`]),
  ]);
};

describe('ARP past rules', () => {
  it('passes the rules of every bridge on its way', () => {
    const ping = (h: Host['frameRules'], k: Host['frameRules']): readonly string[] =>
      ends(send(joined(1, h, k), 'a', icmp('10.0.0.2')));
    expect(ping(NEVER, undefined)).toEqual(PASSES);
    expect(ping(undefined, losing())[0]).toBe(LOST);
    expect(ping(losing({ kind: 'out', name: 'p' }), undefined)[0]).toBe(LOST);
    expect(ping(losing({ kind: 'out', name: 'u0' }), undefined)[0]).toBe(LOST);
    expect(ping(losing({ kind: 'out', name: 'u1' }), NEVER)).toEqual(PASSES);
  });

  it('comes to an end where bridges make a ring', () => {
    expect(ends(send(joined(2, NEVER, NEVER), 'a', icmp('10.0.0.9')))[0]).toBe(LOST);
  });

  it('goes by bonds and by vlan devices, whose tags hide it', () => {
    const tagged = (frameRules: Host['frameRules']): Network =>
      build(
        {
          a: {
            interfaces: {
              eth0: { master: 'bond0' },
              bond0: { kind: 'bond' },
              v5: { kind: 'vlan', vlan: { parent: 'bond0', id: 5 }, addresses: ['10.0.0.1/24'] },
            },
          },
          b: ENDS.b,
          h: bridge(
            { p1: {}, v5: { kind: 'vlan', vlan: { parent: 'p1', id: 5 }, master: 'br0' }, p2: { master: 'br0' } },
            frameRules === undefined ? {} : { frameRules },
          ),
        },
        [
          ['a:eth0', 'h:p1'],
          ['b:eth0', 'h:p2'],
        ],
      );
    const first = (frameRules: Host['frameRules']): string | undefined =>
      ends(send(tagged(frameRules), 'a', icmp('10.0.0.2')))[0];
    // the vlan device of the port takes the tag off before the bridge sees the frame
    expect(first(losing({ kind: 'in', name: 'v5' }))).toBe(LOST);
    expect(first(losing({ kind: 'in', name: 'p1' }))).toBe(first(undefined));
    expect(first(NEVER)).toBe(first(undefined));
  });

  it('is not heard by a switch port that takes its own address only', () => {
    const filtered = (frameRules: Host['frameRules']): Network =>
      build(
        {
          ...ENDS,
          h: bridge({ p1: { master: 'br0' }, p2: { master: 'br0' } }, frameRules === undefined ? {} : { frameRules }),
        },
        [
          ['a:eth0', 'h:p1!'],
          ['b:eth0', 'h:p2'],
        ],
      );
    // b's request goes to all, a's answer to b is for nobody at p1
    expect(ends(send(filtered(NEVER), 'b', icmp('10.0.0.1')))).toEqual(
      ends(send(filtered(undefined), 'b', icmp('10.0.0.1'))),
    );
    expect(ends(send(filtered(NEVER), 'b', icmp('10.0.0.1')))[0]).toBe('dropped b: no neighbour');
  });

  it('may be answered by a node that no capture shows, whatever the rules on the way back', () => {
    const unseen = (...tests: readonly Written[]): Network =>
      build(
        {
          a: ENDS.a,
          b: { interfaces: { eth0: {} }, undecided: new Map([['interfaces', 'not shown']]) },
          h: bridge({ p1: { master: 'br0' }, p2: { master: 'br0' } }, { frameRules: losing(...tests) }),
        },
        [
          ['a:eth0', 'h:p1'],
          ['b:eth0', 'h:p2'],
        ],
      );
    const all = (...tests: readonly Written[]): readonly (string | undefined)[] =>
      [...new Set(every(unseen(...tests), 'a', icmp('10.0.0.2')).map((run) => ends(run)[0]))].sort();
    expect(all({ kind: 'arp operation', operation: 2 })).toEqual([LOST, 'unknown b']);
    expect(all(REQUEST)).toEqual([LOST]);
  });

  it('leaves what is not modelled unknown, rules or not', () => {
    const open = (decides: 'arp' | 'bridge'): Network => {
      const unmodelled = [
        { what: 'nft table', reason: 'not modelled', place: { file: 'nft', line: 1, column: 1 }, decides },
      ];
      return build(
        {
          ...ENDS,
          h: bridge(
            { p1: { master: 'br0' }, p2: { master: 'br0' } },
            { frameRules: NEVER, arpRules: arptables({}), unmodelled },
          ),
        },
        [
          ['a:eth0', 'h:p1'],
          ['b:eth0', 'h:p2'],
        ],
      );
    };
    expect(ends(send(open('arp'), 'a', icmp('10.0.0.2')))[0]).toBe('unknown a');
    expect(ends(send(open('bridge'), 'a', icmp('10.0.0.2')))[0]).toBe('unknown h');
    expect(ends(send(open('bridge'), 'a', icmp('10.0.0.9')))[0]).toBe('unknown a');
  });
});

it('in IPv4 that a ring of bridges passes, rules see every copy', () => {
  const ring = joined(
    2,
    ebtables({ filter: { FORWARD: [{ tests: [IPV4, { kind: 'out', name: 'u1' }] }] } }),
    undefined,
  );
  expect(ends(send(ring, 'a', icmp('10.0.0.2')))[0]).toBe('delivered b');
});
