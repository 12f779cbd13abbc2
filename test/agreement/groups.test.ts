import { describe, expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network, PolicyRule, Route } from '../../src/network/network.ts';
import type { Probe, Source } from '../../src/packet/exchange.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import { icmp, tcp, udp } from '../evaluate/ask.ts';
import { addr, build, type Host } from '../evaluate/build.ts';
import { type End, endOfExchange, endsOfProgram } from './ends.ts';

const A: Host = {
  interfaces: { lo: { addresses: ['127.0.0.1/8'], scope: 254 }, eth0: { addresses: ['10.2.0.3/24'] } },
};

/** a and b on one wire. */
const pair = (a: Host, b: Host): Network => build({ a, b }, [['a:eth0', 'b:eth0']]);
const hostOf = (address: string, more: Partial<Host> = {}): Host => ({
  interfaces: { eth0: { addresses: [address] } },
  ...more,
});

/** How both twins say that the packet ends, over all values of the unknowns: they must agree. */
function endsOf(network: Network, source: Source, of: Packet): readonly End[] {
  const probe: Probe = { source, packets: {}, state: 'fresh', back: true };
  const walked = explore(network, probe, { packet: of, states: new Map() });
  const packets = Object.fromEntries(Object.entries(of).map(([field, value]) => [field, only(value)] as const));
  const run = endsOfProgram(lower(network, { ...probe, packets }), of);
  expect([walked.complete, run.complete]).toEqual([true, true]);
  const ends = [...new Set(walked.map(endOfExchange))].sort();
  expect([...run.ends].sort()).toEqual(ends);
  return ends;
}

const bound = (node: string): Source => ({ kind: 'socket', node, bound: true });
const free = (node: string): Source => ({ kind: 'socket', node, bound: false });
const at = (node: string): Source => ({ kind: 'wire', node, interface: 'eth0' });

// measured on 6.18, rp_filter = 0: echo replies and SYN-ACKs go to everybody, no socket has that address; udp: EACCES
describe('an answer to a broadcast', () => {
  const from = { src: addr('10.2.0.255') };
  const [a, b] = [hostOf('10.2.0.3/24'), hostOf('10.2.0.2/24')];

  it.each([
    ['icmp', icmp('10.2.0.2', from)],
    ['tcp', tcp('10.2.0.2', 80, from)],
    ['udp', udp('10.2.0.2', 53, from)],
  ])('comes to no socket (%s)', (_, of) => {
    expect(endsOf(pair(a, b), bound('a'), of)).toEqual(['delivered b:eth0; no answer']);
    const network = pair(a, b);
    const macDst = network.nodes.get('b')?.interfaces.find(({ name }) => name === 'eth0')?.mac ?? 0;
    expect(endsOf(network, at('b'), { ...of, macDst })).toEqual(['delivered b:eth0; no answer']);
  });

  const wide = hostOf('10.2.0.255/16');
  it.each([
    ['icmp', icmp('10.2.0.2'), ['delivered b:eth0; answered']],
    ['tcp', tcp('10.2.0.2', 80), ['delivered b:eth0; no answer']],
    ['udp', udp('10.2.0.2', 53), ['delivered b:eth0; answered', 'delivered b:eth0; no answer']],
  ])('may be for the one host that has it for its own address (%s)', (_, of, ends) => {
    expect(endsOf(pair(wide, b), free('a'), of)).toEqual(ends);
  });
});

describe('a broadcast frame to an address of the host', () => {
  const all = { src: addr('10.2.0.3'), macDst: 0xffffffffffff };
  it.each([
    ['icmp', icmp('10.2.0.2', all), 'answered'],
    ['tcp', tcp('10.2.0.2', 80, all), 'no answer'],
    ['udp', udp('10.2.0.2', 53, all), 'answered'],
  ])('is for every protocol but tcp (%s)', (_, of, answer) => {
    const network = pair(hostOf('10.2.0.3/24'), hostOf('10.2.0.2/24'));
    expect(endsOf(network, { kind: 'raw', node: 'a', interface: 'eth0' }, of)).toEqual([`delivered b:eth0; ${answer}`]);
  });
});

