import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { CT_STATE, TCP_FLAG } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { ends, hopsAt, icmp, send, sendPinned, tcp, udp, wire } from './ask.ts';
import { addr, BRIDGE_NF, build, FORWARDING, guest, type Host, host } from './build.ts';

/** a, two bridges in a row (h, k), b. */
const chain = (h: Partial<Host>, k: Partial<Host> = {}): Network => {
  const bridge = { interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: {} }, sysctl: BRIDGE_NF };
  return build({ a: host('10.0.0.1/24'), h: { ...bridge, ...h }, k: { ...bridge, ...k }, b: host('10.0.0.2/24') }, [
    ['a:eth0', 'h:p1'],
    ['h:p2', 'k:p1'],
    ['k:p2', 'b:eth0'],
  ]);
};

const guard = (more: string): string =>
  `*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n${more}`;

// fact 12
it('each node tracks for itself: answers pass where the request began the flow', () => {
  const network = chain(
    { iptables: guard('-A FORWARD -m physdev --physdev-in p1 -j ACCEPT') },
    { iptables: guard('-A FORWARD -m physdev --physdev-in p1 -j ACCEPT') },
  );
  expect(ends(send(network, 'a', tcp('10.0.0.2', 80)))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(network, 'b', tcp('10.0.0.1', 80)))[0]).toBe('dropped k: rule');
});

it('a node that did not see the request does not know the answer', () => {
  // h does not track the request, k does
  const blind =
    '*raw\n-A PREROUTING -s 10.0.0.1/32 -j CT --notrack\n' + guard('-A FORWARD -m state --state UNTRACKED -j ACCEPT');
  const network = chain({ iptables: blind }, { iptables: guard('-A FORWARD -s 10.0.0.1/32 -j ACCEPT') });
  expect(ends(send(network, 'a', icmp('10.0.0.2')))).toEqual(['delivered b', 'dropped h: rule']);
});

// fact 13
it('a packet that is dropped leaves no entry: the next one is NEW again and nat is asked again', () => {
  const nat =
    '*nat\n-A PREROUTING -p udp -j DNAT --to-destination 10.0.0.2\n*filter\n-A FORWARD -p udp -m udp --dport 9 -j DROP';
  const network = chain({ iptables: nat });
  expect(ends(send(network, 'a', udp('10.0.0.2', 9)))[0]).toBe('dropped h: rule');
  const confirmed = send(network, 'a', udp('10.0.0.2', 10));
  expect(ends(confirmed)).toEqual(['delivered b', 'delivered a']);
  // the answer's leg asks no nat rule
  expect(hopsAt(confirmed, 'h', 'PREROUTING', 'answer').filter(({ rule }) => rule !== undefined)).toEqual([]);
});

const natRulesAsked = (iptables: string): readonly number[] =>
  send(chain({ iptables }), 'a', tcp('10.0.0.2', 80)).walks.map(
    ({ hops }) => hops.filter(({ table, rule }) => table === 'nat' && rule !== undefined).length,
  );
const COUNTING = '*nat\n-A PREROUTING -p tcp\n-A POSTROUTING -p tcp';

it('nat is asked for the first packet of a flow only', () => {
  const tracked = `${COUNTING}\n*filter\n-A FORWARD -m conntrack --ctstate NEW,ESTABLISHED -j ACCEPT`;
  expect(natRulesAsked(tracked)).toEqual([2, 0, 0, 0, 0]);
});

it('nat is not asked where no rule makes the kernel track connections', () => {
  expect(natRulesAsked(COUNTING)).toEqual([0, 0, 0, 0, 0]);
});

// facts 14 and 15
const state = (packet: Packet, sysctl: Host['sysctl'] = {}): string => {
  const states = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];
  const iptables = `*filter\n${states.map((one) => `-A INPUT -m conntrack --ctstate ${one} -m comment --comment ${one} -j ACCEPT`).join('\n')}`;
  const b = build(
    { b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } }, iptables, sysctl } },
    [],
  );
  const exchange = send(b, wire('b', 'eth0'), { ...packet, src: addr('10.0.0.1'), macDst: 0x0a0000000002 });
  const [hop] = hopsAt(exchange, 'b', 'INPUT');
  return states.find((one) => hop?.text.includes(`--comment ${one} `)) ?? ends(exchange)[0];
};

