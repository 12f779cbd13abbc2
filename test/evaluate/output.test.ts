import { describe, expect, it } from 'vitest';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { Network } from '../../src/network/network.ts';
import { TCP_FLAG } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { ends, icmp, said, send, socket, tcp, told, toldAt, udp } from './ask.ts';
import { addr, build, guest, type Host, host } from './build.ts';

it('tcp does not connect to a group', () => {
  const network = build({ a: guest('10.0.0.1/24', '10.0.0.2'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  for (const dst of ['10.0.0.255', '255.255.255.255', '224.0.0.1'])
    expect(ends(send(network, 'a', tcp(dst, 80)))[0]).toBe('dropped a: no route');
  expect(ends(send(network, 'a', udp('255.255.255.255', 9)))[0]).toBe('delivered b');
});

it('localhost leaves by no other device than lo, unless route_localnet is on', () => {
  const from = (sysctl: Record<string, number>) =>
    build({ a: host('10.0.0.1/24', { sysctl }), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  const spoofed = udp('10.0.0.2', 9, { src: addr('127.0.0.1') });
  expect(ends(send(from({}), socket('a', true), spoofed))[0]).toBe('dropped a: no route');
  // it leaves, but b answers no ARP request from localhost
  const allowed = from({ 'net.ipv4.conf.eth0.route_localnet': 1 });
  expect(ends(send(allowed, socket('a', true), spoofed))[0]).toBe('dropped a: no neighbour');
});

it('who was asked by ARP knows the asker, and need not ask back', () => {
  // a answers no ARP request at all
  const silent = host('10.0.0.1/24', { sysctl: { 'net.ipv4.conf.all.arp_ignore': 8 } });
  const network = build({ a: silent, b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
  expect(ends(send(network, 'a', udp('10.0.0.2', 53)))).toEqual(['delivered b', 'delivered a']);
  const unasked = send(network, 'b', udp('10.0.0.1', 53));
  expect(ends(unasked)).toEqual(['dropped b: no neighbour', 'none']);
  const untaught = 'no other traffic has put 10.0.0.1 into the neighbour table of eth0';
  expect(unasked.assumptions.map(({ text }) => text)).toContain(untaught);
});

const TO = '10.0.1.9';
/** b sends; what it sends by eth0 or eth1 leaves. */
const sending = (more: Partial<Host>): Network => {
  const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24'] } };
  return build({ b: { interfaces, ...more } }, []);
};
const routeHops = (network: Network, of = udp(TO, 53)) =>
  toldAt(send(network, 'b', of), 'b').filter((line) => line.startsWith('b route') || line.startsWith('request '));

describe('a socket that is refused says why', () => {
  it('tcp to a group', () => {
    const network = sending({ routes: ['default dev eth0'] });
    const refused = (of: Packet) => routeHops(network, of)[0];
    for (const dst of ['10.0.0.255', '255.255.255.255', '224.0.0.1'])
      expect(refused(tcp(dst, 80))).toBe('b route | tcp connects to no group | DROP (no route)');
    // nothing that an ordinary process sends, and so nothing that the kernel refuses
    for (const odd of [{ tcpFlags: TCP_FLAG.SYN | TCP_FLAG.URG }, { badChecksum: 1 }, { proto: 17 }])
      expect(refused(tcp('10.0.0.255', 80, odd))).toBe('b route | broadcast on eth0 | via eth0');
    expect(refused(tcp(TO, 80))).toBe('b route | connected on eth1 | via eth1');
  });

  it('no route', () => {
    expect(routeHops(sending({}), udp('8.8.8.8', 53))).toEqual([
      'b route | no route to the destination | DROP (no route)',
      'request dropped b: no route | b no route to the destination',
    ]);
  });

  it('nothing can be told of a node whose interfaces are not shown', () => {
    expect(routeHops(sending({ undecided: new Map([['interfaces', 'not shown']]) }))).toEqual([
      'b route | not shown | unknown',
      'request unknown b | b interfaces: not shown',
    ]);
  });
});

describe('the answer to a broadcast', () => {
  const asked = (of: Packet, values: readonly string[] = []) => {
    const network = build({ a: host('10.0.0.1/24'), b: host('10.0.0.2/24') }, [['a:eth0', 'b:eth0']]);
    const from = { ...of, src: addr('10.0.0.255') };
    return send(network, socket('a', true), from, fixed(new Map(values.map((id) => [id, 1]))));
  };
  const id = 'b answers broadcasts';
  it('of udp needs leave, which nobody knows of', () => {
    const exchange = asked(udp('10.0.0.2', 53));
    expect(exchange.met).toEqual([
      {
        unknown: { id, reason: 'whether what answers udp on b may send to a broadcast address (SO_BROADCAST)' },
        value: 0,
      },
    ]);
    expect(told(exchange)).toContain('b route | the udp service may not send to a broadcast | DROP (no route)');
    expect(toldAt(asked(udp('10.0.0.2', 53), [id]), 'b', 'answer')[1]).toBe('b route | broadcast on eth0 | via eth0');
  });
  it('of the kernel itself needs none', () => {
    const exchange = asked(icmp('10.0.0.2'));
    expect(exchange.met).toEqual([]);
    expect(toldAt(exchange, 'b', 'answer')[1]).toBe('b route | broadcast on eth0 | via eth0');
  });
});

describe('OUTPUT routes again', () => {
  const [first, second] = ['b route | connected on eth1 | via eth1', 'b route | connected on eth0 | via eth0'];
  const left = (device: string) => `request leaves b:${device} | ${device}`;
  it('where nat changed the destination', () => {
    const network = sending({ iptables: '*nat\n-A OUTPUT -j DNAT --to-destination 10.0.0.9' });
    expect(routeHops(network)).toEqual([first, second, left('eth0')]);
    // a port is none of the route's business
    const port = sending({ iptables: '*nat\n-A OUTPUT -p udp -j DNAT --to-destination :54' });
    expect(routeHops(port)).toEqual([first, left('eth1')]);
  });

  it('where mangle changed mark or type of service, to whatever', () => {
    for (const target of ['MARK --set-mark 1', 'TOS --set-tos 0x10'])
      expect(routeHops(sending({ iptables: `*mangle\n-A OUTPUT -j ${target}` }))).toEqual([first, first, left('eth1')]);
    expect(routeHops(sending({ iptables: '*mangle\n-A OUTPUT -j TTL --ttl-set 9' }))).toEqual([first, left('eth1')]);
    // nat asks for the destination alone
    const marking = '*nat\n-A OUTPUT -j MARK --set-mark 1\n*filter\n-A INPUT -m state --state NEW';
    expect(routeHops(sending({ iptables: marking }))).toEqual([first, left('eth1')]);
    // filter and raw change nothing of it
    expect(routeHops(sending({ iptables: '*raw\n-A OUTPUT -j MARK --set-mark 1' }))).toEqual([first, left('eth1')]);
  });

  it('and where there is no route any more, the packet is lost there', () => {
    const lost = { routes: ['prohibit 8.0.0.0/8'], iptables: '*nat\n-A OUTPUT -j DNAT --to-destination 8.8.8.8' };
    expect(routeHops(sending(lost))).toEqual([
      first,
      'b route | prohibit 8.0.0.0/8 | DROP (no route)',
      'request dropped b: no route | b prohibit 8.0.0.0/8',
    ]);
    const open = {
      ...lost,
      undecided: new Map([['routes', 'not shown']] as const),
      iptables: '*mangle\n-A OUTPUT -j DROP',
    };
    expect(routeHops(sending(open)).at(-1)).toBe('request unknown b | b routes to 10.0.1.9: not shown');
  });
});

it('a broadcast on lo is heard once', () => {
  const network = sending({ routes: ['255.255.255.255/32 dev lo'] });
  const { walks } = send(network, 'b', udp('255.255.255.255', 9));
  expect([walks[0] && said(walks[0].fate), walks[0]?.copies]).toEqual(['delivered b', []]);
});
