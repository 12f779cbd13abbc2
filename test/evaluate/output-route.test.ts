import { describe, expect, it } from 'vitest';
import { fixed } from '../../src/evaluate/oracle.ts';
import { routeOutput, routeSocket } from '../../src/evaluate/output-route.ts';
import { newSkb } from '../../src/evaluate/skb.ts';
import type { PolicyRule } from '../../src/network/network.ts';
import { printAddress } from '../../src/packet/address.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { icmp, said, send, socket, tcp, toldAt, udp } from './ask.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, type Host } from './build.ts';

const TO = '10.0.1.9';
const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24', '10.0.1.3/24'] } };
const network = (host: Partial<Host> = {}) => build({ b: { interfaces, ...host } }, []);

/** `device towards nextHop (type) from source`, or why not, and the unknowns that were met. */
function exit(host: Partial<Host>, of: Packet, bound = false, itself = false, values: readonly string[] = []) {
  const net = network(host);
  const node = net.nodes.get('b');
  if (node === undefined) throw new Error('no b');
  const world = worldOf(net, fixed(new Map(values.map((id) => [id, 1]))));
  const skb = newSkb('request', of);
  const found = routeSocket(world, skb, node, bound, itself);
  const met = [...world.met.values()].map(({ unknown }) => `${unknown.id}: ${unknown.reason}`);
  const text =
    'kind' in found
      ? `- ${found.origin.node} ${found.origin.text}`
      : `${found.device} towards ${printAddress(found.nextHop)} (${found.type}) from ${printAddress(skb.packet.src)}`;
  return { text, met };
}
const from = (src: string, dst = TO): Packet => udp(dst, 53, { src: addr(src) });
const bound = (src: string, dst = TO, host: Partial<Host> = {}) => exit(host, from(src, dst), true).text;

describe('what a bound socket sends', () => {
  it('leaves by the route to its destination, with its own source', () => {
    expect(bound('10.0.1.3')).toBe('eth1 towards 10.0.1.9 (unicast) from 10.0.1.3');
    expect(bound('10.0.0.2')).toBe('eth1 towards 10.0.1.9 (unicast) from 10.0.0.2');
    expect(bound('10.0.1.3', '8.8.8.8', { routes: ['default via 10.0.1.254'] })).toBe(
      'eth1 towards 10.0.1.254 (unicast) from 10.0.1.3',
    );
    expect(bound('10.0.1.3', '10.0.0.2')).toBe('lo towards 10.0.0.2 (local) from 10.0.1.3');
    expect(bound('10.0.1.3', '10.0.1.255')).toBe('eth1 towards 10.0.1.255 (broadcast) from 10.0.1.3');
    expect(bound('10.0.1.3', '8.8.8.8')).toBe('- b no route to the destination');
  });

  it('from 0.0.0.0 gets the source that an unbound one gets', () => {
    expect(bound('0.0.0.0')).toBe('eth1 towards 10.0.1.9 (unicast) from 10.0.1.2');
  });

  it.each(['224.0.0.1', '239.255.255.255', '255.255.255.255', '0.0.0.1', '0.255.255.255'])(
    'has never the source %s',
    (src) => {
      expect(bound(src)).toBe(`- b ${src} is no source address`);
      expect(bound(src, '255.255.255.255')).toBe(`- b ${src} is no source address`);
    },
  );

  it('may have any other, of the node or not', () => {
    for (const src of ['1.0.0.0', '223.255.255.255', '240.0.0.0', '255.255.255.254'])
      expect(bound(src)).toBe(`eth1 towards 10.0.1.9 (unicast) from ${src}`);
  });

  it('for everybody leaves by the device that has its source, without a route', () => {
    for (const [dst, type] of [
      ['255.255.255.255', 'broadcast'],
      ['224.0.0.5', 'multicast'],
    ] as const) {
      expect(bound('10.0.0.2', dst)).toBe(`eth0 towards ${dst} (${type}) from 10.0.0.2`);
      expect(bound('10.0.1.3', dst)).toBe(`eth1 towards ${dst} (${type}) from 10.0.1.3`);
      expect(bound('10.9.9.9', dst)).toBe('- b no interface has the source 10.9.9.9');
      const node = network().nodes.get('b');
      if (node === undefined) throw new Error('no b');
      const skb = newSkb('request', from('10.9.9.9', dst));
      expect(routeSocket(worldOf(network()), skb, node, true, false)).toEqual({
        kind: 'none',
        origin: { node: 'b', text: 'no interface has the source 10.9.9.9' },
      });
      const routes = ['default dev eth1'];
      expect(bound('10.0.0.2', dst, { routes })).toBe(`eth0 towards ${dst} (${type}) from 10.0.0.2`);
    }
  });
});