const LOOPED: Route = {
  table: 255,
  type: 'broadcast',
  destination: { address: addr('127.255.255.255'), length: 32 },
  nextHops: [{ device: 'lo', weight: 1 }],
  metric: 0,
  tos: 0,
  scope: 253,
  onlink: false,
  source: addr('127.0.0.1'),
  text: 'broadcast 127.255.255.255 dev lo table local',
};

/** One host with a unicast route by lo, and the broadcast route that lo's own address brings. */
function alone(ignoreBroadcasts: 0 | 1): Network {
  const network = build(
    {
      a: { ...A, routes: ['10.9.0.0/24 dev lo'], sysctl: { 'net.ipv4.icmp_echo_ignore_broadcasts': ignoreBroadcasts } },
    },
    [],
  );
  const nodes = [...network.nodes].map(
    ([name, node]) => [name, { ...node, routes: [...node.routes, LOOPED] }] as const,
  );
  return { ...network, nodes: new Map(nodes) };
}

// measured on 6.18: whatever kind of route leads to lo, one copy comes in there
describe('what leaves by lo', () => {
  it.each([
    ['127.255.255.255', 1, 'no answer', 'no answer'],
    ['127.255.255.255', 0, 'answered', 'no answer'],
    ['10.9.0.7', 1, 'no answer', 'no answer'],
    ['10.9.0.7', 0, 'no answer', 'no answer'],
    ['10.2.0.3', 1, 'answered', 'answered'],
  ] as const)('to %s is delivered there (icmp_echo_ignore_broadcasts = %i)', (to, ignored, echo, datagram) => {
    expect(endsOf(alone(ignored), free('a'), icmp(to))).toEqual([`delivered a:lo; ${echo}`]);
    expect(endsOf(alone(ignored), free('a'), udp(to, 53))).toEqual([`delivered a:lo; ${datagram}`]);
  });

  it('may come from 127/8', () => {
    for (const to of ['127.255.255.255', '10.9.0.7'])
      expect(endsOf(alone(1), bound('a'), udp(to, 53, { src: addr('127.0.0.1') }))).toEqual([
        'delivered a:lo; no answer',
      ]);
  });

  it('is no tcp connection to a broadcast', () => {
    expect(endsOf(alone(1), free('a'), tcp('127.255.255.255', 80))).toEqual(['lost; no answer']);
    expect(endsOf(alone(1), free('a'), tcp('10.9.0.7', 80))).toEqual(['delivered a:lo; no answer']);
  });
});

// measured on 6.18 (fib_validate_source): accept_local is asked first, then whether there are custom rules or local routes
describe('without rp_filter a broadcast as source', () => {
  const rule: PolicyRule = {
    priority: 100,
    inverted: false,
    from: { address: addr('9.9.9.9'), length: 32 },
    action: { kind: 'table', table: 100 },
    text: '100: from 9.9.9.9 lookup 100',
  };
  const own = 'local 10.99.99.0/24 dev eth0 table local scope host';
  const accepting = { sysctl: { 'net.ipv4.conf.eth0.accept_local': 1 } };
  const taken = 'delivered b:eth0; no answer';
  it.each<[string, Partial<Host>, string]>([
    ['is taken', {}, taken],
    ['is martian where there are rules', { rules: [rule] }, 'lost; no answer'],
    ['is martian where there are local routes', { routes: [own] }, 'lost; no answer'],
    ['is taken with accept_local whatever rules there are', { rules: [rule], ...accepting }, taken],
    ['is taken with accept_local whatever local routes there are', { routes: [own], ...accepting }, taken],
  ])('%s', (_, more, end) => {
    const network = pair(hostOf('10.2.0.3/24'), hostOf('10.2.0.2/24', more));
    expect(endsOf(network, bound('a'), udp('10.2.0.2', 53, { src: addr('10.2.0.255') }))).toEqual([end]);
    const blackhole = { ...more, routes: [...(more.routes ?? []), 'blackhole 7.7.7.7'] };
    const shut = pair(hostOf('10.2.0.3/24'), hostOf('10.2.0.2/24', blackhole));
    expect(endsOf(shut, bound('a'), udp('10.2.0.2', 53, { src: addr('7.7.7.7') }))).toEqual([taken]);
  });
});
