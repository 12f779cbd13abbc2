import { describe, expect, it } from 'vitest';
import { explore } from '../../../src/evaluate/explore.ts';
import { groupMac6 } from '../../../src/evaluate/six/address.ts';
import type { Network } from '../../../src/network/network.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { PROTOCOL, TCP_FLAG } from '../../../src/packet/field.ts';
import { type Packet, packet } from '../../../src/packet/packet.ts';
import { ends, hopsAt, said } from '../ask.ts';
import { addr6, build6, FORWARDING6, type Host6, host6 } from '../six-build.ts';
import { filter, mangle, ping, probe6, send6, tcp6, udp6 } from './ask.ts';

const pair = (b: Partial<Host6> = {}, a: Partial<Host6> = {}): Network =>
  build6({ a: host6('2001:db8:a::2/64', undefined, a), b: host6('2001:db8:a::3/64', undefined, b) }, [
    ['a:eth0', 'b:eth0'],
  ]);

/** The source of the answer as it was sent. */
const answerFrom = (network: Network, from: string, of: Packet): string | undefined => {
  const sent = send6(network, from, of).walks.find(({ leg }) => leg === 'answer')?.sent;
  return sent === undefined ? undefined : printAddress(sent.src);
};

describe('an answer', () => {
  it.each([
    ['to an echo request', ping('2001:db8:a::3')],
    ['of tcp', tcp6('2001:db8:a::3', 80)],
    ['of udp', udp6('2001:db8:a::3', 53)],
  ])('%s comes from the address that was asked', (_, of) => {
    expect(ends(send6(pair(), 'a', of))).toEqual(['delivered b', 'delivered a']);
    expect(answerFrom(pair(), 'a', of)).toBe('2001:db8:a::3');
  });

  // measured: it is routed again as what leaves by lo, and local routes to addresses of a link are those of their device
  it.each([
    ['hop limit', 'HL --hl-dec 1'],
    ['traffic class', 'TOS --set-tos 0x10/0xff'],
    ['mark', 'MARK --set-xmark 0x1/0xffffffff'],
  ])("to the node's own address of a link has no route where OUTPUT changes its %s", (_, action) => {
    const changed = { ip6tables: mangle(`-A OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j ${action}`) };
    const deaf = { ip6tables: filter('-A INPUT -j DROP') };
    const group = ping('ff02::1');
    expect(ends(send6(pair(deaf), 'a%eth0', group))).toEqual(['delivered a', 'delivered a']);
    expect(ends(send6(pair(deaf, changed), 'a%eth0', group))).toEqual(['delivered a', 'dropped a: no route']);
    expect(ends(send6(pair({}, changed), 'b', ping('2001:db8:a::2')))).toEqual(['delivered a', 'delivered b']);
  });

  it.each([
    ['an echo reply', ping('2001:db8:a::3', { icmpType: 129 })],
    ['an error', ping('2001:db8:a::3', { icmpType: 1 })],
    ['a segment that opens nothing', tcp6('2001:db8:a::3', 80, { tcpFlags: TCP_FLAG.ACK })],
    ['another protocol', packet({ proto: 99, dst: addr6('2001:db8:a::3') })],
    ['ICMP of IPv4', packet({ proto: PROTOCOL.ICMP, icmpType: 8, dst: addr6('2001:db8:a::3') })],
  ])('is not given to %s', (_, of) => {
    expect(ends(send6(pair(), 'a', { ...of, src: addr6('2001:db8:a::2') }))).toEqual(['delivered b', 'none']);
  });

  it('keeps traffic class and code of an echo request, with the hop limit of its own way', () => {
    const of = ping('2001:db8:a::3', { tos: 16, icmpCode: 1, ttl: 9 });
    const sent = send6(pair({ sysctl: { 'net.ipv6.conf.eth0.hop_limit': 7 } }), 'a', of).walks[1]?.hops.at(-1)?.packet;
    expect([sent?.tos, sent?.icmpCode, sent?.ttl]).toEqual([16, 1, 7]);
    expect(send6(pair(), 'a', of).walks[1]?.hops.at(-1)?.packet.ttl).toBe(64);
  });

  it.each([
    ['all', ping('2001:db8:a::3'), 'a', 'none'],
    // the sender itself is one of the group, and answers its own copy
    ['multicast', ping('ff02::1'), 'a%eth0', 'delivered a'],
  ])('to an echo request is held back by echo_ignore_%s', (name, of, from, left) => {
    expect(ends(send6(pair(), from, of))).toEqual(['delivered b', 'delivered a']);
    expect(ends(send6(pair({ sysctl: { [`net.ipv6.icmp.echo_ignore_${name}`]: 1 } }), from, of))).toEqual([
      'delivered b',
      left,
    ]);
  });

  it('to who asked a group comes from an address of the device', () => {
    expect(answerFrom(pair(), 'a%eth0', ping('ff02::1'))).toMatch(/^fe80::/);
    expect(answerFrom(pair(), 'a%eth0', ping('ff02::1', { src: addr6('2001:db8:a::2') }))).toBe('2001:db8:a::3');
    expect(ends(send6(pair(), 'a%eth0', udp6('ff02::1', 53)))).toEqual(['delivered b', 'none']);
  });

  it('is given where something listens: on the address itself or on all', () => {
    const on = (...listeners: NonNullable<Host6['listeners']>) =>
      ends(send6(pair({ listeners }), 'a', tcp6('2001:db8:a::3', 80)))[1];
    expect(on([6, 80])).toBe('delivered a');
    expect(on([6, 80, '2001:db8:a::3'])).toBe('delivered a');
    expect(on([6, 80, '::1'])).toBe('none');
    expect(on([17, 80])).toBe('none');
  });

  it('to a link-local peer leaves by the device that it was heard by', () => {
    const network = build6(
      {
        a: { interfaces: { eth0: { mac: '02:00:00:00:00:0a' } } },
        b: { interfaces: { eth0: {}, eth1: { mac: '02:00:00:00:00:0b' } } },
      },
      [['a:eth0', 'b:eth1']],
    );
    for (const of of [ping('fe80::ff:fe00:b'), tcp6('fe80::ff:fe00:b', 80), udp6('fe80::ff:fe00:b', 53)])
      expect(ends(send6(network, 'a%eth0', of))).toEqual(['delivered b', 'delivered a']);
  });

  it('is nothing that a firewall of the asker lets in by itself', () => {
    const open = filter(
      '-A INPUT -m conntrack --ctstate ESTABLISHED -p ipv6-icmp -j ACCEPT',
      '-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j DROP',
    );
    const closed = filter('-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 129 -j DROP');
    expect(ends(send6(pair({}, { ip6tables: open }), 'a', ping('2001:db8:a::3')))[1]).toBe('delivered a');
    expect(ends(send6(pair({}, { ip6tables: closed }), 'a', ping('2001:db8:a::3')))[1]).toBe('dropped a: rule');
  });
});

