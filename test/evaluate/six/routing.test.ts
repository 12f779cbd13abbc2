import { describe, expect, it } from 'vitest';
import { explore } from '../../../src/evaluate/explore.ts';
import type { PolicyRule } from '../../../src/network/network.ts';
import type { Packet } from '../../../src/packet/packet.ts';
import { ends, hopsAt, said } from '../ask.ts';
import { addr6, build6, type Host6 } from '../six-build.ts';
import { mangle, ping, probe6, send6, tcp6, udp6 } from './ask.ts';

/** Where node a, with eth0 and eth1 on no link, sends a packet. */
function exits(more: Partial<Host6>, of: Packet, from = 'a'): string {
  const interfaces = { eth0: { addresses: ['2001:db8:1::1/64'] }, eth1: { addresses: ['2001:db8:2::1/64'] } };
  return ends(send6(build6({ a: { interfaces, ...more } }, []), from, of))[0];
}

const OUT0 = 'leaves a:eth0';
const OUT1 = 'leaves a:eth1';
const NONE = 'dropped a: no route';
const far = ping('2001:db8:9::9');
const DEFAULT0 = 'default via 2001:db8:1::9 dev eth0';
const DEFAULT1 = 'default via 2001:db8:2::9 dev eth1';

const rule = (priority: number, table: number, more: Partial<PolicyRule>): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table },
  text: `rule ${priority}`,
  ...more,
});

describe('a route', () => {
  it.each([
    ['is needed', {}, NONE],
    ['of the longest prefix is taken', { routes: [DEFAULT0, '2001:db8:9::/48 via 2001:db8:2::9 dev eth1'] }, OUT1],
    ['of the lowest metric is taken', { routes: [`${DEFAULT0} metric 20`, `${DEFAULT1} metric 10`] }, OUT1],
    ['that is unreachable is none', { routes: [DEFAULT0, 'unreachable 2001:db8:9::/48'] }, NONE],
    ['that is a blackhole is none', { routes: [DEFAULT0, 'blackhole 2001:db8:9::/48'] }, NONE],
    ['that throws leaves the table', { routes: [DEFAULT0, 'throw 2001:db8:9::/48'] }, NONE],
    [
      'by a device that is down does not count',
      {
        routes: [DEFAULT0, '2001:db8:9::/48 dev eth2'],
        interfaces: { eth0: { addresses: ['2001:db8:1::1/64'] }, eth2: { up: false } },
      },
      OUT0,
    ],
  ])('%s', (_, more, expected) => {
    expect(exits(more, far)).toBe(expected);
  });

  it('by the device of the socket is preferred to no other prefix, but it alone counts', () => {
    const routes = [DEFAULT0, `${DEFAULT1} metric 2000`];
    expect(exits({ routes }, far)).toBe(OUT0);
    expect(exits({ routes }, far, 'a%eth1')).toBe(OUT1);
    expect(exits({ routes: [DEFAULT0] }, far, 'a%eth1')).toBe(NONE);
  });

  it('by several routers of one metric is one of them', () => {
    const network = build6(
      {
        a: {
          interfaces: { eth0: { addresses: ['2001:db8:1::1/64'] }, eth1: { addresses: ['2001:db8:2::1/64'] } },
          routes: [DEFAULT0, DEFAULT1],
        },
      },
      [],
    );
    const all = explore(network, probe6('a', far), { packet: far, states: new Map() });
    expect(all.map(({ disposition }) => said(disposition.request)).sort()).toEqual([OUT0, OUT1]);
  });

  it('with several next hops takes one of them', () => {
    const routes = ['default nexthop via 2001:db8:1::9 dev eth0 nexthop via 2001:db8:2::9 dev eth1'];
    const network = build6(
      {
        a: {
          interfaces: { eth0: { addresses: ['2001:db8:1::1/64'] }, eth1: { addresses: ['2001:db8:2::1/64'] } },
          routes,
        },
      },
      [],
    );
    const all = explore(network, probe6('a', far), { packet: far, states: new Map() });
    expect(all.map(({ disposition }) => said(disposition.request)).sort()).toEqual([OUT0, OUT1]);
  });
});

