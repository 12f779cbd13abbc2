import { describe, expect, it } from 'vitest';
import { fixed } from '../../src/evaluate/oracle.ts';
import { type FlowKey, flowKey, isBroadcast, isLocal, lookup, originOf } from '../../src/evaluate/routing.ts';
import type { Node, PolicyRule } from '../../src/network/network.ts';
import { printAddress } from '../../src/packet/address.ts';
import { packet } from '../../src/packet/packet.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, type Host, POLICY } from './build.ts';

const nodeB = (more: Partial<Host> = {}): Node => {
  const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24'] } };
  const made = build({ b: { interfaces, ...more } }, []).nodes.get('b');
  if (made === undefined) throw new Error('no b');
  return made;
};
const key = (dst: string, more: Partial<FlowKey> = {}): FlowKey => ({
  dst: addr(dst),
  src: addr('10.0.0.2'),
  proto: 17,
  sport: 40000,
  dport: 53,
  tos: 0,
  mark: 0,
  iif: 'lo',
  ...more,
});
const place = { file: 'b/ip-route.txt', line: 4, column: 1 };
const TO = '192.0.2.1';

/** The route that is found with its next hop, or why there is none. */
function found(node: Node, of: FlowKey = key(TO), values: ReadonlyMap<string, number> = new Map()): string {
  const world = worldOf(build({}, []), fixed(values));
  const one = lookup(world, node, of);
  if (one.kind === 'none')
    return one.unknown === undefined ? `- ${one.origin.text}` : `? ${one.unknown.id}: ${one.unknown.reason}`;
  const { route, hop } = one;
  return hop === undefined
    ? route.text
    : `${route.text} => ${hop.via === undefined ? '' : printAddress(hop.via)} ${hop.device}`;
}

const rule = (more: Partial<PolicyRule>, priority = 100): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table: 7 },
  text: `${priority}: rule`,
  ...more,
});
const SEVEN = 'default dev eth1 table 7';

describe('a policy rule is for', () => {
  const chosen = (more: Partial<PolicyRule>, of: Partial<FlowKey> = {}): boolean => {
    const node = nodeB({ rules: [rule(more)], routes: ['default dev eth0', SEVEN] });
    return found(node, key(TO, of)).includes('table 7');
  };
  it.each<[string, Partial<PolicyRule>, Partial<FlowKey>, Partial<FlowKey>]>([
    ['a source', { from: { address: addr('10.0.0.0'), length: 24 } }, {}, { src: 1 }],
    ['a destination', { to: { address: addr('192.0.2.0'), length: 24 } }, {}, { dst: addr('192.0.3.1') }],
    ['a device that it came in by', { iif: 'eth0' }, { iif: 'eth0' }, {}],
    ['a device that it is bound to', { oif: 'eth1' }, { oif: 'eth1' }, { oif: 'eth2' }],
    ['no packet that is bound to none', { oif: 'eth1', inverted: true }, {}, { oif: 'eth1' }],
    ['a mark', { mark: { value: 0x13, mask: 0xf } }, { mark: 0x23 }, { mark: 0x24 }],
    ['a type of service', { tos: 0x10 }, { tos: 0x13 }, { tos: 0x14 }],
    ['a protocol', { protocol: 17 }, {}, { proto: 6 }],
    ['a source port', { sport: [40000, 40001] }, { sport: 40001 }, { sport: 40002 }],
    ['a source port', { sport: [40000, 40001] }, { sport: 40000 }, { sport: 39999 }],
    ['a destination port', { dport: [50, 53] }, {}, { dport: 54 }],
    ['a destination port', { dport: [53, 60] }, {}, { dport: 52 }],
    ['a port of a protocol that has any', { dport: [53, 53] }, {}, { proto: 47 }],
  ])('%s', (_, more, matching, other) => {
    expect([chosen(more, matching), chosen(more, other)]).toEqual([true, false]);
  });

  it('every packet, with tos 0', () => {
    for (const tos of [0, 4, 0xfc]) expect(chosen({ tos: 0 }, { tos })).toBe(true);
  });

  it('packets of which every part fits, else (inverted) all others', () => {
    const both = { iif: 'eth0', protocol: 6 };
    expect([{ iif: 'eth0', proto: 6 }, { iif: 'eth0' }, { proto: 6 }, {}].map((of) => chosen(both, of))).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(chosen({ ...both, inverted: true }, { iif: 'eth0', proto: 6 })).toBe(false);
    expect(chosen({ ...both, inverted: true }, { iif: 'eth0' })).toBe(true);
  });
});