const { SYN, ACK, FIN, RST, PSH, URG } = TCP_FLAG;
describe('the first packet that a node sees', () => {
  const strict = { 'net.netfilter.nf_conntrack_tcp_loose': 0 };
  const trusting = { 'net.netfilter.nf_conntrack_checksum': 0 };
  it.each([
    ['a SYN', 'NEW', tcp('10.0.0.2', 80), {}],
    ['a lone SYN-ACK', 'INVALID', tcp('10.0.0.2', 80, { tcpFlags: SYN | ACK }), {}],
    ['a lone ACK', 'NEW', tcp('10.0.0.2', 80, { tcpFlags: ACK }), {}],
    ['a lone ACK with tcp_loose=0', 'INVALID', tcp('10.0.0.2', 80, { tcpFlags: ACK }), strict],
    ['data', 'NEW', tcp('10.0.0.2', 80, { tcpFlags: ACK | PSH }), {}],
    ['a SYN with tcp_loose=0', 'NEW', tcp('10.0.0.2', 80), strict],
    ['a RST', 'INVALID', tcp('10.0.0.2', 80, { tcpFlags: RST }), {}],
    ['a FIN', 'INVALID', tcp('10.0.0.2', 80, { tcpFlags: FIN | ACK }), {}],
    ['flags that no stack sends', 'INVALID', tcp('10.0.0.2', 80, { tcpFlags: SYN | FIN }), {}],
    ['no flags', 'INVALID', tcp('10.0.0.2', 80, { tcpFlags: 0 }), {}],
    ['an urgent SYN', 'NEW', tcp('10.0.0.2', 80, { tcpFlags: SYN | URG }), {}],
    ['udp', 'NEW', udp('10.0.0.2', 53), {}],
    ['an echo request', 'NEW', icmp('10.0.0.2'), {}],
    ['an echo reply', 'INVALID', icmp('10.0.0.2', { icmpType: 0 }), {}],
    ['a timestamp request', 'NEW', icmp('10.0.0.2', { icmpType: 13 }), {}],
    ['an unrelated ICMP error', 'INVALID', icmp('10.0.0.2', { icmpType: 3, icmpCode: 1 }), {}],
    ['a router advertisement', 'INVALID', icmp('10.0.0.2', { icmpType: 9 }), {}],
    ['another protocol', 'NEW', udp('10.0.0.2', 0, { proto: 47, sport: 0 }), {}],
    ['udp with a bad checksum', 'INVALID', udp('10.0.0.2', 53, { badChecksum: 1 }), {}],
    ['tcp with a bad checksum', 'INVALID', tcp('10.0.0.2', 53, { badChecksum: 1 }), {}],
    ['icmp with a bad checksum', 'INVALID', icmp('10.0.0.2', { badChecksum: 1 }), {}],
    ['a bad checksum that nobody checks', 'NEW', udp('10.0.0.2', 53, { badChecksum: 1 }), trusting],
  ] as const)('%s is %s', (_, expected, packet, sysctl) => {
    expect(state(packet, sysctl)).toBe(expected);
  });
});

it('a bad checksum is delivered, and not answered', () => {
  const b = build({ b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } } } }, []);
  const frame = udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst: 0x0a0000000002, badChecksum: 1 });
  expect(ends(send(b, wire('b', 'eth0'), frame))).toEqual(['delivered b', 'dropped b: checksum']);
});

/** The request goes by r, the answer by s: each sees half of the flow. */
const halves = (r: Partial<Host>, s: Partial<Host>): Network => {
  const router = (n: number) => ({
    interfaces: { eth0: { addresses: [`10.0.0.25${n}/24`] }, eth1: { addresses: [`10.0.1.25${n}/24`] } },
    sysctl: FORWARDING,
  });
  return build(
    {
      a: guest('10.0.0.1/24', '10.0.0.251'),
      b: guest('10.0.1.1/24', '10.0.1.252'),
      r: { ...router(1), ...r },
      s: { ...router(2), ...s },
    },
    [
      ['a:eth0', 'r:eth0', 's:eth0'],
      ['b:eth0', 'r:eth1', 's:eth1'],
    ],
  );
};

// fact 14
it('a node that sees only answers takes SYN-ACKs and echo replies for INVALID and leaves them untranslated', () => {
  const snat = { iptables: '*nat\n-A POSTROUTING -j SNAT --to-source 10.9.9.9' };
  expect(ends(send(halves({}, snat), 'a', icmp('10.0.1.1')))).toEqual(['delivered b', 'delivered a']);
  expect(send(halves({}, snat), 'a', icmp('10.0.1.1')).walks[1]?.received.src).toBe(addr('10.0.1.1'));
  const drop = { iptables: '*filter\n-A FORWARD -m state --state INVALID -j DROP' };
  expect(ends(send(halves({}, drop), 'a', icmp('10.0.1.1')))[1]).toBe('dropped s: rule');
  expect(ends(send(halves({}, drop), 'a', tcp('10.0.1.1', 80)))[1]).toBe('dropped s: rule');
});

