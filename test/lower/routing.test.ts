import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/packet/address.ts';
import { only } from '../../src/packet/ranges.ts';
import { TOPOLOGIES } from '../agreement/generate/topology.ts';
import { FORWARDING, hostOf, nodeOf, plug, type World } from '../agreement/generate/world.ts';
import { answered, ask, rules, withSettings } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const REQUEST_LOST = 'the request did not arrive';

/** One router with two ways to 10.9.0.9: by b and by c, which both have that address. */
const twoWays = (
  routes: readonly string[],
  policies: readonly string[] = [],
  mangle: readonly string[] = [],
): World => ({
  nodes: {
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    r: nodeOf(
      { eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24') },
      {
        settings: FORWARDING,
        routes,
        policies,
        tables: mangle.length === 0 ? {} : { mangle: rules({ PREROUTING: 'ACCEPT', OUTPUT: 'ACCEPT' }, ...mangle) },
      },
    ),
    b: hostOf('10.2.0.2/24', '10.2.0.1', { loopback: ['10.9.0.9/32'] }),
    c: hostOf('10.2.0.3/24', '10.2.0.1', { loopback: ['10.9.0.9/32'] }),
  },
  links: { left: ['a:eth0', 'r:eth0'], right: ['r:eth1', 'b:eth0', 'c:eth0'] },
  filtered: [],
});
const ASKED = { from: 'a', to: '10.9.0.9' } as const;
const BY_B = 'via 10.2.0.2 dev eth1';
const BY_C = 'via 10.2.0.3 dev eth1';

describe('the routing tables', () => {
  it('take the longest prefix, then the lowest metric', () => {
    expect(ask(twoWays([`10.9.0.0/16 ${BY_B}`, `10.9.0.0/24 ${BY_C}`]), ASKED)).toEqual(answered('c', 'a'));
    expect(ask(twoWays([`10.9.0.0/24 ${BY_B} metric 20`, `10.9.0.0/24 ${BY_C} metric 10`]), ASKED)).toEqual(
      answered('c', 'a'),
    );
    expect(ask(twoWays([`10.9.0.0/24 ${BY_B}`, `10.9.0.0/24 ${BY_C} metric 10`]), ASKED)).toEqual(answered('b', 'a'));
  });

  it('end at a route that leads nowhere, and at none', () => {
    expect(ask(twoWays([`10.9.0.0/16 ${BY_B}`, 'blackhole 10.9.0.0/24']), ASKED)).toEqual([
      `r: no route | ${REQUEST_LOST}`,
    ]);
    expect(ask(twoWays([]), ASKED)).toEqual([`r: no route | ${REQUEST_LOST}`]);
  });

  it('are asked by policy rules in the order of their priorities', () => {
    const routes = [`10.9.0.0/24 ${BY_B}`, `10.9.0.0/24 ${BY_C} table 100`];
    expect(ask(twoWays(routes, ['100:\tfrom 10.1.0.0/24 lookup 100']), ASKED)).toEqual(answered('c', 'a'));
    expect(ask(twoWays(routes, ['100:\tfrom 10.5.0.0/24 lookup 100']), ASKED)).toEqual(answered('b', 'a'));
    expect(ask(twoWays(routes, ['100:\tfrom all iif eth1 lookup 100']), ASKED)).toEqual(answered('b', 'a'));
    expect(ask(twoWays(routes, ['100:\tfrom all ipproto udp dport 9999 lookup 100']), ASKED)).toEqual(
      answered('c', 'a'),
    );
    expect(ask(twoWays(routes, ['100:\tfrom all to 10.9.0.9 prohibit']), ASKED)).toEqual([
      `r: no route | ${REQUEST_LOST}`,
    ]);
  });

  it('look at the mark that a rule has set before them', () => {
    const routes = [`10.9.0.0/24 ${BY_B}`, `10.9.0.0/24 ${BY_C} table 100`];
    const policy = ['100:\tfrom all fwmark 0x1 lookup 100'];
    const mark = '-A PREROUTING -p udp -j MARK --set-xmark 0x1/0xffffffff';
    expect(ask(twoWays(routes, policy, [mark]), ASKED)).toEqual(answered('c', 'a'));
    expect(ask(twoWays(routes, policy), ASKED)).toEqual(answered('b', 'a'));
  });

  it('are asked again where OUTPUT has changed the mark', () => {
    const routes = [`10.9.0.0/24 ${BY_B}`, `10.9.0.0/24 ${BY_C} table 100`];
    const policy = ['100:\tfrom all fwmark 0x1 lookup 100'];
    const mark = '-A OUTPUT -p udp -j MARK --set-xmark 0x1/0xffffffff';
    const asked = { from: 'r', to: '10.9.0.9' };
    expect(ask(twoWays(routes, policy, [mark]), asked)).toEqual(answered('c', 'r'));
    expect(ask(twoWays(routes, policy), asked)).toEqual(answered('b', 'r'));
  });
});

describe('a host', () => {
  it('takes packets to any address of its own, whichever interface they come in by, and forwards none unless it may', () => {
    const asked = { from: 'a', to: '10.2.0.1' };
    const still = withSettings(router, 'r', { 'net.ipv4.ip_forward': 0 });
    expect(ask(still, asked)).toEqual(answered('r', 'a'));
    expect(ask(still, { from: 'a', to: '10.2.0.2' })).toEqual([`r: not forwarding | ${REQUEST_LOST}`]);
  });

  it('lets nobody in under its own address, nor by the wrong way while rp_filter', () => {
    const from = (address: string) => ({
      from: 'a',
      to: '10.1.0.1',
      fields: { src: only(parseAddress(address) ?? 0) },
      back: false,
    });
    const strict = withSettings(router, 'r', { 'net.ipv4.conf.all.rp_filter': 1 });
    expect(ask(router, from('10.2.0.1'))).toEqual([`r: martian | ${REQUEST_LOST}`]);
    expect(ask(router, from('10.2.0.77'))).toEqual(['delivered r | not followed']);
    expect(ask(strict, from('10.2.0.77'))).toEqual([`r: rp_filter | ${REQUEST_LOST}`]);
    expect(ask(strict, from('10.1.0.77'))).toEqual(['delivered r | not followed']);
  });

  it('spends the time to live of what it forwards', () => {
    const asked = (ttl: number) => ({ from: 'a', to: '10.2.0.2', fields: { ttl: only(ttl) } });
    expect(ask(router, asked(2))).toEqual(answered('b', 'a'));
    expect(ask(router, asked(1))).toEqual([`r: ttl | ${REQUEST_LOST}`]);
  });

  it('that sends packets round in a circle sees them die of their time to live', () => {
    const circle: World = {
      nodes: {
        a: hostOf('10.1.0.2/24', '10.1.0.1'),
        r: nodeOf(
          { eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24') },
          { settings: FORWARDING, routes: ['default via 10.2.0.2 dev eth1'] },
        ),
        s: nodeOf({ eth0: plug('10.2.0.2/24') }, { settings: FORWARDING, routes: ['default via 10.2.0.1 dev eth0'] }),
      },
      links: { left: ['a:eth0', 'r:eth0'], right: ['r:eth1', 's:eth0'] },
      filtered: [],
    };
    const [end = ''] = ask(circle, { from: 'a', to: '10.77.0.1' });
    expect(end).toMatch(/^[rs]: ttl/);
  });
});
