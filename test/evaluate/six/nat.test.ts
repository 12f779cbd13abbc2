import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/network/trace.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { ends, wire } from '../ask.ts';
import { addr6, BRIDGE_NF6, build6, FORWARDING6, host6 } from '../six-build.ts';
import { filter, nat, ping, send6, tcp6, udp6 } from './ask.ts';

const network = (...rules: readonly string[]) =>
  build6(
    {
      a: host6('2001:db8:a::2/64', '2001:db8:a::1'),
      r: {
        interfaces: {
          eth0: { addresses: ['2001:db8:a::1/64'], mac: '02:00:00:00:01:00' },
          eth1: { addresses: ['2001:db8:b::1/64', 'fd00::1/64'] },
        },
        sysctl: FORWARDING6,
        ip6tables: nat(...rules),
      },
      b: host6('2001:db8:b::2/64', '2001:db8:b::1'),
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );

const received = ({ walks }: Exchange): string => {
  const { src, dst, dport } = walks[0]?.received ?? {};
  return src === undefined || dst === undefined ? 'nothing' : `${printAddress(src)} > ${printAddress(dst)} ${dport}`;
};

describe('nat of IPv6', () => {
  it.each([
    [
      'DNAT',
      '-A PREROUTING -d 2001:db8:a::1/128 -p tcp -j DNAT --to-destination [2001:db8:b::2]:80',
      tcp6('2001:db8:a::1', 8080),
      '2001:db8:a::2 > 2001:db8:b::2 80',
      'b',
    ],
    [
      'SNAT',
      '-A POSTROUTING -o eth1 -j SNAT --to-source 2001:db8:b::1',
      udp6('2001:db8:b::2', 53),
      '2001:db8:b::1 > 2001:db8:b::2 53',
      'b',
    ],
    [
      'MASQUERADE, as source selection picks',
      '-A POSTROUTING -o eth1 -j MASQUERADE',
      udp6('2001:db8:b::2', 53),
      '2001:db8:b::1 > 2001:db8:b::2 53',
      'b',
    ],
    [
      'REDIRECT, to an address of the device',
      '-A PREROUTING -p tcp -j REDIRECT --to-ports 3128',
      tcp6('2001:db8:b::2', 80),
      '2001:db8:a::2 > 2001:db8:a::1 3128',
      'r',
    ],
    [
      'of echo, by its id',
      '-A POSTROUTING -o eth1 -j MASQUERADE',
      ping('2001:db8:b::2'),
      '2001:db8:b::1 > 2001:db8:b::2 0',
      'b',
    ],
  ])('%s translates there and back', (_, rule, of, expected, node) => {
    const exchange = send6(network(rule), 'a', of);
    expect(received(exchange)).toBe(expected);
    expect(ends(exchange)).toEqual([`delivered ${node}`, 'delivered a']);
  });

  it('REDIRECT of link-local traffic turns to a link-local address', () => {
    const exchange = send6(
      network('-A PREROUTING -p tcp -j REDIRECT --to-ports 3128'),
      'a%eth0',
      tcp6('fe80::ff:fe00:100', 80),
    );
    expect(exchange.walks[0]?.received.dst).toBe(addr6('fe80::ff:fe00:100'));
    expect(ends(exchange)).toEqual(['delivered r', 'delivered a']);
  });

  // measured
  it('REDIRECT turns ::1 to no other address, what is for a link to one of the link', () => {
    const bridge = {
      h: { interfaces: { p1: { master: 'br0' }, br0: { addresses: ['2001:db8:a::5/64'], mac: '02:00:00:00:05:01' } } },
    };
    const rules = { ip6tables: nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 3128'), sysctl: BRIDGE_NF6 };
    const redirected = (dst: string): string => {
      const of = tcp6(dst, 80, { src: addr6('2001:db8:a::9'), macDst: 0x020000000501 });
      return ends(send6(build6({ h: { ...bridge.h, ...rules } }, []), wire('h', 'p1'), of))[0];
    };
    expect(redirected('::1')).toBe('dropped h: rule');
    expect(redirected('fe80::9')).toBe('delivered h');
  });

  it('REDIRECT in OUTPUT turns to ::1', () => {
    const exchange = send6(network('-A OUTPUT -p tcp -j REDIRECT --to-ports 3128'), 'r', tcp6('2001:db8:b::2', 80));
    expect(received(exchange)).toMatch(/> ::1 3128$/);
    expect(ends(exchange)[0]).toBe('delivered r');
  });

  it('DNAT to localhost is for nobody who comes from the wire', () => {
    const exchange = send6(
      network('-A PREROUTING -p udp -j DNAT --to-destination ::1'),
      'a',
      udp6('2001:db8:b::2', 53),
    );
    expect(ends(exchange)[0]).toBe('dropped r: no route');
  });

  it('leaves messages of neighbours alone', () => {
    const exchange = send6(
      network('-A OUTPUT -p ipv6-icmp -j DNAT --to-destination 2001:db8:b::99'),
      'r',
      udp6('2001:db8:b::2', 53),
    );
    expect(ends(exchange)).toEqual(['delivered b', 'delivered r']);
  });
});

describe('conntrack of IPv6', () => {
  const stateful = (rule: string) => {
    const whole = network();
    const r = build6(
      {
        r: {
          interfaces: { eth0: { addresses: ['2001:db8:a::1/64'] }, eth1: { addresses: ['2001:db8:b::1/64'] } },
          sysctl: FORWARDING6,
          ip6tables: filter(rule),
        },
      },
      [],
    ).nodes.get('r');
    return { ...whole, nodes: new Map([...whole.nodes, ...(r === undefined ? [] : [['r', r] as const])]) };
  };
  const at = (rule: string, of = ping('2001:db8:b::2')): string => ends(send6(stateful(rule), 'a', of))[0];
  const DROPPED = 'dropped r: rule';

  it.each([
    ['an echo request is NEW', 'NEW', ping('2001:db8:b::2')],
    ['a question about a node is NEW', 'NEW', ping('2001:db8:b::2', { icmpType: 139 })],
    ['a lone echo reply is INVALID', 'INVALID', ping('2001:db8:b::2', { icmpType: 129 })],
    ['a redirect is INVALID', 'INVALID', ping('2001:db8:b::2', { icmpType: 137 })],
    ['a solicitation is UNTRACKED', 'UNTRACKED', ping('2001:db8:b::2', { icmpType: 135 })],
    ['a report of a group is UNTRACKED', 'UNTRACKED', ping('2001:db8:b::2', { icmpType: 143 })],
    ['one with a wrong checksum is INVALID', 'INVALID', ping('2001:db8:b::2', { icmpType: 135, badChecksum: 1 })],
    ['udp is NEW', 'NEW', udp6('2001:db8:b::2', 53)],
  ])('%s', (_, state, of) => {
    const sent = { ...of, src: addr6('2001:db8:a::2') };
    expect(at(`-A FORWARD -m conntrack --ctstate ${state} -j DROP`, sent)).toBe(DROPPED);
    const others = ['NEW', 'INVALID', 'UNTRACKED'].filter((one) => one !== state).join(',');
    expect(at(`-A FORWARD -m conntrack --ctstate ${others} -j DROP`, sent)).toBe('delivered b');
  });
});
