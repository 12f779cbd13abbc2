/** Findings made by hand, as question/answer would make them: what the reports are tested on. */
import type { Exchange, Hop, Walk } from '../../src/network/trace.ts';
import { parseAddress } from '../../src/packet/address.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import type { Fate } from '../../src/packet/fate.ts';
import { PROTOCOL, TCP_FLAG } from '../../src/packet/field.ts';
import { type Packet, packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import type { Finding, Outcome, Witness } from '../../src/question/finding.ts';

export const ip = (text: string): number => parseAddress(text) ?? Number.NaN;

const SAVE = 'compute-1/iptables-save.txt';

export const ping: Packet = packet({
  src: ip('10.0.0.1'),
  dst: ip('10.0.0.3'),
  proto: PROTOCOL.ICMP,
  icmpType: 8,
  icmpId: 7,
});
export const pong: Packet = { ...ping, src: ping.dst, dst: ping.src, icmpType: 0 };
export const syn: Packet = packet({
  src: ip('10.0.0.3'),
  dst: ip('192.168.56.200'),
  proto: PROTOCOL.TCP,
  sport: 40000,
  dport: 80,
  tcpFlags: TCP_FLAG.SYN,
  length: 60,
});

export const probe: Probe = {
  source: { kind: 'socket', node: 'controller-1', bound: false },
  packets: { proto: only(PROTOCOL.ICMP), dst: only(ping.dst) },
  state: 'fresh',
  back: true,
};

/** A hop on compute-1: `rule('OUTPUT', 'filter', 'nova-filter-top', 1, 'jump nova-compute-local', 80)`. */
export const rule = (
  hook: Hop['hook'],
  chain: string,
  number: number,
  text: string,
  verdict: string,
  line: number,
): Hop => ({
  node: 'compute-1',
  hook,
  table: 'filter',
  chain,
  rule: number,
  text: `-A ${chain} ${text}`,
  file: SAVE,
  line,
  verdict,
  packet: ping,
});

const bare = (node: string, hook: Hop['hook'], verdict: string, text = ''): Hop => ({
  node,
  hook,
  text,
  verdict,
  packet: ping,
});

const policy = (hook: Hop['hook'], table: 'mangle' | 'nat' | 'filter', line: number): Hop => ({
  node: 'compute-1',
  hook,
  table,
  chain: hook,
  text: `:${hook} ACCEPT`,
  file: SAVE,
  line,
  verdict: 'ACCEPT',
  packet: ping,
});

const walk = (leg: Walk['leg'], sent: Packet, hops: readonly Hop[], fate: Fate): Walk => ({
  leg,
  sent,
  hops,
  fate,
  received: sent,
  copies: [],
});

const exchange = (walks: readonly Walk[], reply: Fate): Exchange => ({
  probe,
  walks,
  disposition: { request: walks[0]?.fate ?? reply, reply },
  met: [],
  assumptions: [],
});

const TO_FALLBACK: readonly Hop[] = [
  rule('OUTPUT', 'OUTPUT', 1, '-j nova-filter-top', 'jump nova-filter-top', 62),
  rule('OUTPUT', 'nova-filter-top', 1, '-j nova-compute-local', 'jump nova-compute-local', 79),
  rule('OUTPUT', 'nova-compute-local', 2, '-d 10.0.0.3/32 -j nova-compute-inst-10', 'jump nova-compute-inst-10', 77),
  rule('OUTPUT', 'nova-compute-inst-10', 3, '-j nova-compute-provider', 'jump nova-compute-provider', 68),
  rule('OUTPUT', 'nova-compute-inst-10', 6, '-j nova-compute-sg-fallback', 'jump nova-compute-sg-fallback', 71),
  rule('OUTPUT', 'nova-compute-sg-fallback', 1, '-j DROP', 'DROP', 78),
];

const byRule: Fate = {
  kind: 'dropped',
  node: 'compute-1',
  reason: 'rule',
  origin: {
    node: 'compute-1',
    text: '-A nova-compute-sg-fallback -j DROP',
    place: { file: SAVE, line: 78, column: 1 },
  },
};
const delivered = (node: string, device: string): Fate => ({ kind: 'delivered', node, interface: device });
const nothing: Fate = { kind: 'none', reason: 'the request does not arrive' };

const outcome = (fate: Fate, received?: Packet): Outcome => ({
  delivered: fate.kind === 'delivered',
  fate,
  ...(fate.kind === 'delivered' ? { node: fate.node } : {}),
  alternatives: [],
  ...(received === undefined ? {} : { src: received.src, dst: received.dst }),
});

const lost = (kind: 'policy' | 'none'): Witness => {
  const sent = { ...ping, src: ip('192.168.56.202') };
  const before = kind === 'policy' ? [policy('OUTPUT', 'mangle', 6), policy('OUTPUT', 'nat', 13)] : [];
  const hops = [
    bare('compute-1', 'route', 'via eth1', 'default via 192.168.56.101 dev eth1'),
    ...before,
    ...TO_FALLBACK,
  ];
  return { packet: sent, exchange: exchange([walk('request', sent, hops, byRule)], nothing) };
};

/** `can` answered by a proof, with one of the packets as its example. */
export const refuted: Finding = {
  question: 'can compute-1 reach 10.0.0.3 over icmp',
  answer: 'no',
  witness: null,
  proof: {
    over: 'every icmp echo request that a process on compute-1 sends to 10.0.0.3, whatever its id, length and payload',
    corners: 12,
    example: lost('policy'),
  },
  request: outcome(byRule),
  reply: outcome(nothing),
  unknowns: [],
  assumptions: [
    { node: 'compute-1', text: 'net.ipv4.ip_default_ttl = 64 (kernel default: no capture shows it)' },
    { text: 'links carry every frame' },
  ],
  ms: 12,
};

const forth: readonly Hop[] = [
  bare('controller-1', 'route', 'via br100', '10.0.0.0/24 dev br100 scope link src 10.0.0.1'),
  bare('controller-1', 'neighbour', 'fa:16:3e:00:00:0a', '10.0.0.3 dev br100'),
  rule('FORWARD', 'FORWARD', 1, '-j nova-filter-top', 'jump nova-filter-top', 55),
  rule('FORWARD', 'nova-filter-top', 1, '-j nova-compute-local', 'jump nova-compute-local', 79),
  rule('FORWARD', 'nova-compute-local', 2, '-d 10.0.0.3/32 -j nova-compute-inst-10', 'jump nova-compute-inst-10', 77),
  rule('FORWARD', 'nova-compute-inst-10', 5, '-s 10.0.0.0/24 -j ACCEPT', 'ACCEPT', 70),
  policy('POSTROUTING', 'mangle', 7),
  policy('POSTROUTING', 'nat', 14),
  bare('vm-cirros-b', 'deliver', 'delivered'),
];

const back: readonly Hop[] = [
  rule('FORWARD', 'FORWARD', 2, '-j nova-compute-FORWARD', 'jump nova-compute-FORWARD', 56),
  rule('FORWARD', 'nova-compute-FORWARD', 1, '-i br100 -j ACCEPT', 'ACCEPT', 64),
];

/** `can` answered by a packet that arrives and whose answer comes back. */
export const shown: Finding = {
  question: 'can controller-1 reach 10.0.0.3 over icmp and back',
  answer: 'yes',
  witness: {
    packet: ping,
    exchange: exchange(
      [
        walk('request', ping, forth, delivered('vm-cirros-b', 'eth0')),
        walk('answer', pong, back, delivered('controller-1', 'br100')),
      ],
      delivered('controller-1', 'br100'),
    ),
  },
  request: outcome(delivered('vm-cirros-b', 'eth0'), ping),
  reply: outcome(delivered('controller-1', 'br100'), pong),
  unknowns: [],
  assumptions: [],
  ms: 34,
};

/** `always` refuted by a packet whose answer is lost. */
export const halfway: Finding = {
  question: 'does controller-1 always reach 10.0.0.3 over icmp and back?',
  answer: 'no',
  witness: {
    packet: ping,
    exchange: exchange(
      [walk('request', ping, forth, delivered('vm-cirros-b', 'eth0')), walk('answer', pong, TO_FALLBACK, byRule)],
      byRule,
    ),
  },
  request: outcome(delivered('vm-cirros-b', 'eth0'), ping),
  reply: outcome(byRule),
  unknowns: [],
  assumptions: [],
  ms: 5,
};

/** Two packets meet the same `-m limit`, and no capture shows one setting. */
export const open: Finding = {
  question: 'can vm-cirros reach 192.168.56.200 over tcp port 80',
  answer: 'unknown',
  witness: null,
  unknowns: ['1', '2']
    .map((visit) => ({
      id: `limit@${visit}`,
      reason: '-m limit depends on what came before',
      origin: {
        node: 'compute-1',
        text: '-A FORWARD -m limit --limit 5/min -j ACCEPT',
        place: { file: SAVE, line: 90, column: 12 },
      },
    }))
    .concat([
      {
        id: 'sysctl',
        reason: 'no capture of compute-1 shows net.bridge.bridge-nf-call-iptables',
      } as never,
    ]),
  assumptions: [],
  ms: 8,
};