describe('a lookup', () => {
  it('is by the ports of a packet, which a later fragment does not show', () => {
    const of = packet({ src: 1, dst: 2, proto: 17, sport: 3, dport: 4, tos: 5, mark: 6 });
    const all = { src: 1, dst: 2, proto: 17, sport: 3, dport: 4, tos: 5, mark: 6, iif: 'eth0' };
    expect(flowKey(of, 'eth0')).toEqual(all);
    expect(flowKey({ ...of, fragment: 1 }, 'eth0')).toEqual({ ...all, sport: 0, dport: 0 });
  });

  it('counts a device that is not shown for one that is up', () => {
    const node = nodeB({ routes: ['default dev gone'] });
    expect(found(node)).toBe('default dev gone =>  gone');
  });

  it('leaves nothing open that is shown', () => {
    expect('unknown' in lookup(worldOf(build({}, [])), nodeB(), key(TO))).toBe(false);
  });

  it('that finds nothing says so, one that is refused says by what', () => {
    expect(found(nodeB())).toBe('- no route to the destination');
    for (const type of ['blackhole', 'unreachable', 'prohibit']) {
      expect(found(nodeB({ routes: [`${type} default`] }))).toBe(`- ${type} default`);
      expect(found(nodeB({ rules: [rule({ action: { kind: type as 'blackhole' } })] }))).toBe('- 100: rule');
    }
  });

  it('goes on behind a throw route, and behind a prefix that the rule suppresses', () => {
    const routes = ['default dev eth0', '192.0.0.0/16 dev eth1 table 7'];
    const suppressed = (length: number) =>
      found(nodeB({ rules: [rule({ action: { kind: 'table', table: 7, suppressPrefixLength: length } })], routes }));
    expect([15, 16, 17].map(suppressed)).toEqual([
      '192.0.0.0/16 dev eth1 table 7 =>  eth1',
      'default dev eth0 =>  eth0',
      'default dev eth0 =>  eth0',
    ]);
    expect(found(nodeB({ rules: [rule({})], routes: ['default dev eth0', 'throw default table 7'] }))).toBe(
      'default dev eth0 =>  eth0',
    );
  });

  it('takes the longest prefix, then the tos that is named, then the lowest metric, then the first', () => {
    const best = (routes: readonly string[], of: Partial<FlowKey> = {}) =>
      [routes, routes.toReversed()].map((all) => found(nodeB({ routes: all }), key(TO, of)).split(' => ')[0]);
    const [long, short] = ['192.0.2.0/24 dev eth0 metric 9', '192.0.0.0/16 dev eth1 tos 16'];
    expect(best([long, short], { tos: 16 })).toEqual([long, long]);
    const [named, plain] = ['default dev eth0 tos 16 metric 9', 'default dev eth1'];
    expect(best([named, plain], { tos: 0x13 })).toEqual([named, named]);
    expect(best([named, plain], { tos: 8 })).toEqual([plain, plain]);
    const [cheap, dear] = ['default dev eth0 metric 4', 'default dev eth1 metric 5'];
    expect(best([cheap, dear])).toEqual([cheap, cheap]);
    const [one, two] = ['default dev eth0', 'default dev eth1'];
    expect(best([one, two])).toEqual([one, two]);
  });

  it('takes no route by a device that is down, or that the socket is not bound to', () => {
    const interfaces = { eth0: { up: false }, eth1: {} };
    const routes = ['192.0.2.0/24 dev eth0', 'default dev eth1'];
    expect(found(nodeB({ interfaces, routes }))).toBe('default dev eth1 =>  eth1');
    const up = nodeB({ routes });
    expect(['eth0', 'eth1', 'eth2'].map((oif) => found(up, key(TO, { oif })))).toEqual([
      '192.0.2.0/24 dev eth0 =>  eth0',
      'default dev eth1 =>  eth1',
      '- no route to the destination',
    ]);
  });

  it('takes one of several next hops that work, by a hash that nobody knows', () => {
    const text = 'default nexthop via 10.0.0.1 dev eth0 nexthop via 10.0.1.1 dev eth1';
    const node = nodeB({ routes: [text] });
    const id = `b multipath 254 ${text} ${addr('10.0.0.2')} ${addr(TO)}`;
    for (const [value, hop] of ['10.0.0.1 eth0', '10.0.1.1 eth1'].entries())
      expect(found(node, key(TO), new Map([[id, value]]))).toBe(`${text} => ${hop}`);
    const world = worldOf(build({}, []));
    lookup(world, node, key(TO));
    expect([...world.met.values()]).toEqual([
      {
        unknown: { id, reason: `b picks one of the 2 next hops of \`${text}\` by hash`, origin: { node: 'b', text } },
        value: 0,
      },
    ]);
    const one = nodeB({ routes: [text], interfaces: { eth0: { up: false }, eth1: {} } });
    expect(found(one)).toBe(`${text} => 10.0.1.1 eth1`);
    expect(found(node, key(TO, { oif: 'eth0' }))).toBe(`${text} => 10.0.0.1 eth0`);
  });
});