describe('what an unbound socket sends', () => {
  const unbound = (dst: string, host: Partial<Host> = {}) => exit(host, udp(dst, 53)).text;
  it('has the source that its route gives', () => {
    expect(unbound(TO)).toBe('eth1 towards 10.0.1.9 (unicast) from 10.0.1.2');
    expect(unbound('10.0.0.2')).toBe('lo towards 10.0.0.2 (local) from 10.0.0.2');
    expect(unbound('127.0.0.9')).toBe('lo towards 127.0.0.9 (local) from 127.0.0.1');
    expect(unbound('192.0.2.1', { routes: ['local 192.0.2.0/24 dev lo'] })).toBe(
      'lo towards 192.0.2.1 (local) from 192.0.2.1',
    );
    expect(unbound('8.8.8.8', { routes: ['default via 10.0.1.254 src 10.0.1.3'] })).toBe(
      'eth1 towards 10.0.1.254 (unicast) from 10.0.1.3',
    );
  });

  it('for everybody needs a route, and has the type of its destination', () => {
    expect(unbound('255.255.255.255')).toBe('- b no route to the destination');
    const routes = ['default via 10.0.1.254'];
    expect(unbound('255.255.255.255', { routes })).toBe('eth1 towards 10.0.1.254 (broadcast) from 10.0.1.2');
    expect(unbound('224.0.0.5', { routes })).toBe('eth1 towards 10.0.1.254 (multicast) from 10.0.1.2');
  });
});

describe('a socket that connects', () => {
  const rule: PolicyRule = {
    priority: 100,
    inverted: false,
    from: { address: addr('10.0.1.2'), length: 32 },
    action: { kind: 'table', table: 7 },
    text: '100: from 10.0.1.2 lookup 7',
  };
  const id = 'b connected 10.0.1.9';
  const why = 'whether the udp socket on b is connected: policy rules route by its source address then';
  const first = 'eth1 towards 10.0.1.9 (unicast) from 10.0.1.2';
  const run = (of: Packet, routes: readonly string[], values: readonly string[] = []) =>
    exit({ rules: [rule], routes }, of, false, false, values);

  it('routes again with its source, by another device or next hop', () => {
    for (const [route, second] of [
      ['default dev eth0 table 7', 'eth0 towards 10.0.1.9 (unicast) from 10.0.1.2'],
      ['default via 10.0.1.7 dev eth1 table 7', 'eth1 towards 10.0.1.7 (unicast) from 10.0.1.2'],
      ['prohibit default table 7', '- b prohibit default table 7'],
    ] as const) {
      expect(run(tcp(TO, 80), [route])).toEqual({ text: second, met: [] });
      expect(run(udp(TO, 80), [route])).toEqual({ text: first, met: [`${id}: ${why}`] });
      expect(run(udp(TO, 80), [route], [id])).toEqual({ text: second, met: [`${id}: ${why}`] });
      expect(run(icmp(TO), [route])).toEqual({ text: first, met: [] });
    }
  });

  it('looks no route up where there was none at first', () => {
    expect(exit({}, udp('8.8.8.8', 53))).toEqual({ text: '- b no route to the destination', met: [] });
  });

  it('is looked up as what the node sends itself', () => {
    const { from: _, ...everything } = rule;
    const by = (iif: string) =>
      exit({ rules: [{ ...everything, iif }], routes: ['default dev eth0 table 7'] }, icmp(TO)).text;
    expect([by('lo'), by('eth1')]).toEqual(['eth0 towards 10.0.1.9 (unicast) from 10.0.0.2', first]);
  });

  it('makes no difference where the second route is the same', () => {
    for (const of of [tcp(TO, 80), udp(TO, 80), icmp(TO)])
      expect(run(of, ['default dev eth1 table 7'])).toEqual({ text: first, met: [] });
  });

  it('to 0.0.0.0 from a foreign source leaves, one that only sends stays at home', () => {
    const routes = ['default via 10.0.1.254'];
    const home = (of: Packet, values: readonly string[] = []) => exit({ routes }, of, true, true, values).text;
    const [foreign, mine] = [{ src: addr('9.9.9.9') }, { src: addr('10.0.0.2') }];
    const away = 'eth1 towards 10.0.1.254 (unicast) from 9.9.9.9';
    expect(home(icmp('9.9.9.9', foreign))).toBe('lo towards 9.9.9.9 (local) from 9.9.9.9');
    expect(home(udp('9.9.9.9', 53, foreign))).toBe('lo towards 9.9.9.9 (local) from 9.9.9.9');
    expect(home(udp('9.9.9.9', 53, foreign), ['b connected 9.9.9.9'])).toBe(away);
    expect(home(tcp('9.9.9.9', 80, foreign))).toBe(away);
    expect(home(icmp('10.0.0.2', mine))).toBe('lo towards 10.0.0.2 (local) from 10.0.0.2');
    expect(exit({ routes }, icmp('127.0.0.1'), true, true).text).toBe('lo towards 127.0.0.1 (local) from 127.0.0.1');
  });
});