describe('policy rules', () => {
  const other = { routes: [DEFAULT0, `${DEFAULT1} table 100`] };
  it.each([
    ['by mark', [rule(100, 100, { mark: { value: 5, mask: 255 } })], ping('2001:db8:9::9', { mark: 5 }), OUT1],
    ['by another mark', [rule(100, 100, { mark: { value: 5, mask: 255 } })], far, OUT0],
    ['to a prefix', [rule(100, 100, { to: { address: addr6('2001:db8:9::'), length: 48 } })], far, OUT1],
    ['by protocol', [rule(100, 100, { protocol: 17 })], udp6('2001:db8:9::9', 53), OUT1],
    ['behind main', [rule(40000, 100, {})], far, OUT0],
    ['that prohibit', [rule(100, 0, { action: { kind: 'prohibit' } })], far, NONE],
  ])('%s', (_, rules, of, expected) => {
    expect(exits({ ...other, rules }, of)).toBe(expected);
  });

  it('for a source do not match what has none yet, unless there is no other way', () => {
    const rules = [rule(100, 100, { from: { address: addr6('2001:db8:1::1'), length: 128 } })];
    expect(exits({ ...other, rules }, far)).toBe(OUT0);
    expect(exits({ ...other, rules }, ping('2001:db8:9::9', { src: addr6('2001:db8:1::1') }))).toBe(OUT1);
    // without a route the source is picked first, and the rule is asked again
    expect(
      exits(
        {
          routes: [`${DEFAULT1} table 100`],
          rules: [rule(100, 100, { from: { address: addr6('2001:db8::'), length: 32 } })],
        },
        far,
      ),
    ).toBe(OUT1);
  });
});

describe('a destination', () => {
  it.each([
    ['of the node itself is delivered by lo', ping('2001:db8:1::1'), 'delivered a'],
    ['of another device of it, too', tcp6('2001:db8:2::1', 80), 'delivered a'],
    ['::1 is the node', udp6('::1', 53), 'delivered a'],
    [':: is the node', tcp6('::', 80), 'delivered a'],
    ['of a link needs the device', ping('fe80::9'), NONE],
    ['that is a group of a link does, too', ping('ff02::1'), NONE],
  ])('%s', (_, of, expected) => {
    expect(exits({}, of)).toBe(expected);
  });

  it('of a link leaves by the device that the socket names', () => {
    expect(exits({}, ping('fe80::9'), 'a%eth1')).toBe(OUT1);
    expect(exits({}, tcp6('ff02::1', 80), 'a%eth0')).toBe(NONE);
  });

  it('of wider groups leaves by the first device', () => {
    expect(exits({}, ping('ff05::5'))).toBe(OUT0);
  });
});

describe('a preferred source', () => {
  it('of the route comes before all rules', () => {
    const interfaces = { eth0: { addresses: ['2001:db8:1::1/64'] }, eth1: { addresses: ['2001:db8:2::1/64'] } };
    const network = (route: string) => build6({ a: { interfaces, routes: [route] } }, []);
    const source = (route: string): unknown => hopsAt(send6(network(route), 'a', far), 'a', 'route')[0]?.packet.src;
    expect(source(`${DEFAULT0} src 2001:db8:2::1`)).toBe(addr6('2001:db8:2::1'));
    expect(source(DEFAULT0)).toBe(addr6('2001:db8:1::1'));
  });
});

describe('a rule for sources', () => {
  const rules = [rule(100, 100, { from: { address: addr6('2001:db8:1::1'), length: 128 } })];
  const other = { routes: [DEFAULT0, `${DEFAULT1} table 100`], rules };

  it.each([
    ['hop limit', '-A OUTPUT -j HL --hl-set 63'],
    ['mark', '-A OUTPUT -j MARK --set-mark 1'],
  ])('is for what mangle has changed the %s of: it has its source', (_, line) => {
    expect(exits({ ...other, ip6tables: mangle(line) }, far)).toBe(OUT1);
    expect(exits(other, far)).toBe(OUT0);
  });

  it('is not for a connection that began without a source', () => {
    const a = {
      interfaces: { eth0: { addresses: ['2001:db8:1::1/64'] } },
      routes: ['2001:db8:9::/64 via 2001:db8:1::9 dev eth0', 'blackhole 2001:db8:9::/64 table 100'],
      rules,
    };
    const b = {
      interfaces: { eth0: { addresses: ['2001:db8:1::9/64'] }, lo: { addresses: ['2001:db8:9::9/128'] } },
      routes: ['default via 2001:db8:1::1 dev eth0'],
    };
    const network = build6({ a, b }, [['a:eth0', 'b:eth0']]);
    const reply = (of: Packet): string => ends(send6(network, 'a', of))[1];
    expect(reply(tcp6('2001:db8:9::9', 80))).toBe('delivered a');
    expect(reply(tcp6('2001:db8:9::9', 80, { src: addr6('2001:db8:1::1') }))).toBe('none');
  });
});
