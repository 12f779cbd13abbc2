import { expect, it } from 'vitest';
import { explore } from '../../src/evaluate/explore.ts';
import type { Slot } from '../../src/ir/program.ts';
import { lower } from '../../src/lower/lower.ts';
import type { Network } from '../../src/network/network.ts';
import type { Probe } from '../../src/packet/exchange.ts';
import type { Disposition } from '../../src/packet/fate.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { only } from '../../src/packet/ranges.ts';
import type { Scalar } from '../../src/packet/scalar.ts';
import { icmp, said, tcp, udp } from '../evaluate/ask.ts';
import { build, FORWARDING, guest } from '../evaluate/build.ts';
import { everyEnd } from '../lower/ends.ts';

/** a and b with a router between them. */
const routed = (raw: string, filter: string, nat = ''): Network =>
  build(
    {
      a: guest('10.0.1.2/24', '10.0.1.1'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.1.1/24'] }, eth1: { addresses: ['10.0.2.1/24'] } },
        sysctl: FORWARDING,
        iptables: `*raw\n${raw}\n*nat\n${nat}\n*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n${filter}`,
      },
      b: guest('10.0.2.2/24', '10.0.2.1'),
    },
    [
      ['a:eth0', 'r:eth0'],
      ['r:eth1', 'b:eth0'],
    ],
  );

const text = ({ request, reply }: Disposition): string => `${said(request)}, ${said(reply)}`;

/** How both twins say that the packet ends: they must agree. */
function endsOf(network: Network, of: Packet, node = 'a'): readonly string[] {
  const free: Probe = { source: { kind: 'socket', node, bound: false }, packets: {}, state: 'fresh', back: true };
  const walked = explore(network, free, { packet: of, states: new Map() });
  const fields = Object.entries(of).map(([field, value]) => [field, only(value)] as const);
  const program = lower(network, { ...free, packets: Object.fromEntries(fields) });
  const inputs = new Map<Slot, Scalar>([...program.inputs].map(([slot]) => [slot, of[slot as keyof Packet] ?? 0]));
  const one = [...new Set(walked.map(({ disposition }) => text(disposition)))].sort();
  expect([...new Set(everyEnd(program, inputs).map(text))].sort()).toEqual(one);
  return one;
}

const BOTH = ['delivered b, delivered a'];
const NO_ANSWER = ['delivered b, dropped r: rule'];
const NONE = ['dropped r: rule, none'];
const REQUESTS = '-A FORWARD -i eth0 -j ACCEPT';
const ANSWERS = `${REQUESTS}\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT`;
const NEW = '-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT';
const IN = '-A PREROUTING -i eth0';
const OUT = '-A PREROUTING -i eth1';

// what a kernel did with each (xt_CT.c, xt_ct_target: "Previously seen (loopback)? Ignore.")
// biome-ignore format: a table
it.each([
  ['a zone stays', `${IN} -j CT --zone 5\n${IN} -j CT --zone 6\n${OUT} -j CT --zone 5`, ANSWERS, BOTH],
  ['a later zone is none', `${IN} -j CT --zone 5\n${IN} -j CT --zone 6\n${OUT} -j CT --zone 6`, ANSWERS, NO_ANSWER],
  ['zone 0 is one too', `${IN} -j CT --zone 0\n${IN} -j CT --zone 6`, ANSWERS, BOTH],
  ['events are given in zone 0', `${IN} -j CT --ctevents new\n${IN} -j CT --zone 6`, ANSWERS, BOTH],
  ['a packet in a zone is tracked', `${IN} -j CT --zone 5\n${IN} -j CT --notrack`, ANSWERS, NO_ANSWER],
  ['and its answer begins a flow of its own', `${IN} -j CT --zone 5\n${IN} -j CT --notrack`, NEW, BOTH],
  ['so it is for NOTRACK', `${IN} -j CT --zone 5\n${IN} -j NOTRACK\n${OUT} -j CT --zone 5`, NEW, BOTH],
  ['one with events is', `${IN} -j CT --ctevents new\n${IN} -j NOTRACK`, NEW, BOTH],
  ['one out of tracking stays there', `${IN} -j NOTRACK\n${IN} -j CT --zone 5`, NEW, NONE],
  ['which raw sees at once', `${IN} -j NOTRACK\n${IN} -m conntrack --ctstate UNTRACKED -j DROP`, ANSWERS, NONE],
  ['a zone is NEW in raw', `${IN} -j CT --zone 5\n${IN} -m conntrack --ctstate NEW -j DROP`, ANSWERS, NONE],
  ['without one nothing is', `${IN} -m conntrack --ctstate NEW -j DROP`, ANSWERS, BOTH],
])('the first that raw says of tracking holds: %s', (_, raw, filter, ends) => {
  expect(endsOf(routed(raw, filter), udp('10.0.2.2', 53))).toEqual(ends);
});

it('the zone of a request is not that of its answer', () => {
  const snat = '-A POSTROUTING -o eth1 -j SNAT --to-source 10.0.2.1';
  const zoned = routed(`${IN} -j CT --zone 9`, ANSWERS, snat);
  expect(endsOf(zoned, udp('10.0.2.2', 53))).toEqual(NO_ANSWER);
  expect(endsOf(zoned, tcp('10.0.2.2', 80))).toEqual(NO_ANSWER);
  expect(endsOf(routed(`${IN} -j CT --zone 9\n${OUT} -j CT --zone 9`, ANSWERS, snat), tcp('10.0.2.2', 80))).toEqual(
    BOTH,
  );
  expect(endsOf(routed('', ANSWERS, snat), tcp('10.0.2.2', 80))).toEqual(BOTH);
});

it('what a node sends to itself keeps its flow, whatever raw says where it comes in', () => {
  const at = (raw: string) => routed(raw, '-A INPUT -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT');
  for (const of of [udp('10.0.1.1', 53), tcp('127.0.0.1', 80), icmp('10.0.2.1')]) {
    const own = ['delivered r, delivered r'];
    expect(endsOf(at('-A PREROUTING -i lo -j CT --notrack'), of, 'r')).toEqual(own);
    expect(endsOf(at('-A PREROUTING -i lo -j CT --zone 4'), of, 'r')).toEqual(own);
    expect(endsOf(at('-A OUTPUT -o lo -j CT --zone 4'), of, 'r')).toEqual(own);
    expect(endsOf(at('-A OUTPUT -o lo -j CT --notrack'), of, 'r')).toEqual(['dropped r: rule, none']);
  }
});