describe('the output route', () => {
  it.each(['224.0.0.1', '255.255.255.255'])('takes no packet from the group %s', (src) => {
    const node = network().nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const of = packet({ src: addr(src), dst: addr(TO) });
    expect(routeOutput(worldOf(network()), node, of)).toEqual({
      kind: 'none',
      origin: { node: 'b', text: `source ${src} may not leave by eth1` },
    });
  });

  it('takes none from localhost but by lo, or with route_localnet', () => {
    expect(bound('127.0.0.1')).toBe('- b source 127.0.0.1 may not leave by eth1');
    expect(bound('127.0.0.1', '10.0.0.2')).toBe('lo towards 10.0.0.2 (local) from 127.0.0.1');
    expect(bound('127.0.0.1', '192.0.2.1', { routes: ['192.0.2.0/24 dev lo'] })).toContain('lo towards 192.0.2.1');
    const sysctl = { 'net.ipv4.conf.eth1.route_localnet': 1 };
    expect(bound('127.0.0.1', TO, { sysctl })).toBe('eth1 towards 10.0.1.9 (unicast) from 127.0.0.1');
  });

  it('of a type that leads nowhere is none', () => {
    const node = network().nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const routes = node.routes.map((one) => ({ ...one, nextHops: [] }));
    expect(routeOutput(worldOf(network()), { ...node, routes }, from('10.0.0.2'))).toEqual({
      kind: 'none',
      origin: { node: 'b', text: 'connected on eth1' },
    });
  });
});

describe('what is sent to 0.0.0.0', () => {
  const sent = (of: Packet, isBound: boolean) => toldAt(send(network(), socket('b', isBound), of), 'b').slice(0, 2);
  it('is for the node itself: for the source of the socket, else for localhost', () => {
    expect(sent(udp('0.0.0.0', 53), false)).toEqual([
      'b socket | request to 127.0.0.1 | sent',
      `b route | local ${addr('127.0.0.1')} | local, via lo`,
    ]);
    expect(sent(udp('0.0.0.0', 53, { src: addr('10.0.0.2') }), false)[0]).toBe(
      'b socket | request to 127.0.0.1 | sent',
    );
    expect(sent(udp('0.0.0.0', 53, { src: addr('10.0.0.2') }), true)).toEqual([
      'b socket | request to 10.0.0.2 | sent',
      `b route | local ${addr('10.0.0.2')} | local, via lo`,
    ]);
    expect(sent(icmp('0.0.0.0', { src: addr('9.9.9.9') }), true)).toEqual([
      'b socket | request to 9.9.9.9 | sent',
      'b route | by lo | local, via lo',
    ]);
  });

  it('counts as sent to that address', () => {
    const { walks } = send(network(), socket('b'), udp('0.0.0.0', 53));
    expect([walks[0]?.sent.src, walks[0]?.sent.dst]).toEqual([addr('127.0.0.1'), addr('127.0.0.1')]);
    expect(said(send(network(), socket('b'), udp('0.0.0.0', 53)).disposition.reply)).toBe('delivered b');
  });
});
