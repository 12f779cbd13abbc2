import type { Question } from './probe.ts';
import { TOPOLOGIES } from './topology.ts';
import { bridge, FORWARDING, hostOf, nodeOf, plug, port, type World, type WorldNode } from './world.ts';

/** A network worth keeping, and what to ask of it. */
export interface Case {
  readonly world: World;
  readonly questions: readonly Question[];
}

const lan = (a: Partial<WorldNode>, b: Partial<WorldNode>): World => ({
  nodes: { a: hostOf('10.1.0.2/24', '10.1.0.1', a), b: hostOf('10.1.0.3/24', '10.1.0.1', b) },
  links: { lan: ['a:eth0', 'b:eth0'] },
  filtered: [],
});

const each = (from: string, dst: string, more: Partial<Question> = {}): readonly Question[] =>
  (['icmp', 'tcp', 'udp'] as const).map((proto) => ({ from, proto, dst, dport: 80, ...more }));

const table = (hook: string, ...rules: readonly string[]) => ({
  policies: { [hook]: 'ACCEPT' as const },
  chains: [],
  rules,
});

/** What once was wrong in the model, each as small as it can be. */
export const CASES: Readonly<Record<string, Case>> = {
  // a node that answers an ARP request knows the asker: its answer needs no request of its own
  'arp-teaches-the-answerer': {
    world: {
      nodes: {
        x: hostOf('10.1.0.20/24', '10.1.0.1', { settings: { 'net.ipv4.conf.all.arp_ignore': 2 } }),
        gw: nodeOf({ eth0: plug('10.1.0.1/24'), eth1: plug('10.3.0.1/24') }, { settings: FORWARDING }),
        y: hostOf('10.3.0.2/24', '10.3.0.1'),
      },
      links: { lan: ['x:eth0', 'gw:eth0'], far: ['gw:eth1', 'y:eth0'] },
      filtered: [],
    },
    questions: [...each('x', '10.3.0.1'), ...each('x', '10.3.0.2'), ...each('gw', '10.1.0.20', { src: '10.3.0.1' })],
  },
  // arp_filter asks for the route to the asker, and a prohibited one is none
  'arp-filter-and-routes': {
    world: lan({}, { settings: { 'net.ipv4.conf.eth0.arp_filter': 1 }, routes: ['prohibit 10.1.0.0/25'] }),
    questions: [...each('a', '10.1.0.3'), ...each('b', '10.1.0.2')],
  },
  // nothing from 127/8 leaves by another device than lo: the answer to what SNAT made of a packet to itself is never sent
  'loopback-source-stays': {
    world: lan({ tables: { nat: table('POSTROUTING', '-A POSTROUTING -j SNAT --to-source 10.1.0.3') } }, {}),
    questions: [...each('a', '127.0.0.1'), ...each('a', '127.0.0.5'), ...each('a', '10.1.0.3', { src: '127.0.0.1' })],
  },
  'loopback-source-with-route-localnet': {
    world: lan(
      { settings: { 'net.ipv4.conf.eth0.route_localnet': 1 } },
      { settings: { 'net.ipv4.conf.all.route_localnet': 1 } },
    ),
    questions: [...each('a', '10.1.0.3', { src: '127.0.0.1' }), ...each('a', '10.1.0.3', { src: '127.0.0.5' })],
  },
  // tcp connects to no group, nobody sends to all from a foreign address, and 0.0.0.0 is the sender itself
  'sending-to-groups': {
    world: lan({}, { settings: { 'net.ipv4.icmp_echo_ignore_broadcasts': 0 } }),
    questions: ['10.1.0.255', '255.255.255.255', '0.0.0.0'].flatMap((dst) => [
      ...each('a', dst),
      ...each('a', dst, { src: '10.1.0.2' }),
      ...each('a', dst, { src: '10.1.0.77' }),
    ]),
  },
  // source validation looks the way back up as if it came in by the device that the packet goes out by
  'way-back-by-iif': {
    world: {
      nodes: {
        a: hostOf('10.1.0.2/24', '10.1.0.1'),
        r: nodeOf(
          { eth0: plug('10.1.0.1/24'), eth1: plug('10.4.0.1/24'), eth2: plug('10.5.0.1/24') },
          {
            settings: { ...FORWARDING, 'net.ipv4.conf.all.rp_filter': 2 },
            routes: ['default via 10.5.0.2 dev eth2 table 100', 'unreachable 10.99.99.0/24'],
            policies: ['102:\tfrom all to 10.99.99.0/24 iif eth0 lookup 100'],
          },
        ),
        s: nodeOf(
          { eth0: plug('10.4.0.2/24'), eth1: plug('10.5.0.2/24') },
          { routes: ['default via 10.4.0.1 dev eth0'], loopback: ['10.99.99.99/32'] },
        ),
      },
      links: { lan: ['a:eth0', 'r:eth0'], one: ['r:eth1', 's:eth0'], two: ['r:eth2', 's:eth1'] },
      filtered: [],
    },
    questions: [
      ...each('s', '10.1.0.2', { src: '10.99.99.99' }),
      ...each('s', '10.1.0.1', { src: '10.99.99.99' }),
      ...each('a', '10.99.99.99'),
    ],
  },
  // masquerading by lo takes an address of another device, in the order in which the devices were made
  'masquerade-by-lo': {
    world: {
      nodes: {
        h: nodeOf(
          { eth0: port('br0'), br0: bridge('10.1.0.5/24'), eth1: plug('10.3.0.5/24') },
          {
            tables: {
              nat: {
                policies: { PREROUTING: 'ACCEPT', INPUT: 'ACCEPT', OUTPUT: 'ACCEPT', POSTROUTING: 'ACCEPT' },
                chains: [],
                rules: ['-A OUTPUT -p tcp -j REDIRECT --to-ports 80', '-A POSTROUTING -j MASQUERADE'],
              },
            },
          },
        ),
        b: hostOf('10.1.0.3/24', '10.1.0.5'),
        c: hostOf('10.3.0.3/24', '10.3.0.5'),
      },
      links: { one: ['h:eth0', 'b:eth0'], two: ['h:eth1', 'c:eth0'] },
      filtered: [],
    },
    questions: [
      ...each('h', '10.3.0.3'),
      ...each('h', '10.1.0.3'),
      ...each('h', '127.0.0.1'),
      ...each('h', '10.3.0.5'),
    ],
  },
  // what comes back over the host's own bridge belongs to a flow that was masqueraded for another device: dropped
  'masqueraded-flow-by-another-device': {
    world: {
      ...(TOPOLOGIES['bare hypervisor'] as World),
      nodes: {
        ...(TOPOLOGIES['bare hypervisor'] as World).nodes,
        h: {
          ...((TOPOLOGIES['bare hypervisor'] as World).nodes['h'] as WorldNode),
          tables: { nat: table('POSTROUTING', '-A POSTROUTING -o eth1 ! -p tcp -j MASQUERADE') },
        },
      },
    },
    questions: [...each('h', '10.1.0.11'), ...each('h', '10.3.0.1'), ...each('g1', '10.1.0.1')],
  },
  // with accept_local, a node's own address may come in as a source, but strictly only by the device that has it
  'own-source-by-its-device': {
    world: {
      nodes: {
        a: hostOf('10.1.0.2/24', '10.1.0.1'),
        r: nodeOf(
          { eth0: plug('10.1.0.1/24'), eth1: plug('10.2.0.1/24') },
          { settings: { ...FORWARDING, 'net.ipv4.conf.all.accept_local': 1, 'net.ipv4.conf.all.rp_filter': 1 } },
        ),
        b: hostOf('10.2.0.2/24', '10.2.0.1'),
      },
      links: { left: ['a:eth0', 'r:eth0'], right: ['r:eth1', 'b:eth0'] },
      filtered: [],
    },
    questions: ['10.1.0.1', '10.2.0.1'].flatMap((src) => [
      ...each('a', '10.1.0.1', { src }),
      ...each('a', '10.2.0.1', { src }),
      ...each('b', '10.1.0.1', { src }),
    ]),
  },
  // the hairpin and the published port of a container host
  containers: {
    world: TOPOLOGIES['containers'] as World,
    questions: ['x', 'c1', 'c2', 'd', 'gw'].flatMap((from) => [
      { from, proto: 'tcp' as const, dst: '10.1.0.2', dport: 8080 },
      { from, proto: 'tcp' as const, dst: '172.17.0.1', dport: 8080 },
      { from, proto: 'tcp' as const, dst: '127.0.0.1', dport: 8080 },
      ...each(from, '10.1.0.9'),
      ...each(from, '172.17.0.2'),
    ]),
  },
};
