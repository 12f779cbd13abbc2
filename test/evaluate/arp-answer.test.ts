import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { said, send, udp } from './ask.ts';
import { answer, asked, at, bare, mac, number, pair } from './ask-neighbour.ts';
import { build, FORWARDING, type Host } from './build.ts';

describe('who answers', () => {
  const proxied = (
    sysctl: Readonly<Record<string, number>>,
    routes: readonly string[] = [],
    undecided?: Host['undecided'],
  ): Network =>
    build(
      {
        a: at('10.0.0.1/16', 1),
        r: {
          interfaces: {
            eth0: { addresses: ['10.0.0.254/24'], mac: mac(7) },
            eth1: { addresses: ['10.0.1.254/24'], mac: mac(8) },
          },
          routes,
          ...(undecided && { undecided }),
          sysctl: { 'net.ipv4.conf.eth0.proxy_arp': 1, ...sysctl },
        },
      },
      [['a:eth0', 'r:eth0'], ['r:eth1']],
    );
  it('for another is a router with proxy_arp that would send on by another device', () => {
    expect(answer(proxied(FORWARDING), '10.0.1.9')).toContain('(r:eth0)');
    expect(answer(proxied({}), '10.0.1.9')).toContain('none');
    expect(answer(proxied({ ...FORWARDING, 'net.ipv4.conf.eth0.proxy_arp': 0 }), '10.0.1.9')).toContain('none');
    // by the same device it would be sent back, and nowhere without a route
    expect(answer(proxied(FORWARDING), '10.0.0.9')).toContain('none');
    expect(answer(proxied(FORWARDING), '10.0.7.9')).toContain('none');
    expect(answer(proxied(FORWARDING, ['10.0.7.0/24 via 10.0.1.9']), '10.0.7.9')).toContain('(r:eth0)');
    expect(answer(proxied(FORWARDING, ['10.0.7.0/24 via 10.0.0.9']), '10.0.7.9')).toContain('none');
    // nobody proxies for an asker without an address
    expect(answer(proxied(FORWARDING), '10.0.1.9', '10.0.0.1')).toContain('(r:eth0)');
  });

  it('with arp_filter is the device by which packets to the asker would leave', () => {
    const both = (filter: number): Network =>
      build(
        {
          a: at('10.0.0.1/24', 1),
          b: {
            interfaces: {
              eth0: { addresses: ['10.0.0.2/24'], mac: mac(2) },
              eth1: { addresses: ['10.0.0.3/24'], mac: mac(3) },
            },
            sysctl: { 'net.ipv4.conf.all.arp_filter': filter },
          },
        },
        [['a:eth0', 'b:eth0', 'b:eth1']],
      );
    expect(asked(both(0), '10.0.0.3').met).toHaveLength(1);
    expect(asked(both(1), '10.0.0.3')).toMatchObject({ answered: { mac: number(2) }, met: [] });
  });

  it('with arp_filter is nobody for an asker to whom there is no route', () => {
    const far = (filter: number): Network =>
      build(
        {
          a: at('10.9.0.1/32', 1, { routes: ['10.0.0.0/24 dev eth0'] }),
          b: at('10.0.0.2/24', 2, { sysctl: { 'net.ipv4.conf.eth0.arp_filter': filter } }),
        },
        [['a:eth0', 'b:eth0']],
      );
    expect(said(send(far(0), 'a', udp('10.0.0.2', 53)).disposition.request)).toBe('delivered b');
    expect(said(send(far(1), 'a', udp('10.0.0.2', 53)).disposition.request)).toBe('dropped a: no neighbour');
  });

  it('is not filtered for an asker without an address', () => {
    expect(answer(bare({ sysctl: { 'net.ipv4.conf.all.arp_filter': 1 } }), '10.0.0.2', '0.0.0.0')).toContain(
      '(b:eth0)',
    );
  });

  it('is left open where a route that is not shown decides', () => {
    const undecided = new Map([['routes', 'not shown']] as const);
    const filtered = pair({}, { undecided, sysctl: { 'net.ipv4.conf.all.arp_filter': 1 } });
    const [back, way] = ['b routes to 10.0.0.1', 'r routes to 10.0.1.9'];
    expect(asked(filtered, '10.0.0.2')).toMatchObject({ answered: { kind: 'mac' }, met: [`${back}: not shown`] });
    expect(asked(filtered, '10.0.0.2', '10.0.0.1', [back]).answered.kind).toBe('none');
    const router = proxied(FORWARDING, [], undecided);
    expect(asked(router, '10.0.1.9')).toMatchObject({ answered: { kind: 'none' }, met: [`${way}: not shown`] });
    expect(asked(router, '10.0.1.9', '10.0.0.1', [way]).answered.kind).toBe('mac');
  });

  it('for localhost is nobody, unless route_localnet; for a group never anybody', () => {
    const local = (sysctl: Readonly<Record<string, number>>) => pair({}, { sysctl });
    expect(answer(local({}), '127.0.0.1')).toContain('none');
    expect(answer(local({ 'net.ipv4.conf.eth0.route_localnet': 1 }), '127.0.0.1')).toContain('(b:eth0)');
    const group = asked(pair({}, { routes: ['local 224.0.0.0/4 dev lo'] }), '224.0.0.5');
    expect([group.answered.kind, group.met]).toEqual(['none', []]);
    expect(answer(bare(), '127.0.0.1', '0.0.0.0')).toContain('none');
  });
});
