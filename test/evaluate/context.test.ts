import { describe, expect, it } from 'vitest';
import { addressTypes, type Position, ruleContext } from '../../src/evaluate/context.ts';
import { newSkb, type Skb } from '../../src/evaluate/skb.ts';
import type { Node } from '../../src/network/network.ts';
import type { Rule } from '../../src/network/ruleset.ts';
import { printAddress } from '../../src/packet/address.ts';
import type { Leg } from '../../src/packet/exchange.ts';
import { udp } from './ask.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, type Host } from './build.ts';

const nodeB = (more: Partial<Host> = {}): Node => {
  const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24'] } };
  const made = build({ b: { interfaces: { lo: { addresses: [] }, ...interfaces }, ...more } }, []).nodes.get('b');
  if (made === undefined) throw new Error('no b');
  return made;
};

const place = { file: 'b/iptables-save.txt', line: 9, column: 1 };
const rule: Rule = { number: 4, header: {}, matches: [], action: { kind: 'none' }, text: '-A FORWARD', place };
const context = (
  position: Partial<Position>,
  more: Partial<Skb> = {},
  node = nodeB(),
  world = worldOf(build({}, [])),
) =>
  ruleContext(
    world,
    { ...newSkb('request', udp('10.0.0.2', 53)), ...more },
    { node, hook: 'FORWARD', ...position },
    'filter',
    'x',
    rule,
  );

