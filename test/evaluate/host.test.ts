import { describe, expect, it } from 'vitest';
import { fateOf, ipInput } from '../../src/evaluate/host.ts';
import { newSkb, note } from '../../src/evaluate/skb.ts';
import type { Network, Node, Route } from '../../src/network/network.ts';
import type { Hop } from '../../src/network/trace.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { every, send, sendRaw, socket, told, toldAt, udp } from './ask.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, FORWARDING, guest, type Host, host } from './build.ts';

const MAC = 0x0a0000000001;
const place = { file: 'r/ip-route.txt', line: 3, column: 1 };
const routed = (more: Partial<Host> = {}): Network =>
  build(
    {
      a: guest('10.0.0.1/24', '10.0.0.254'),
      r: {
        interfaces: {
          eth0: { addresses: ['10.0.0.254/24'], mac: '0a:00:00:00:00:01' },
          eth1: { addresses: ['10.0.1.254/24'], mac: '0a:00:00:00:00:02' },
        },
        sysctl: FORWARDING,
        ...more,
      },
      b: {
        ...guest('10.0.1.1/24', '10.0.1.254'),
        interfaces: { eth0: { addresses: ['10.0.1.1/24'], mac: '0a:00:00:00:00:03' } },
      },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );
/** The network with a place for every route of r, and whatever else is to be different there. */
function placed(network: Network, change: (route: Route) => Partial<Route> = () => ({})): Network {
  const r = network.nodes.get('r') as Node;
  const routes = r.routes.map((route) => ({ ...route, place, ...change(route) }));
  return { ...network, nodes: new Map([...network.nodes, ['r', { ...r, routes }]]) };
}

/** A frame comes in at r by eth0. */
function input(network: Network, of: Partial<Packet>, before: readonly Partial<Hop>[] = []) {
  const r = network.nodes.get('r') as Node;
  const skb = newSkb('request', udp('10.0.1.1', 53, { src: addr('10.0.0.1'), macDst: MAC, ...of }));
  for (const hop of before)
    skb.hops.push({ node: 'r', hook: 'route', text: 't', verdict: 'v', packet: skb.packet, ...hop });
  const fate = ipInput(worldOf(network), skb, r, 'eth0');
  const last = skb.hops.at(-1);
  return { fate, skb, hop: last && `${last.node} ${last.hook} | ${last.text} | ${last.verdict}` };
}

describe('a host tells', () => {
  it('by which route it sends on, and to which neighbour', () => {
    expect(toldAt(send(placed(routed()), 'a', udp('10.0.1.1', 53)), 'r')).toEqual([
      'r route r/ip-route.txt | connected on eth1 | via eth1',
      'r neighbour | who has 10.0.1.1 tell 10.0.1.254 on eth1 | 0a:00:00:00:00:03 (b:eth0)',
      'r link network.yaml | link link2: r:eth1 to b:eth0 | to b:eth0',
      'request delivered b | eth0',
    ]);
  });

  it('what it takes in, by which route', () => {
    expect(toldAt(send(placed(routed()), 'a', udp('10.0.1.254', 53)), 'r')).toEqual([
      `r route r/ip-route.txt | local ${addr('10.0.1.254')} | local`,
      'r deliver | local delivery at eth0 | delivered to r',
      'request delivered r | eth0',
    ]);
    const { walks } = sendRaw(placed(routed()), 'a', 'eth0', udp('255.255.255.255', 67));
    expect(walks[0]?.hops.filter(({ hook }) => hook === 'route').map(({ text, file }) => [text, file])).toEqual([
      ['limited broadcast', undefined],
    ]);
  });

  it('what it sends from a socket, by lo and by another device', () => {
    expect(told(send(placed(routed()), 'r', udp('10.0.1.254', 53))).slice(0, 4)).toEqual([
      'r socket | request to 10.0.1.254 | sent',
      `r route r/ip-route.txt | local ${addr('10.0.1.254')} | local, via lo`,
      'r deliver | local delivery at lo | delivered to r',
      'request delivered r | lo',
    ]);
    expect(toldAt(send(placed(routed()), 'r', udp('10.0.1.1', 53)), 'r').slice(0, 2)).toEqual([
      'r socket | request to 10.0.1.1 | sent',
      'r route r/ip-route.txt | connected on eth1 | via eth1',
    ]);
  });

  it('what it cannot know', () => {
    const blind = routed({ undecided: new Map([['routes', 'no capture of r shows its routes']]) });
    expect(toldAt(send(blind, 'a', udp('10.0.1.1', 53)), 'r')).toEqual([
      'r route | no capture of r shows its routes | unknown',
      'request unknown r | r routes to 10.0.1.1: no capture of r shows its routes',
    ]);
  });
});

describe('a packet is not sent on', () => {
  it('in a group frame', () => {
    expect(input(placed(routed()), { macDst: 0xffffffffffff })).toMatchObject({
      hop: 'r route | a group frame is not forwarded | DROP (not for me)',
      fate: {
        kind: 'dropped',
        reason: 'not for me',
        origin: { node: 'r', text: 'a group frame is not forwarded', place },
      },
    });
  });

  it('by a route that leads nowhere', () => {
    const nowhere = placed(routed(), () => ({ nextHops: [] }));
    expect(input(nowhere, {})).toMatchObject({
      hop: 'r route | connected on eth1 | DROP (no route)',
      fate: { kind: 'dropped', reason: 'no route', origin: { node: 'r', text: 'connected on eth1', place } },
    });
  });

  it('with a ttl that runs out', () => {
    const expired = 'r route | time to live exceeded at eth0';
    for (const ttl of [0, 1]) expect(input(routed(), { ttl }).hop).toBe(`${expired} | DROP (ttl)`);
    const { skb, fate } = input(routed(), { ttl: 2 });
    expect([fate.kind, skb.packet.ttl]).toEqual(['delivered', 1]);
  });

  it('by a host that does not forward, nor as a later fragment to the host itself', () => {
    const off = input(routed({ sysctl: { 'net.ipv4.ip_forward': 0 } }), {});
    expect(off.hop).toBe('r route | forwarding is off on eth0 | DROP (not forwarding)');
    expect(input(routed(), { dst: addr('10.0.1.254'), fragment: 1 }).hop).toBe(
      'r deliver | the rest of the datagram is missing | DROP (fragment)',
    );
  });

  it('in a loop, which is where it was routed here before as it is', () => {
    const before = (hop: Partial<Hop>) => input(routed(), { ttl: 1 }, [hop]).hop?.includes(', in a loop');
    const packet = udp('10.0.1.1', 53, { src: addr('10.0.0.1') });
    expect(before({})).toBe(true);
    expect(before({ packet: { ...packet, ttl: 9 } })).toBe(true);
    expect(before({ node: 'b' })).toBe(false);
    expect(before({ hook: 'socket' })).toBe(false);
    expect(before({ packet: { ...packet, src: 1 } })).toBe(false);
    expect(before({ packet: { ...packet, dst: 1 } })).toBe(false);
  });
});

it('FORWARD and POSTROUTING of what is sent on know both devices and the new ttl', () => {
  const counted = routed({
    iptables: [
      '*mangle',
      '-A FORWARD -i eth0 -o eth1 -m ttl --ttl-eq 63',
      '-A POSTROUTING -o eth1 -m ttl --ttl-eq 63',
      '-A INPUT -i eth0',
      '*filter',
      '-A FORWARD -i eth0 -o eth1',
    ].join('\n'),
  });
  const hops = toldAt(send(counted, 'a', udp('10.0.1.1', 53)), 'r').filter((line) => line.includes('continue'));
  expect(hops.map((line) => line.split(' | ')[0])).toEqual([
    'r FORWARD mangle FORWARD 1 r/iptables-save.txt',
    'r FORWARD filter FORWARD 1 r/iptables-save.txt',
    'r POSTROUTING mangle POSTROUTING 1 r/iptables-save.txt',
  ]);
});

describe('a hook that did not let a packet pass', () => {
  const node = routed().nodes.get('r') as Node;
  it('dropped it, or leaves it unknown', () => {
    const skb = newSkb('request', udp('10.0.1.1', 53));
    const origin = { node: 'r', text: 't', place };
    expect(fateOf(skb, node, { kind: 'drop', origin })).toEqual({ kind: 'dropped', node: 'r', reason: 'rule', origin });
    expect(skb.hops).toEqual([]);
    const unknown = { id: 'x', reason: 'nobody knows' };
    expect(fateOf(skb, node, { kind: 'unknown', unknown })).toEqual({ kind: 'unknown', node: 'r', unknown });
    expect(skb.hops.map(({ hook, text, verdict }) => [hook, text, verdict])).toEqual([
      ['route', 'nobody knows', 'unknown'],
    ]);
  });
  it('did one of the two', () => {
    const skb = newSkb('request', udp('10.0.1.1', 53));
    note(skb, { node: 'r', hook: 'route', text: 't', verdict: 'v' });
    expect(() => fateOf(skb, node, { kind: 'accept' })).toThrow('a hook ended with accept');
  });
});

describe('what leaves by lo', () => {
  const lo = (iptables: string): Network => build({ a: host('10.0.0.1/24', { iptables }) }, []);
  const end = (iptables: string) =>
    told(send(lo(iptables), 'a', udp('10.0.0.1', 53))).filter((line) => line.startsWith('request'));
  it('comes in by lo: PREROUTING and INPUT, with no address of any frame', () => {
    expect(end('*mangle\n-A PREROUTING -i lo -j DROP')).toEqual([
      'request dropped a: rule | a -A PREROUTING -i lo -j DROP | a/iptables-save.txt',
    ]);
    expect(end('*mangle\n-A INPUT -i lo -j DROP')).toEqual([
      'request dropped a: rule | a -A INPUT -i lo -j DROP | a/iptables-save.txt',
    ]);
    expect(end('*mangle\n-A INPUT -i eth0 -j DROP')).toEqual(['request delivered a | lo']);
    const of = udp('10.0.0.1', 53, { src: addr('10.0.0.1'), macSrc: 5, macDst: 6 });
    expect(send(lo('*mangle'), socket('a', true), of).walks[0]?.received).toMatchObject({ macSrc: 0, macDst: 0 });
  });
});

describe('the frame of a packet', () => {
  const alone = (routes: readonly string[] = [], undecided?: Host['undecided']): Network =>
    build({ a: host('10.0.0.1/24', { routes, ...(undecided && { undecided }) }) }, []);
  const sent = (dst: string, network = alone(['default dev eth0'])) => {
    const { walks } = send(network, 'a', udp(dst, 53, { macDst: 7, macSrc: 8 }));
    const mine = network.nodes.get('a')?.interfaces.find(({ name }) => name === 'eth0')?.mac;
    return [walks[0]?.received.macDst, walks[0]?.received.macSrc === mine];
  };
  it('is for everybody, for a group, or for one', () => {
    expect(sent('10.0.0.255')).toEqual([0xffffffffffff, true]);
    expect(sent('255.255.255.255')).toEqual([0xffffffffffff, true]);
    expect(sent('239.129.2.3')).toEqual([0x01005e010203, true]);
    expect(sent('10.0.0.9')).toEqual([0, true]);
  });

  it('that nobody answers for leaves where somebody out of sight may', () => {
    expect(toldAt(send(alone(), 'a', udp('10.0.0.9', 53)), 'a').slice(2)).toEqual([
      'a neighbour | who has 10.0.0.9 tell 10.0.0.1 on eth0 | nobody in sight, perhaps somebody beyond a:eth0',
      'a link a/ip-addr.txt | eth0 is on no link of the snapshot | leaves at a:eth0',
      'request leaves a:eth0 | eth0',
    ]);
  });
});

it('the sender of a broadcast hears it, past POSTROUTING, PREROUTING and INPUT', () => {
  const own = (iptables: string) => {
    const [exchange] = every(build({ a: host('10.0.0.1/24', { iptables }) }, []), 'a', udp('10.0.0.255', 9));
    if (exchange === undefined) throw new Error('no run');
    return told(exchange).filter((line) => line.startsWith('request'));
  };
  const dropped = (rule: string) => `request dropped a: rule | a ${rule} | a/iptables-save.txt`;
  expect(own('*mangle')).toEqual(['request leaves a:eth0 | eth0', 'request delivered a | eth0']);
  const { walks } = send(build({ a: host('10.0.0.1/24') }, []), 'a', udp('10.0.0.255', 9));
  expect(walks[0]?.copies.map(({ received }) => received.macDst)).toEqual([0xffffffffffff]);
  // its way back is by lo, and not looked up
  expect(own('*raw\n-A PREROUTING -m rpfilter --invert -j DROP')).toEqual(own('*mangle'));
  const [out, back, up] = [
    '-A POSTROUTING -o eth0 -j DROP',
    '-A PREROUTING -i eth0 -j DROP',
    '-A INPUT -i eth0 -j DROP',
  ];
  expect(own(`*mangle\n${out}`)).toEqual([dropped(out), dropped(out)]);
  expect(own(`*mangle\n${back}`)).toEqual(['request leaves a:eth0 | eth0', dropped(back)]);
  expect(own(`*mangle\n${up}`)).toEqual(['request leaves a:eth0 | eth0', dropped(up)]);
});