describe('anycast addresses of routers', () => {
  const r = { sysctl: FORWARDING6 };
  it('are answered from another address, by echo alone', () => {
    expect(ends(send6(pair(r), 'a', ping('2001:db8:a::')))).toEqual(['delivered b', 'delivered a']);
    expect(answerFrom(pair(r), 'a', ping('2001:db8:a::'))).toBe('2001:db8:a::3');
    expect(ends(send6(pair(r), 'a', tcp6('2001:db8:a::', 80)))).toEqual(['delivered b', 'none']);
  });

  it('are answered from themselves with anycast_src_echo_reply, and not with echo_ignore_anycast', () => {
    const keeps = { sysctl: { ...FORWARDING6, 'net.ipv6.anycast_src_echo_reply': 1 } };
    expect(answerFrom(pair(keeps), 'a', ping('2001:db8:a::'))).toBe('2001:db8:a::');
    const ignores = { sysctl: { ...FORWARDING6, 'net.ipv6.icmp.echo_ignore_anycast': 1 } };
    expect(ends(send6(pair(ignores), 'a', ping('2001:db8:a::')))).toEqual(['delivered b', 'none']);
  });

  it('are nobody where nobody forwards', () => {
    expect(ends(send6(pair(), 'a', ping('2001:db8:a::')))[0]).toBe('dropped a: no neighbour');
  });
});

describe('groups', () => {
  const joins = (of: string, b: Partial<Host6> = {}): readonly string[] => {
    const frame = ping(of, { src: addr6('fe80::77'), macDst: groupMac6(addr6(of)) });
    const source = { kind: 'wire', node: 'b', interface: 'eth0' } as const;
    const all = explore(pair(b), probe6(source, frame), { packet: frame, states: new Map() });
    return all.map((one) => ends(one)[0]);
  };
  it.each([
    ['all nodes', 'ff02::1', ['delivered b']],
    ['whoever has such an address', 'ff02::1:ff00:3', ['delivered b']],
    ['nobody who has it', 'ff02::1:ff00:99', ['dropped b: not for me']],
    ['perhaps somebody', 'ff02::fb', ['dropped b: not for me', 'delivered b']],
    ['perhaps routers', 'ff02::2', ['dropped b: not for me', 'delivered b']],
  ])('reach %s', (_, group, expected) => {
    expect(joins(group)).toEqual(expected);
  });

  it('of routers reach those that forward there', () => {
    expect(joins('ff02::2', { sysctl: FORWARDING6 })).toEqual(['delivered b']);
    expect(joins('ff02::2', { sysctl: { ...FORWARDING6, 'net.ipv6.conf.eth0.forwarding': 0 } }).length).toBe(2);
  });

  it('of the interface stay on it', () => {
    const { walks } = send6(pair(), 'a%eth0', ping('ff01::1'));
    const all = walks.slice(0, 1).flatMap((walk) => [walk, ...walk.copies]);
    expect(all.map(({ fate }) => said(fate)).sort()).toEqual(['delivered a', 'dropped a: no port']);
  });

  it('bring the sender a copy of its own, which passes POSTROUTING again and speaks only where no other arrives', () => {
    const rule = '-A POSTROUTING -d ff02::1/128 -j MARK --set-xmark 0x1/0xffffffff';
    const exchange = send6(pair({}, { ip6tables: mangle(rule) }), 'a%eth0', ping('ff02::1'));
    expect(ends(exchange)[0]).toBe('delivered b');
    const copies = exchange.walks[0]?.copies ?? [];
    expect(copies.map((copy) => said(copy.fate))).toEqual(['delivered a']);
    expect(copies[0]?.hops.filter(({ hook, rule: number }) => hook === 'POSTROUTING' && number === 1).length).toBe(2);
    expect(ends(send6(pair({ ip6tables: filter('-A INPUT -j DROP') }), 'a%eth0', ping('ff02::1')))[0]).toBe(
      'delivered a',
    );
  });

  it('have frames to 33:33 and their last four bytes', () => {
    expect(hopsAt(send6(pair(), 'a%eth0', ping('ff02::1')), 'b', 'deliver')[0]?.packet.macDst).toBe(0x333300000001);
  });
});
