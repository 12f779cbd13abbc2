import { expect, it } from 'vitest';
import { ends, every, icmp, send, tcp, udp } from './ask.ts';
import { BRIDGE_NF, build, FORWARDING, guest, host } from './build.ts';

const pair = build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);

it('neighbours reach each other and get their answers', () => {
  for (const packet of [icmp('10.0.0.2'), tcp('10.0.0.2', 80), udp('10.0.0.2', 53)]) {
    const exchange = send(pair, 'a', packet);
    expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  }
});

it('a node reaches its own addresses by lo', () => {
  for (const dst of ['10.0.0.1', '127.0.0.1', '127.0.0.9'])
    expect(ends(send(pair, 'a', tcp(dst, 80)))).toEqual(['delivered a', 'delivered a']);
});

it('nobody answers for an address that nobody has', () => {
  expect(ends(send(pair, 'a', icmp('10.0.0.3')))).toEqual(['dropped a: no neighbour', 'none']);
});

it('without a route there is nothing to send', () => {
  expect(ends(send(pair, 'a', icmp('8.8.8.8')))).toEqual(['dropped a: no route', 'none']);
});

const routed = (forward: boolean, iptables?: string) =>
  build(
    {
      a: guest('10.0.0.1/24', '10.0.0.254'),
      b: guest('10.0.1.1/24', '10.0.1.254'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'] } },
        ...(forward ? { sysctl: FORWARDING } : {}),
        ...(iptables === undefined ? {} : { iptables }),
      },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );

it('a router forwards while ip_forward is on', () => {
  expect(ends(send(routed(true), 'a', tcp('10.0.1.1', 80)))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(routed(false), 'a', tcp('10.0.1.1', 80)))).toEqual(['dropped r: not forwarding', 'none']);
});

it('a stateful firewall lets answers through and nothing else', () => {
  const network = routed(
    true,
    '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -m state --state RELATED,ESTABLISHED -j ACCEPT\n-A FORWARD -i eth0 -j ACCEPT',
  );
  expect(ends(send(network, 'a', tcp('10.0.1.1', 80)))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(network, 'b', tcp('10.0.0.1', 80)))).toEqual(['dropped r: rule', 'none']);
});

it('source nat hides the asker, and the answer finds back', () => {
  const network = routed(true, '*nat\n-A POSTROUTING -o eth1 -j MASQUERADE');
  const exchange = send(network, 'a', tcp('10.0.1.1', 80));
  expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  expect(exchange.walks[0]?.received.src).toBe(0x0a0001fe);
});

it('a bridge with br_netfilter asks FORWARD about what crosses it', () => {
  const bridged = (rule: string) =>
    build(
      {
        a: host('10.0.0.1/24'),
        b: host('10.0.0.2/24'),
        h: {
          interfaces: { eth0: { master: 'br0' }, eth1: { master: 'br0' }, br0: {} },
          sysctl: BRIDGE_NF,
          iptables: `*filter\n${rule}`,
        },
      },
      [
        ['a:eth0', 'h:eth0'],
        ['b:eth0', 'h:eth1'],
      ],
    );
  expect(ends(send(bridged('-A FORWARD -p tcp -j ACCEPT'), 'a', tcp('10.0.0.2', 80)))).toEqual([
    'delivered b',
    'delivered a',
  ]);
  expect(ends(send(bridged('-A FORWARD -p tcp -j DROP'), 'a', tcp('10.0.0.2', 80)))).toEqual([
    'dropped h: rule',
    'none',
  ]);
});

it('exploring visits both values of what cannot be known', () => {
  const network = routed(true, '*filter\n-A FORWARD -m limit --limit 5/sec -j DROP');
  const all = every(network, 'a', icmp('10.0.1.1'));
  expect(all.complete).toBe(true);
  expect(new Set(all.map((exchange) => ends(exchange)[1]))).toEqual(
    new Set(['delivered a', 'none', 'dropped r: rule']),
  );
});