it('a node that sees only answers takes udp for NEW, and its nat runs on them', () => {
  const snat = { iptables: '*nat\n-A POSTROUTING -j SNAT --to-source 10.9.9.9' };
  const exchange = send(halves({}, snat), 'a', udp('10.0.1.1', 53));
  expect(exchange.walks[1]?.received.src).toBe(addr('10.9.9.9'));
  expect(ends(exchange)[1]).toBe('dropped a: no socket');
});

it('a node that sees only the requests of a connection takes its ACK for INVALID', () => {
  const drop = { iptables: '*filter\n-A FORWARD -m state --state INVALID -j DROP' };
  const exchange = send(halves(drop, {}), 'a', tcp('10.0.1.1', 80));
  expect(exchange.walks.map(({ leg }) => leg)).toEqual(['request', 'answer', 'acknowledgement']);
  expect(ends(exchange)).toEqual(['delivered b', 'dropped r: rule']);
  expect(ends(send(halves(drop, {}), 'a', udp('10.0.1.1', 80)))).toEqual(['delivered b', 'delivered a']);
});

// fact 19
it('DNAT and SNAT are states beside the others', () => {
  const router = (rule: string): Network =>
    build(
      {
        a: guest('10.0.0.1/24', '10.0.0.254'),
        r: {
          interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'] } },
          sysctl: FORWARDING,
          iptables: `*nat\n-A PREROUTING -d 10.0.0.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.1.1\n-A POSTROUTING -m conntrack ! --ctstate DNAT -j ACCEPT\n-A POSTROUTING -j MASQUERADE\n*filter\n${rule}`,
        },
        b: guest('10.0.1.1/24', '10.0.1.254'),
      },
      [
        ['a:eth0', 'r:eth0'],
        ['r:eth1', 'b:eth0'],
      ],
    );
  const seenFrom = (dst: string) => send(router(''), 'a', tcp(dst, 80)).walks[0]?.received.src;
  expect(seenFrom('10.0.0.254')).toBe(addr('10.0.1.254'));
  expect(seenFrom('10.0.1.1')).toBe(addr('10.0.0.1'));
  const dropDnat = router('-A FORWARD -m conntrack --ctstate DNAT -j DROP');
  expect(ends(send(dropDnat, 'a', tcp('10.0.0.254', 80)))[0]).toBe('dropped r: rule');
  expect(ends(send(dropDnat, 'a', tcp('10.0.1.1', 80)))[0]).toBe('delivered b');
});

const PINNED = '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m state --state ESTABLISHED -j ACCEPT';

it('a pinned state holds for the first packet, and the answer follows from it', () => {
  const network = chain({ iptables: PINNED });
  expect(ends(sendPinned(network, 'a', tcp('10.0.0.2', 80), { h: CT_STATE.ESTABLISHED }))).toEqual([
    'delivered b',
    'delivered a',
  ]);
  for (const one of [CT_STATE.NEW, CT_STATE.INVALID, CT_STATE.RELATED, CT_STATE.UNTRACKED])
    expect(ends(sendPinned(network, 'a', tcp('10.0.0.2', 80), { h: one }))[0]).toBe('dropped h: rule');
});

it('ESTABLISHED and RELATED packets carry the mapping of their flow, INVALID and UNTRACKED ones pass nat by', () => {
  const network = chain({
    iptables: '*nat\n-A POSTROUTING -m state --state NEW -j SNAT --to-source 10.0.0.77',
  });
  const source = (pinned: number) =>
    sendPinned(network, 'a', udp('10.0.0.2', 53), { h: pinned }).walks[0]?.received.src;
  for (const one of [CT_STATE.NEW, CT_STATE.ESTABLISHED, CT_STATE.RELATED]) expect(source(one)).toBe(addr('10.0.0.77'));
  for (const one of [CT_STATE.INVALID, CT_STATE.UNTRACKED]) expect(source(one)).toBe(addr('10.0.0.1'));
});

it('zones keep tables apart', () => {
  const zoned = (port: string) =>
    chain({
      iptables: `*raw\n-A PREROUTING -m physdev --physdev-in ${port} -j CT --zone 5\n${guard('-A FORWARD -m physdev --physdev-in p1 -j ACCEPT')}`,
    });
  // the answer is looked up in another zone than the request
  expect(ends(send(zoned('p1'), 'a', udp('10.0.0.2', 53)))[1]).toBe('dropped h: rule');
  expect(ends(send(zoned('p+'), 'a', udp('10.0.0.2', 53)))[1]).toBe('delivered a');
});

it('a connmark stays with the flow', () => {
  const network = chain({
    iptables: `*mangle\n-A PREROUTING -s 10.0.0.1/32 -j CONNMARK --set-xmark 0x5/0xffffffff\n*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m connmark --mark 0x5 -j ACCEPT`,
  });
  expect(ends(send(network, 'a', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered a']);
});
