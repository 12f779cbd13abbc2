import { describe, expect, it } from 'vitest';
import { ends, hopsAt, icmp, send, tcp, udp } from './ask.ts';
import { addr, BRIDGE_NF, build, host } from './build.ts';

/** a and b on the bridge of h, which has rules. */
const bridged = (iptables: string) =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } } },
      h: { interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: {} }, sysctl: BRIDGE_NF, iptables },
    },
    [
      ['a:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
    ],
  );

// fact 21
describe('REJECT', () => {
  it.each(['icmp-port-unreachable', 'icmp-host-prohibited'])(
    'with %s drops, and what it sends is no answer',
    (kind) => {
      const exchange = send(
        bridged(`*filter\n-A FORWARD -p tcp -j REJECT --reject-with ${kind}`),
        'a',
        tcp('10.0.0.2', 80),
      );
      expect(ends(exchange)).toEqual(['dropped h: rule', 'none']);
      expect(hopsAt(exchange, 'h', 'FORWARD').at(-1)?.verdict).toBe(`REJECT ${kind}`);
    },
  );
  it('with tcp-reset drops, and the reset is no answer', () => {
    const exchange = send(
      bridged('*filter\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'),
      'a',
      tcp('10.0.0.2', 80),
    );
    expect(ends(exchange)).toEqual(['dropped h: rule', 'none']);
    expect(
      ends(send(bridged('*filter\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'), 'a', udp('10.0.0.2', 80)))[0],
    ).toBe('delivered b');
  });
});

it('what the kernel answers by itself stays unanswered where it is told so', () => {
  const ignoring = (all: number) =>
    build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24', { sysctl: { 'net.ipv4.icmp_echo_ignore_all': all } }) }, [
      ['a:eth0', 'b:eth0'],
    ]);
  expect(ends(send(ignoring(1), 'a', icmp('10.0.0.2')))).toEqual(['delivered b', 'none']);
  expect(ends(send(ignoring(0), 'a', icmp('10.0.0.2')))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(ignoring(0), 'a', icmp('10.0.0.2', { icmpType: 13 })))).toEqual(['delivered b', 'none']);
});

it('an echo request to a broadcast is answered only where icmp_echo_ignore_broadcasts is off', () => {
  const hearing = (ignore: number) =>
    build(
      {
        a: host('10.0.0.1/24'),
        b: host('10.0.0.2/24', { sysctl: { 'net.ipv4.icmp_echo_ignore_broadcasts': ignore } }),
      },
      [['a:eth0', 'b:eth0']],
    );
  const ask = (ignore: number) => send(hearing(ignore), 'a', icmp('10.0.0.255'));
  expect(ends(ask(1))).toEqual(['delivered b', 'none']);
  expect(ends(ask(0))).toEqual(['delivered b', 'delivered a']);
  expect(ask(0).walks[1]?.received.src).toBe(addr('10.0.0.2'));
});

it('ESP has no answer, whatever its checksum', () => {
  const network = build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  for (const badChecksum of [0, 1])
    expect(ends(send(network, 'a', udp('10.0.0.2', 0, { proto: 50, badChecksum })))).toEqual(['delivered b', 'none']);
});