describe('where routes are not shown', () => {
  const why = 'no capture of b shows its routes';
  const hole = new Map([['routes', why]] as const);
  const open = (dst: string) => `? b routes to ${dst}: ${why}`;
  const routed = (more: Partial<Host>, dst = TO): string => found(nodeB({ undecided: hole, ...more }), key(dst));
  const withRules = (rules: readonly PolicyRule[], dst: string) =>
    found({ ...nodeB({ undecided: hole }), rules }, key(dst));

  it('every lookup is open, found or not, and by whatever rule', () => {
    expect(routed({})).toBe(open(TO));
    expect(routed({ routes: ['default dev eth0'] })).toBe(open(TO));
    expect(routed({ rules: [rule({ action: { kind: 'prohibit' } })] })).toBe(open(TO));
    expect(routed({}, '10.0.0.9')).toBe(open('10.0.0.9'));
  });

  it('but those of the own addresses and broadcasts, by the rule of priority 0 if it stands first and is for all', () => {
    for (const dst of ['10.0.0.2', '10.0.0.255']) expect(routed({}, dst)).not.toContain('?');
    const [first] = POLICY;
    if (first === undefined) throw new Error('no rule');
    expect(withRules([first], '10.0.0.2')).not.toContain('?');
    expect(withRules([{ ...first, priority: 1 }], '10.0.0.2')).toBe(open('10.0.0.2'));
    expect(withRules([{ ...first, iif: 'lo' }], '10.0.0.2')).toBe(open('10.0.0.2'));
    expect(withRules([rule({}, 0), first], '10.0.0.2')).toBe(open('10.0.0.2'));
    expect(withRules([{ ...first, action: { kind: 'table', table: 254 } }], '10.0.0.9')).toBe(open('10.0.0.9'));
    // the whole of 127.0.0.0/8 is no address
    expect(routed({}, '127.0.0.9')).toBe(open('127.0.0.9'));
  });
});

it('stops at a policy rule that nobody can tell about', () => {
  const open = rule({ undecided: 'not modelled' });
  const node = nodeB({ rules: [open], routes: ['default dev eth0'] });
  expect(found(node)).toBe('? b rule 100: rule: not modelled');
  expect(found(node, key('10.0.0.2'))).toMatch(/^local .* eth0$/);
});

it('an origin has a place where the thing was read somewhere', () => {
  const [first] = POLICY;
  if (first === undefined) throw new Error('no rule');
  expect(originOf(nodeB(), { ...first, place })).toEqual({ node: 'b', text: first.text, place });
  expect(originOf(nodeB(), first)).toStrictEqual({ node: 'b', text: first.text });
});

it('an address is local or a broadcast by table local alone; 0.0.0.0 is a broadcast', () => {
  const node = nodeB({ routes: ['local 192.0.2.0/24 dev eth0', 'blackhole 192.0.2.7/32'] });
  const kinds = ['10.0.0.2', '192.0.2.7', '10.0.0.255', '0.0.0.0', '10.0.0.9'].map((text) => [
    isLocal(node, addr(text)),
    isBroadcast(node, addr(text)),
  ]);
  expect(kinds).toEqual([
    [true, false],
    [true, false],
    [false, true],
    [false, true],
    [false, false],
  ]);
});
