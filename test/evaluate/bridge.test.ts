import { expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import type { Exchange, Hop } from '../../src/network/trace.ts';
import { printAddress } from '../../src/packet/address.ts';
import { ends, every, hopsAt, icmp, said, send, sendRaw, tcp, udp, wire } from './ask.ts';
import { addr, BRIDGE_NF, build, FORWARDING, type Host, host, NO_BRIDGE_NF, type Port } from './build.ts';

/** a and b on two ports of the bridge of h; c behind another interface of h. */
const bridged = (more: Partial<Host> = {}, ports: Readonly<Record<string, Port>> = {}): Network =>
  build(
    {
      a: { ...host('10.0.0.1/24'), routes: ['default via 10.0.0.254'] },
      b: { ...host('10.0.0.2/24'), routes: ['default via 10.0.0.254'] },
      c: { ...host('10.0.1.1/24'), routes: ['default via 10.0.1.254'] },
      h: {
        interfaces: {
          p1: { master: 'br0' },
          p2: { master: 'br0' },
          br0: { addresses: ['10.0.0.254/24'] },
          eth0: { addresses: ['10.0.1.254/24'] },
          ...ports,
        },
        sysctl: BRIDGE_NF,
        ...more,
      },
    },
    [
      ['a:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
      ['c:eth0', 'h:eth0'],
    ],
  );

/** A rule without a target for every way to name a device; the texts of those that counted the request. */
const counted = (exchange: Exchange, hook: Hop['hook'], leg = 'request'): readonly string[] =>
  hopsAt(exchange, 'h', hook, leg)
    .filter(({ verdict }) => verdict === 'continue')
    .map(({ text }) => text.replace(/^-A \w+ /, ''));

const COUNT = `*mangle
-A PREROUTING -i br0
-A PREROUTING -i p1
-A PREROUTING -m physdev --physdev-in p1
-A INPUT -i br0
-A INPUT -m physdev --physdev-in p1
-A FORWARD -i br0 -o br0
-A FORWARD -i p1
-A FORWARD -o p2
-A FORWARD -i eth0 -o br0
-A FORWARD -m physdev --physdev-in p1 --physdev-out p2
-A OUTPUT -o br0
-A POSTROUTING -o br0
-A POSTROUTING -o p2
-A POSTROUTING -m physdev --physdev-out p2
*filter
-A FORWARD -i br0 -o br0
-A INPUT -i br0`;

// fact 1
it('a bridged packet passes PREROUTING, FORWARD and POSTROUTING with the bridge as its device, ports only for physdev', () => {
  const exchange = send(bridged({ iptables: COUNT }), 'a', icmp('10.0.0.2'));
  expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  expect(counted(exchange, 'PREROUTING')).toEqual(['-i br0', '-m physdev --physdev-in p1']);
  expect(counted(exchange, 'FORWARD')).toEqual([
    '-i br0 -o br0',
    '-m physdev --physdev-in p1 --physdev-out p2',
    '-i br0 -o br0',
  ]);
  expect(counted(exchange, 'POSTROUTING')).toEqual(['-o br0', '-m physdev --physdev-out p2']);
});

it('without bridge-nf-call-iptables no rule sees what is bridged, and the host itself stays guarded', () => {
  const iptables = '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]';
  const off = bridged({ iptables, sysctl: NO_BRIDGE_NF });
  expect(ends(send(off, 'a', tcp('10.0.0.2', 80)))).toEqual(['delivered b', 'delivered a']);
  expect(ends(send(off, 'a', tcp('10.0.0.254', 80)))).toEqual(['dropped h: rule', 'none']);
  const on = bridged({ iptables });
  expect(ends(send(on, 'a', tcp('10.0.0.2', 80)))).toEqual(['dropped h: rule', 'none']);
});

it('an unknown bridge-nf-call-iptables leaves both ends open', () => {
  const open = every(bridged({ iptables: '*filter\n:FORWARD DROP [0:0]', sysctl: {} }), 'a', icmp('10.0.0.2'));
  expect(open.map((exchange) => ends(exchange)[0])).toEqual(['delivered b', 'dropped h: rule']);
  expect(open[0]?.met[0]?.unknown.reason).toContain('net.bridge.bridge-nf-call-iptables');
});

// fact 2
it('ip_forward is not asked for bridged packets, and the ttl stays', () => {
  const exchange = send(
    bridged({ sysctl: { ...BRIDGE_NF, 'net.ipv4.ip_forward': 0 } }),
    'a',
    icmp('10.0.0.2', { ttl: 1 }),
  );
  expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  expect(exchange.walks[0]?.received.ttl).toBe(1);
});

// fact 3
it('a frame to the bridge passes PREROUTING once, INPUT with its port, and never FORWARD', () => {
  const exchange = send(bridged({ iptables: COUNT }), 'a', icmp('10.0.0.254'));
  expect(ends(exchange)).toEqual(['delivered h', 'delivered a']);
  expect(counted(exchange, 'PREROUTING')).toEqual(['-i br0', '-m physdev --physdev-in p1']);
  expect(counted(exchange, 'INPUT')).toEqual(['-i br0', '-m physdev --physdev-in p1', '-i br0']);
  expect(counted(exchange, 'FORWARD')).toEqual([]);
  expect(counted(exchange, 'OUTPUT', 'answer')).toEqual(['-o br0']);
  expect(counted(exchange, 'POSTROUTING', 'answer')).toEqual(['-o br0']);
  expect(counted(exchange, 'FORWARD', 'answer')).toEqual([]);
});

// fact 4
it('a routed packet that leaves by a bridge passes FORWARD once', () => {
  const exchange = send(bridged({ iptables: COUNT, sysctl: { ...BRIDGE_NF, ...FORWARDING } }), 'c', icmp('10.0.0.2'));
  expect(ends(exchange)).toEqual(['delivered b', 'delivered c']);
  expect(counted(exchange, 'FORWARD')).toEqual(['-i eth0 -o br0']);
  expect(counted(exchange, 'POSTROUTING')).toEqual(['-o br0']);
});

// fact 5
it('a broadcast passes FORWARD once an output port, the hairpin port included', () => {
  const forwards = (hairpin: boolean): number => {
    const network = bridged({ iptables: COUNT }, { p1: { master: 'br0', hairpin }, p3: { master: 'br0' } });
    const exchange = sendRaw(network, 'a', 'eth0', udp('255.255.255.255', 67, { sport: 68 }));
    return counted(exchange, 'FORWARD').filter((text) => text === '-i br0 -o br0').length / 2;
  };
  expect(forwards(false)).toBe(2);
  expect(forwards(true)).toBe(3);
});

it('a limited broadcast comes to every stack whose source validation lets it, source 0.0.0.0 always', () => {
  const strict = { ...BRIDGE_NF, 'net.ipv4.conf.all.rp_filter': 1 };
  const network = bridged({ sysctl: strict });
  const walk = (src: string) => sendRaw(network, 'a', 'eth0', udp('255.255.255.255', 67, { src: addr(src) })).walks[0];
  const takers = (src: string) =>
    [walk(src)?.fate, ...(walk(src)?.copies ?? []).map(({ fate }) => fate)].map((fate) => fate && said(fate));
  expect(takers('0.0.0.0')).toContain('delivered h');
  expect(takers('10.0.0.1')).toContain('delivered h');
  expect(takers('192.168.9.9')).toContain('dropped h: rp_filter');
  expect(takers('192.168.9.9')).toContain('delivered b');
});

it('a broadcast is confirmed before it comes up, so that nat of INPUT comes too late for it', () => {
  const nat = '*nat\n-A INPUT -j SNAT --to-source 10.0.0.77';
  const taken = (dst: string, sysctl = BRIDGE_NF as Record<string, number>): string => {
    const { walks } = send(bridged({ iptables: `*filter\n-A FORWARD -j DROP\n${nat}`, sysctl }), 'a', udp(dst, 53));
    const all = walks.flatMap((walk) => [walk, ...walk.copies]);
    const atHost = all.find(({ fate }) => fate.kind === 'delivered' && fate.node === 'h');
    return printAddress(atHost?.received.src ?? 0);
  };
  expect([taken('10.0.0.255'), taken('10.0.0.254')]).toEqual(['10.0.0.1', '10.0.0.77']);
  expect(taken('10.0.0.255', NO_BRIDGE_NF)).toBe('10.0.0.77');
  const confirmed = bridged({
    iptables: '*filter\n-A FORWARD -j DROP\n-A INPUT -m conntrack --ctstatus CONFIRMED -j DROP',
  });
  expect(ends(send(confirmed, 'a', udp('10.0.0.255', 53)))[0]).toBe('dropped h: rule');
  expect(ends(send(confirmed, 'a', udp('10.0.0.254', 53)))[0]).toBe('delivered h');
});

it('the broadcast of a subnet is for hosts that have it as a local route', () => {
  const network = bridged({}, { br0: {} });
  const { walks } = sendRaw(
    network,
    'a',
    'eth0',
    udp('10.0.0.255', 9, { src: addr('10.0.0.1'), macDst: 0xffffffffffff }),
  );
  const all = [walks[0], ...(walks[0]?.copies ?? [])].map((walk) => walk && said(walk.fate));
  expect(all.toSorted()).toEqual(['delivered b', 'dropped h: not forwarding']);
});

// fact 6
it('a port that is down takes no traffic, whatever the rules say', () => {
  const down = bridged({}, { p2: { master: 'br0', up: false } });
  expect(ends(send(down, 'a', icmp('10.0.0.2')))).toEqual(['dropped a: no neighbour', 'none']);
  expect(ends(send(down, 'b', icmp('10.0.0.1')))).toEqual(['dropped b: no neighbour', 'none']);
});

// fact 7
it('a switch that knows one address a port cuts guests off, but for broadcasts', () => {
  const two = (filter: string): Network =>
    build(
      {
        vm: host('10.0.0.1/24'),
        h: { interfaces: { vnet0: { master: 'br0' }, eth0: { master: 'br0' }, br0: {} }, sysctl: BRIDGE_NF },
        far: host('10.0.0.2/24'),
      },
      [
        ['vm:eth0', 'h:vnet0'],
        [`h:eth0${filter}`, 'far:eth0'],
      ],
    );
  expect(ends(send(two(''), 'vm', icmp('10.0.0.2')))).toEqual(['delivered far', 'delivered vm']);
  // the answer to the guest's ARP request is lost
  expect(ends(send(two('!'), 'vm', icmp('10.0.0.2')))).toEqual(['dropped vm: no neighbour', 'none']);
  // the guest hears the request of the other side and answers, but never sees the packet itself
  expect(ends(send(two('!'), 'far', icmp('10.0.0.1')))[0]).toBe('dropped h: filtered by the link');
  const dhcp = (from: string) => said(sendRaw(two('!'), from, 'eth0', udp('255.255.255.255', 67)).disposition.request);
  expect(dhcp('vm')).toBe('delivered far');
  expect(dhcp('far')).toBe('delivered vm');
});

// fact 8
it('a frame goes back out of the port it came in by only where hairpin is on', () => {
  const behindOne = (hairpin: boolean): Network =>
    build(
      {
        a: {
          ...host('10.0.0.1/24'),
          neighbours: [
            {
              address: addr('10.0.0.9'),
              device: 'eth0',
              mac: 0x0a0000000001,
              state: 'PERMANENT',
              place: { file: 'n', line: 1, column: 1 },
            },
          ],
        },
        b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' } } },
        h: {
          interfaces: {
            p1: { master: 'br0', hairpin },
            br0: { mac: '0a:00:00:00:00:01', addresses: ['10.0.0.254/24'] },
          },
          sysctl: { ...BRIDGE_NF, ...FORWARDING },
          iptables: '*nat\n-A PREROUTING -d 10.0.0.9/32 -j DNAT --to-destination 10.0.0.2',
        },
      },
      [['a:eth0', 'b:eth0', 'h:p1']],
    );
  expect(ends(send(behindOne(false), 'a', icmp('10.0.0.9')))[0]).toBe('dropped h: no port');
  expect(ends(send(behindOne(true), 'a', icmp('10.0.0.9')))[0]).toBe('delivered b');
});

// fact 9
it('an address that was left on a port is answered for by the bridge, if source validation on the bridge passes', () => {
  const left = (rp: number): Network =>
    bridged(
      { sysctl: { ...BRIDGE_NF, 'net.ipv4.conf.all.rp_filter': rp } },
      { br0: {}, p1: { master: 'br0', addresses: ['10.0.0.254/24'] } },
    );
  expect(ends(send(left(0), 'a', icmp('10.0.0.254')))[0]).toBe('delivered h');
  expect(ends(send(left(1), 'a', icmp('10.0.0.254')))[0]).toBe('dropped a: no neighbour');
  expect(ends(send(left(2), 'a', icmp('10.0.0.254')))[0]).toBe('dropped a: no neighbour');
});

it("a frame to another port's address goes up and is not for the host", () => {
  const network = bridged({}, { p2: { master: 'br0', mac: '0a:00:00:00:00:22' } });
  const frame = icmp('10.0.0.254', { src: addr('10.0.0.1'), macDst: 0x0a0000000022 });
  expect(ends(send(network, wire('h', 'p1'), frame))[0]).toBe('dropped h: not for me');
  expect(ends(send(network, wire('h', 'p2'), { ...frame, src: addr('10.0.0.2') }))[0]).toBe('delivered h');
});

it('a ring of bridges keeps a broadcast for ever', () => {
  const ring = build(
    {
      a: host('10.0.0.1/24'),
      h: {
        interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, p3: { master: 'br0' }, br0: {} },
        sysctl: NO_BRIDGE_NF,
      },
      k: { interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: {} }, sysctl: NO_BRIDGE_NF },
    },
    [
      ['a:eth0', 'h:p1'],
      ['h:p2', 'k:p1'],
      ['h:p3', 'k:p2'],
    ],
  );
  const { walks } = sendRaw(ring, 'a', 'eth0', udp('255.255.255.255', 67));
  expect(walks[0]?.copies.map(({ fate }) => said(fate))).toContain('dropped k: loop');
});
