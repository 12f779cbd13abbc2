import type { Question } from './probe.ts';
import { bridge, FORWARDING, hostOf, nodeOf, plug, port, type World } from './world.ts';

const table = (hook: string, rules: readonly string[]): readonly string[] =>
  rules.map((text) => `-A ${hook} -p udp -m udp ${text} -j DROP`);

/** A router whose devices are in groups: what each port asks of them. The group of a bridge's port is nobody's business. */
export const GROUPED: World = {
  nodes: {
    r: nodeOf(
      {
        eth0: { ...plug('10.1.0.1/24'), group: 1 },
        eth1: { ...plug('10.2.0.1/24'), group: 0x45 },
        br0: { ...bridge('10.3.0.1/24'), group: 7 },
        tap1: port('br0', { group: 9 }),
        tap2: port('br0'),
      },
      {
        settings: { ...FORWARDING, 'net.bridge.bridge-nf-call-iptables': 1 },
        tables: {
          filter: {
            policies: { INPUT: 'ACCEPT', FORWARD: 'ACCEPT', OUTPUT: 'ACCEPT' },
            chains: [],
            rules: [
              ...table('INPUT', [
                '--dport 7100 -m devgroup --src-group 0x1',
                '--dport 7101 -m devgroup ! --src-group 0x1',
                '--dport 7104 -m devgroup --src-group default',
              ]),
              ...table('FORWARD', [
                '--dport 7100 -m devgroup --src-group 0x1',
                '--dport 7101 -m devgroup ! --src-group 0x1',
                '--dport 7102 -m devgroup --dst-group 0x5/0x5',
                '--dport 7103 -m devgroup --src-group 0x1 ! --dst-group 0x45',
                '--dport 7104 -m devgroup --src-group default',
                '--dport 7105 -m devgroup --src-group 0x9',
              ]),
              ...table('OUTPUT', [
                '--dport 7102 -m devgroup --dst-group 0x5/0x5',
                '--dport 7103 -m devgroup ! --dst-group 0x45',
                '--dport 7104 -m devgroup --dst-group default',
              ]),
            ],
          },
        },
      },
    ),
    a: hostOf('10.1.0.2/24', '10.1.0.1'),
    b: hostOf('10.2.0.2/24', '10.2.0.1'),
    g1: hostOf('10.3.0.11/24', '10.3.0.1'),
    g2: hostOf('10.3.0.12/24', '10.3.0.1'),
  },
  links: {
    left: ['r:eth0', 'a:eth0'],
    right: ['r:eth1', 'b:eth0'],
    one: ['r:tap1', 'g1:eth0'],
    two: ['r:tap2', 'g2:eth0'],
  },
  filtered: [],
};

const row = (from: string, dst: string, passes: string): readonly (readonly [question: Question, passes: boolean])[] =>
  [...passes].map((one, n) => [{ from, proto: 'udp', dst, dport: 7100 + n }, one === '+']);

/** What a kernel did with packets to ports 7100 to 7105: whether they were delivered. */
export const GROUPED_PROBES = [
  row('a', '10.2.0.2', '-+-+++'),
  row('b', '10.1.0.2', '+-++++'),
  row('a', '10.3.0.11', '-+--++'),
  row('g1', '10.2.0.2', '+--+++'),
  row('g1', '10.3.0.12', '+--+++'),
  row('a', '10.1.0.1', '-+++++'),
  row('b', '10.1.0.1', '+-++++'),
  row('g1', '10.3.0.1', '+-++++'),
  row('r', '10.1.0.2', '+++-++'),
  row('r', '10.2.0.2', '++-+++'),
  row('r', '10.3.0.12', '++--++'),
  row('r', '10.1.0.1', '+-+--+'),
].flat();