describe('a rule knows', () => {
  it('where it is asked, and the devices that the hook has', () => {
    expect(context({ in: 'eth0', out: 'eth1' })).toMatchObject({
      node: 'b',
      hook: 'FORWARD',
      table: 'filter',
      in: 'eth0',
      out: 'eth1',
      bridged: false,
    });
    const bare = Object.keys(context({ hook: 'OUTPUT' }));
    for (const part of ['in', 'out', 'physIn', 'physOut']) expect(bare).not.toContain(part);
  });

  it('the port that a frame came in by, and the one that it leaves by while it crosses the bridge', () => {
    expect(context({}, { bridge: { physIn: 'p1', physOut: 'p2' } })).toMatchObject({
      physIn: 'p1',
      physOut: 'p2',
      bridged: true,
    });
    const up = context({}, { bridge: { physIn: 'p1' } });
    expect([up.physIn, 'physOut' in up, up.bridged]).toEqual(['p1', false, false]);
  });

  it('whether the node hears itself: by lo, or what it sent to all', () => {
    const looped = (position: Partial<Position>) => 'looped' in context(position);
    expect([looped({ in: 'lo' }), looped({ in: 'eth0', looped: true }), looped({ in: 'eth0' }), looped({})]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(context({ in: 'lo' }).looped).toBe(true);
  });

  it('the types of addresses, and the groups of devices', () => {
    const node = nodeB();
    const interfaces = node.interfaces.map((one) => (one.name === 'eth0' ? { ...one, group: 7 } : one));
    const { addressTypes: typesOf, groupOf } = context({}, {}, { ...node, interfaces });
    expect([typesOf().get('LOCAL'), typesOf('eth0').get('LOCAL')]).toEqual([
      addressTypes(node).get('LOCAL'),
      addressTypes(node, 'eth0').get('LOCAL'),
    ]);
    expect(['eth0', 'eth1', 'gone', undefined].map((device) => groupOf(device))).toEqual([
      7,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('whether an answer would leave by the device that the packet came in by, if routes are shown', () => {
    const way = { loose: false, marked: false, local: false, inverted: false };
    const back = (device: string, more: Partial<Host> = {}) =>
      context({ in: device }, {}, nodeB(more)).leadsBack(way, udp('10.0.0.2', 53, { src: addr('10.0.0.9') }));
    expect([back('eth0'), back('eth1')]).toEqual([true, false]);
    expect(back('eth0', { undecided: new Map([['routes', 'not shown']]) })).toEqual({
      id: 'b filter x 4 #1 request FORWARD/1',
      reason: '-m rpfilter: the way back, where routes are not shown: not shown',
      origin: { node: 'b', text: '-A FORWARD', place },
    });
  });

  it('the primary addresses of a device', () => {
    const node = nodeB();
    const interfaces = node.interfaces.map((one) =>
      one.name === 'eth0'
        ? { ...one, addresses: [...one.addresses.map((a) => ({ ...a, secondary: true, local: 7 })), ...one.addresses] }
        : one,
    );
    const { addressesOf } = context({}, {}, { ...node, interfaces });
    expect(['eth0', 'eth1', 'gone'].map((device) => addressesOf(device))).toEqual([
      [addr('10.0.0.2')],
      [addr('10.0.1.2')],
      [],
    ]);
  });

  it('the sets of its node', () => {
    const set = { name: 's', type: 'hash:ip', entries: [], place };
    const { set: find } = context({}, {}, nodeB({ sets: [set] }));
    expect([find('s'), find('t')]).toEqual([set, undefined]);
  });

  it('whether defaults may be taken for granted, and writes down what is', () => {
    const said = (partial: boolean) => {
      const world = worldOf(build({}, []));
      const granted = context({}, {}, nodeB({ partial }), world).assume?.('t');
      return [granted, [...world.assumptions.values()]];
    };
    expect(said(false)).toEqual([true, [{ node: 'b', text: 't' }]]);
    expect(said(true)).toEqual([false, []]);
  });
});

describe('an unknown of a rule', () => {
  it('is named for the rule, the packet and the hook, and says where it stands', () => {
    expect(context({}).unknown('why')).toEqual({
      id: 'b filter x 4 #1 request FORWARD/1',
      reason: 'why',
      origin: { node: 'b', text: '-A FORWARD', place },
    });
  });

  it('is another one for each occurrence, visit, packet and hook', () => {
    const world = worldOf(build({}, []));
    const ids = (leg: Leg, hook: Position['hook']) => {
      world.leg = leg;
      const { unknown } = context({ hook }, {}, nodeB(), world);
      return [unknown('a').id, unknown('a').id].map((id) => id.replace('b filter x 4 ', ''));
    };
    expect(ids('request', 'FORWARD')).toEqual(['#1 request FORWARD/1', '#2 request FORWARD/1']);
    expect(ids('request', 'FORWARD')).toEqual(['#1 request FORWARD/2', '#2 request FORWARD/2']);
    expect(ids('answer', 'FORWARD')).toEqual(['#1 answer FORWARD/1', '#2 answer FORWARD/1']);
    expect(ids('request', 'INPUT')).toEqual(['#1 request INPUT/1', '#2 request INPUT/1']);
  });
});

/** `TYPE: A-B, C` of each type that has addresses, but UNICAST, which is the rest. */
const types = (more: Partial<Host>, limitTo?: string): readonly string[] =>
  [...addressTypes(nodeB(more), limitTo)]
    .filter(([, ranges]) => ranges.length > 0)
    .map(([type, ranges]) => {
      const each = ranges.map(([low, high]) =>
        low === high ? printAddress(low) : `${printAddress(low)}-${printAddress(high)}`,
      );
      return `${type}: ${each.join(', ')}`;
    })
    .sort();
const of = (type: string, more: Partial<Host> = {}, limitTo?: string): string | undefined =>
  types(more, limitTo)
    .find((line) => line.startsWith(`${type}:`))
    ?.slice(type.length + 2);

describe('the type of an address', () => {
  it('is what the local table says of it, all others are UNICAST', () => {
    expect(types({})).toEqual([
      'BROADCAST: 0.0.0.0, 10.0.0.255, 10.0.1.255, 255.255.255.255',
      'LOCAL: 10.0.0.2, 10.0.1.2',
      'MULTICAST: 224.0.0.0-239.255.255.255',
      'UNICAST: 0.0.0.1-10.0.0.1, 10.0.0.3-10.0.0.254, 10.0.1.0-10.0.1.1, 10.0.1.3-10.0.1.254, 10.0.2.0-223.255.255.255, 240.0.0.0-255.255.255.254',
    ]);
  });

  it('is nothing that another table says', () => {
    expect(of('BLACKHOLE', { routes: ['blackhole 192.0.2.0/24'] })).toBeUndefined();
    expect(of('BLACKHOLE', { routes: ['blackhole 192.0.2.0/24 table 255'] })).toBe('192.0.2.0-192.0.2.255');
  });

  it('is that of the longest prefix, whichever stands first, then of the lowest metric, then of the first', () => {
    const wide = 'blackhole 192.0.2.0/24 table 255';
    const narrow = 'local 192.0.2.7/32 dev eth0';
    for (const routes of [
      [wide, narrow],
      [narrow, wide],
    ])
      expect(of('BLACKHOLE', { routes })).toBe('192.0.2.0-192.0.2.6, 192.0.2.8-192.0.2.255');
    const cheap = `prohibit 192.0.2.0/24 table 255 metric 5`;
    const dear = `unreachable 192.0.2.0/24 table 255 metric 6`;
    for (const routes of [
      [cheap, dear],
      [dear, cheap],
    ])
      expect([of('PROHIBIT', { routes }), of('UNREACHABLE', { routes })]).toEqual(['192.0.2.0-192.0.2.255', undefined]);
    const [one, two] = ['prohibit 192.0.2.0/24 table 255', 'unreachable 192.0.2.0/24 table 255'];
    expect([of('PROHIBIT', { routes: [one, two] }), of('UNREACHABLE', { routes: [one, two] })]).toEqual([
      '192.0.2.0-192.0.2.255',
      undefined,
    ]);
    expect(of('UNREACHABLE', { routes: [two, one] })).toBe('192.0.2.0-192.0.2.255');
  });

  it('is MULTICAST for groups and BROADCAST for both ends, whatever the routes say', () => {
    const routes = ['local 224.0.0.0/8 dev eth0', 'local 255.0.0.0/8 dev eth0', 'local 0.0.0.0/8 dev eth0'];
    expect(of('LOCAL', { routes })).toBe('0.0.0.1-0.255.255.255, 10.0.0.2, 10.0.1.2, 255.0.0.0-255.255.255.254');
    expect(of('MULTICAST', { routes })).toBe('224.0.0.0-239.255.255.255');
  });

  it('limited to a device counts only routes by it', () => {
    expect(of('LOCAL', {}, 'eth0')).toBe('10.0.0.2');
    expect(of('BROADCAST', {}, 'eth1')).toBe('0.0.0.0, 10.0.1.255, 255.255.255.255');
    expect(of('UNICAST', {}, 'eth0')).toContain('10.0.0.3-10.0.0.254, 10.0.1.0-223.255.255.255');
    // a longer prefix by another device hides a shorter one by this
    const routes = ['local 192.0.2.0/24 dev eth0', 'local 192.0.2.7/32 dev eth1'];
    expect(of('LOCAL', { routes }, 'eth0')).toBe('10.0.0.2, 192.0.2.0-192.0.2.6, 192.0.2.8-192.0.2.255');
    const both = ['local 192.0.2.0/24 nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.1.1 dev eth1'];
    for (const device of ['eth0', 'eth1'])
      expect(of('LOCAL', { routes: both }, device)).toContain('192.0.2.0-192.0.2.255');
  });
});
