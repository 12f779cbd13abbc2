import { BROADCAST_MAC } from '../../../src/packet/address.ts';
import type { Question } from './probe.ts';
import { macOf } from './snapshot.ts';
import { bridge, FORWARDING, hostOf, nodeOf, plug, port, type World } from './world.ts';

/** What each port of `r` is asked with; a port's rule drops what has no such way back. */
const FLAGS: Readonly<Record<number, string>> = {
  7000: '',
  7001: '--loose ',
  7002: '--accept-local ',
  7003: '--loose --accept-local ',
};

const drops = (dport: number, flags: string): string =>
  `-A PREROUTING -p udp -m udp --dport ${dport} -m rpfilter ${flags}--invert -j DROP`;
const marks = (dport: number): string =>
  `-A PREROUTING -p udp -m udp --dport ${dport} -j MARK --set-xmark 0x1/0xffffffff`;

/** A router that asks for the way back to every source: two cables, a bridge with two guests, rules and routes of all kinds. */
export const WAYS_BACK: World = {
  nodes: {
    r: nodeOf(
      {
        eth0: plug('10.1.0.1/24'),
        eth1: plug('10.2.0.1/24'),
        br0: bridge('10.3.0.1/24'),
        tap1: port('br0'),
        tap2: port('br0'),
        eth2: { ...plug('10.4.0.1/24'), up: false },
      },
      {
        settings: { ...FORWARDING, 'net.ipv4.conf.all.accept_local': 1, 'net.bridge.bridge-nf-call-iptables': 1 },
        routes: [
          'default via 10.1.0.2 dev eth0',
          'blackhole 10.66.0.0/24',
          'prohibit 10.66.1.0/24',
          '10.67.0.0/24 dev eth1 scope link',
          'local 10.68.0.0/24 dev eth1 table local scope host',
          'default via 10.2.0.2 dev eth1 table 200',
        ],
        policies: [
          '100:\tfrom all fwmark 0x1 lookup 200',
          '101:\tfrom 10.3.0.12 lookup 200',
          '102:\tfrom 0.0.0.0/8 lookup 200',
          '103:\tfrom all to 198.51.100.0/24 ipproto udp lookup 200',
          '104:\tfrom all to 198.18.0.0/15 tos 0x10 lookup 200',
          '105:\tfrom all to 192.0.2.0/24 iif lo lookup 200',
        ],
        tables: {
          raw: {
            policies: { PREROUTING: 'ACCEPT', OUTPUT: 'ACCEPT' },
            chains: [],
            rules: [
              ...Object.entries(FLAGS).map(([dport, flags]) => drops(Number(dport), flags)),
              '-A PREROUTING -p udp -m udp --dport 7006 -m rpfilter -j DROP',
            ],
          },
          mangle: {
            policies: {
              PREROUTING: 'ACCEPT',
              INPUT: 'ACCEPT',
              FORWARD: 'ACCEPT',
              OUTPUT: 'ACCEPT',
              POSTROUTING: 'ACCEPT',
            },
            chains: [],
            rules: [marks(7004), drops(7004, '--validmark '), marks(7005), drops(7005, '')],
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

const macAt = (name: string, device: string): number => {
  const names = Object.keys(WAYS_BACK.nodes);
  const node = WAYS_BACK.nodes[name];
  if (node === undefined) throw new Error(`no node ${name}`);
  return macOf(node, names.indexOf(name), device);
};

const OWN = { eth0: '10.1.0.1', eth1: '10.2.0.1', tap1: '10.3.0.1' } as const;
const PORTS = [7000, 7001, 7002, 7003, 7004, 7005, 7006] as const;

/** From the wire at a device of `r`, to its own address there unless another one is named. */
function frame(interface_: keyof typeof OWN, src: string, dst: string = OWN[interface_], tos = 0): Partial<Question> {
  const target = dst === '10.3.0.12' ? macAt('g2', 'eth0') : macAt('r', interface_ === 'tap1' ? 'br0' : interface_);
  const to = dst === '255.255.255.255' ? BROADCAST_MAC : target;
  const odd = tos === 0 ? {} : { odd: { tos } };
  return { src, dst, wire: { interface: interface_, to }, ...odd };
}

/** The node that a packet is meant for. */
const RECEIVER: Readonly<Record<string, string>> = { '10.3.0.12': 'g2', '10.2.0.2': 'b' };

/** A probe, and whether a kernel delivered it at `at`. */
export interface Asked {
  readonly question: Question;
  readonly at: string;
  readonly passes: boolean;
}

const row = (passes: string, more: Partial<Question>): readonly Asked[] =>
  PORTS.map((dport, n) => {
    const question: Question = { from: 'r', proto: 'udp', dst: '', dport, ...more };
    return { question, at: RECEIVER[question.dst] ?? 'r', passes: passes[n] === '+' };
  });

/** What a kernel did with each packet, to ports 7000 to 7006. */
export const ASKED: readonly Asked[] = [
  row('++++-+-', frame('eth0', '10.1.0.2')),
  row('-+-++-+', frame('eth1', '10.1.0.2')),
  row('++++++-', frame('eth1', '192.0.2.7')),
  row('-+-+--+', frame('eth0', '192.0.2.7')),
  row('++++-+-', frame('eth0', '8.8.8.8')),
  row('-+-++-+', frame('eth1', '8.8.8.8')),
  row('------+', frame('eth0', '10.66.0.9')),
  row('------+', frame('eth0', '10.66.1.9')),
  row('-+-+--+', frame('eth0', '10.67.0.9')),
  row('++++++-', frame('eth1', '10.67.0.9')),
  row('---+--+', frame('eth0', '10.68.0.9')),
  row('--++--+', frame('eth1', '10.68.0.9')),
  row('--++--+', frame('eth0', '10.1.0.1')),
  row('---+--+', frame('eth1', '10.1.0.1')),
  row('++++-+-', frame('eth0', '198.51.100.4')),
  row('-+-++-+', frame('eth1', '198.51.100.4')),
  row('++++-+-', frame('eth0', '198.18.0.4')),
  row('++++++-', frame('eth1', '198.18.0.4', '10.2.0.1', 0x10)),
  row('-+-+--+', frame('eth0', '198.18.0.4', '10.1.0.1', 0x10)),
  row('++++++-', frame('eth0', '0.0.0.0', '255.255.255.255')),
  row('-+-+--+', frame('eth0', '8.8.8.8', '255.255.255.255')),
  row('++++++-', frame('eth1', '8.8.8.8', '255.255.255.255')),
  row('++++-+-', frame('tap1', '10.3.0.11')),
  row('-+-+--+', frame('tap1', '8.8.8.8')),
  row('-+-+--+', frame('tap1', '10.3.0.11', '10.3.0.12')),
  row('-+-+--+', frame('tap1', '10.1.0.2', '10.3.0.12')),
  row('-+-+--+', frame('tap1', '10.2.0.9', '10.3.0.12')),
  row('-+-++-+', frame('eth1', '10.4.0.9')),
  row('++++-+-', frame('eth0', '10.4.0.9')),
  row('++++-+-', frame('eth0', '10.4.0.1')),
  row('++++++-', { dst: '10.1.0.1' }),
  row('++++++-', { dst: '127.0.0.1' }),
  row('++++++-', { dst: '10.1.0.255', src: '10.1.0.1' }),
  row('++++++-', { dst: '255.255.255.255', src: '10.1.0.1' }),
  row('++++-+-', { from: 'a', dst: '10.2.0.2' }),
  row('-+-+--+', { from: 'g1', dst: '10.3.0.12' }),
].flat();
