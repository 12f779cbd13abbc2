import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { printAddress } from '../../src/packet/address.ts';
import { ends, every, icmp, send, tcp, udp, wire } from './ask.ts';
import { addr, BRIDGE_NF, build, FORWARDING, guest, type Host, host } from './build.ts';

const received = ({ walks }: Exchange): string => {
  const { src, sport, dst, dport } = walks[0]?.received ?? { src: 0, sport: 0, dst: 0, dport: 0 };
  return `${printAddress(src)}:${sport} > ${printAddress(dst)}:${dport}`;
};

/** a and b on the bridge of h, c behind h. */
const bridged = (more: Partial<Host>): Network =>
  build(
    {
      a: guest('10.0.0.1/24', '10.0.0.254'),
      b: guest('10.0.0.2/24', '10.0.0.254'),
      h: {
        interfaces: {
          p1: { master: 'br0' },
          p2: { master: 'br0' },
          br0: { addresses: ['10.0.0.254/24'] },
          eth0: { addresses: ['10.0.1.254/24'] },
        },
        ...more,
        sysctl: { ...BRIDGE_NF, ...more.sysctl },
      },
      c: guest('10.0.1.1/24', '10.0.1.254'),
    },
    [
      ['a:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
      ['c:eth0', 'h:eth0'],
    ],
  );

// fact 16
it('source nat of a bridged frame changes the address, not the MACs', () => {
  const exchange = send(
    bridged({ iptables: '*nat\n-A POSTROUTING -o br0 -j SNAT --to-source 10.0.0.77' }),
    'a',
    udp('10.0.0.2', 53),
  );
  expect(received(exchange)).toBe('10.0.0.77:40000 > 10.0.0.2:53');
  const [request] = exchange.walks;
  const sent = request?.hops.find(({ hook, node }) => hook === 'link' && node === 'a')?.packet;
  expect(request?.received.macSrc).toBe(sent?.macSrc);
  expect(request?.received.macDst).toBe(sent?.macDst);
});

describe('destination nat of a bridged frame', () => {
  const dnat = (to: string, forward: number): Network =>
    bridged({
      iptables: `*nat\n-A PREROUTING -d 10.0.0.2/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination ${to}`,
      sysctl: { 'net.ipv4.ip_forward': forward },
    });

  // facts 17 and 27
  it('to the host itself takes it off the bridge, whatever MAC it was for, with or without ip_forward', () => {
    for (const forward of [0, 1]) {
      const exchange = send(dnat('10.0.0.254:8080', forward), 'a', tcp('10.0.0.2', 80));
      expect(ends(exchange)).toEqual(['delivered h', 'delivered a']);
      expect(received(exchange)).toBe('10.0.0.1:40000 > 10.0.0.254:8080');
    }
  });

  it('to another device is routed, if ip_forward allows', () => {
    const routed = send(dnat('10.0.1.1', 1), 'a', tcp('10.0.0.2', 80));
    expect(ends(routed)).toEqual(['delivered c', 'delivered a']);
    expect(routed.walks[0]?.received.ttl).toBe(63);
    expect(ends(send(dnat('10.0.1.1', 0), 'a', tcp('10.0.0.2', 80)))[0]).toBe('dropped h: not forwarding');
  });

  const third = (forward: number, rp = 0): Network => {
    const { nodes, links } = build(
      {
        a: guest('10.0.0.1/24', '10.0.0.254'),
        b: guest('10.0.0.2/24', '10.0.0.254'),
        d: guest('10.0.0.3/24', '10.0.0.254'),
        h: {
          interfaces: {
            p1: { master: 'br0' },
            p2: { master: 'br0' },
            p3: { master: 'br0' },
            br0: { addresses: ['10.0.0.254/24'] },
          },
          iptables:
            '*nat\n-A PREROUTING -d 10.0.0.2/32 -j DNAT --to-destination 10.0.0.3\n*filter\n-A FORWARD -i br0 -o br0',
          sysctl: { ...BRIDGE_NF, 'net.ipv4.ip_forward': forward, 'net.ipv4.conf.all.rp_filter': rp },
        },
      },
      [
        ['a:eth0', 'h:p1'],
        ['b:eth0', 'h:p2'],
        ['d:eth0', 'h:p3'],
      ],
    );
    return { nodes, links, names: new Map(), inventory: [] };
  };

  it('to a neighbour on the same bridge stays bridged: ttl and source MAC are kept, FORWARD sees the bridge on both sides', () => {
    const exchange = send(third(1), 'a', tcp('10.0.0.2', 80));
    expect(ends(exchange)).toEqual(['delivered d', 'delivered a']);
    const [request] = exchange.walks;
    expect(request?.received.ttl).toBe(64);
    expect(request?.received.macSrc).toBe(
      request?.hops.find(({ hook, node }) => hook === 'link' && node === 'a')?.packet.macSrc,
    );
    expect(
      request?.hops.filter(({ hook, node }) => hook === 'FORWARD' && node === 'h').map(({ text }) => text),
    ).toContain('-A FORWARD -i br0 -o br0');
  });

  // asked of Linux 6.18: ip_route_input no longer fails, its error route takes the frame off the bridge
  it('to a neighbour on the same bridge needs ip_forward all the same', () => {
    expect(ends(send(third(0), 'a', tcp('10.0.0.2', 80)))[0]).toBe('dropped h: not forwarding');
  });
});

// fact 18
it('destination nat in OUTPUT routes again and keeps the source address', () => {
  const network = build(
    {
      a: {
        interfaces: { eth0: { addresses: ['10.0.0.1/24'] }, eth1: { addresses: ['10.0.1.1/24'] } },
        iptables:
          '*nat\n-A OUTPUT -d 10.0.0.9/32 -j DNAT --to-destination 10.0.1.2\n*filter\n-A OUTPUT -o eth0\n-A OUTPUT -o eth1\n*mangle\n-A POSTROUTING -o eth1',
      },
      b: { ...host('10.0.1.2/24'), routes: ['10.0.0.0/24 via 10.0.1.1'] },
    },
    [['a:eth1', 'b:eth0']],
  );
  const exchange = send(network, 'a', udp('10.0.0.9', 53));
  expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
  expect(received(exchange)).toBe('10.0.0.1:40000 > 10.0.1.2:53');
  // asked of Linux 6.18: the tables behind nat still see the first device, POSTROUTING sees the new one
  const counted = exchange.walks[0]?.hops.filter(({ verdict }) => verdict === 'continue').map(({ text }) => text);
  expect(counted).toEqual(['-A OUTPUT -o eth0', '-A POSTROUTING -o eth1']);
});

/** r forwards between a and b. */
const routed = (iptables: string, sysctl: Host['sysctl'] = {}): Network =>
  build(
    {
      a: guest('10.0.0.1/24', '10.0.0.254'),
      b: guest('10.0.1.1/24', '10.0.1.254'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24', '10.0.1.253/24'] } },
        sysctl: { ...FORWARDING, ...sysctl },
        iptables,
      },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );

// fact 20
it('destination nat to 127.0.0.0/8 is martian unless route_localnet is on where it came in', () => {
  const rule = '*nat\n-A PREROUTING -i eth0 -p tcp -m tcp --dport 80 -j DNAT --to-destination 127.0.0.1:80';
  expect(ends(send(routed(rule), 'a', tcp('10.0.0.254', 80)))[0]).toBe('dropped r: martian');
  expect(ends(send(routed(rule, { 'net.ipv4.conf.eth0.route_localnet': 1 }), 'a', tcp('10.0.0.254', 80)))).toEqual([
    'delivered r',
    'delivered a',
  ]);
  expect(ends(send(routed(rule, { 'net.ipv4.conf.eth1.route_localnet': 1 }), 'a', tcp('10.0.0.254', 80)))[0]).toBe(
    'dropped r: martian',
  );
});

// fact 27
it('a metadata rule of PREROUTING is not for the translating host itself', () => {
  const rule = (hook: string) =>
    `*nat\n-A ${hook} -d 169.254.169.254/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.254:8775`;
  const ask = (iptables: string, from: string) => {
    const network = build(
      {
        a: guest('10.0.0.1/24', '10.0.0.254'),
        r: { ...host('10.0.0.254/24', { iptables, listeners: [[6, 8775]] }), routes: ['169.254.0.0/16 dev eth0'] },
      },
      [['a:eth0', 'r:eth0']],
    );
    return ends(send(network, from, tcp('169.254.169.254', 80)));
  };
  expect(ask(rule('PREROUTING'), 'a')).toEqual(['delivered r', 'delivered a']);
  expect(ask(rule('PREROUTING'), 'r')).toEqual(['dropped r: no neighbour', 'none']);
  expect(ask(rule('OUTPUT'), 'r')).toEqual(['delivered r', 'delivered r']);
});

describe('how a flow is translated', () => {
  const seen = (rule: string, of = tcp('10.0.1.1', 80), from = 'a') =>
    received(send(routed(`*nat\n${rule}`), from, of));

  it('SNAT, MASQUERADE and NETMAP change the source in POSTROUTING', () => {
    expect(seen('-A POSTROUTING -j SNAT --to-source 10.0.1.9')).toBe('10.0.1.9:40000 > 10.0.1.1:80');
    expect(seen('-A POSTROUTING -j MASQUERADE')).toBe('10.0.1.254:40000 > 10.0.1.1:80');
    expect(seen('-A POSTROUTING -j NETMAP --to 10.7.0.0/16')).toBe('10.7.0.1:40000 > 10.0.1.1:80');
  });

  it('DNAT, REDIRECT and NETMAP change the destination in PREROUTING', () => {
    expect(seen('-A PREROUTING -p tcp -j DNAT --to-destination 10.0.1.1:8080', tcp('10.9.9.9', 80))).toBe(
      '10.0.0.1:40000 > 10.0.1.1:8080',
    );
    expect(seen('-A PREROUTING -p tcp -j REDIRECT --to-ports 3128')).toBe('10.0.0.1:40000 > 10.0.0.254:3128');
    expect(seen('-A PREROUTING -d 10.5.1.0/24 -j NETMAP --to 10.0.1.0/24', tcp('10.5.1.1', 80))).toBe(
      '10.0.0.1:40000 > 10.0.1.1:80',
    );
  });

  it('SNAT in INPUT changes the source of what is delivered here', () => {
    const exchange = send(routed('*nat\n-A INPUT -j SNAT --to-source 10.0.0.99'), 'a', udp('10.0.0.254', 53));
    expect(received(exchange)).toBe('10.0.0.99:40000 > 10.0.0.254:53');
    expect(ends(exchange)).toEqual(['delivered r', 'delivered a']);
  });

  it('answers are translated back, in both directions', () => {
    const network = routed(
      '*nat\n-A PREROUTING -d 10.9.9.9/32 -p tcp -j DNAT --to-destination 10.0.1.1:8080\n-A POSTROUTING -j MASQUERADE',
    );
    const exchange = send(network, 'a', tcp('10.9.9.9', 80));
    expect(received(exchange)).toBe('10.0.1.254:40000 > 10.0.1.1:8080');
    expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
    expect(exchange.walks).toHaveLength(5);
    expect(exchange.walks[1]?.received).toMatchObject({ src: addr('10.9.9.9'), sport: 80, dport: 40000 });
  });

  it('a destination port outside of the range becomes its first one, one inside stays', () => {
    const rule = '-A PREROUTING -p tcp -j DNAT --to-destination 10.0.1.1:8000-8010';
    expect(seen(rule, tcp('10.9.9.9', 80))).toBe('10.0.0.1:40000 > 10.0.1.1:8000');
    expect(seen(rule, tcp('10.9.9.9', 8005))).toBe('10.0.0.1:40000 > 10.0.1.1:8005');
  });

  it('a source port outside of the range becomes any of it', () => {
    const all = every(
      routed('*nat\n-A POSTROUTING -p tcp -j MASQUERADE --to-ports 5000-5003'),
      'a',
      tcp('10.0.1.1', 80),
    );
    expect(all.map((exchange) => exchange.walks[0]?.received.sport)).toEqual([5000, 5001, 5002, 5003]);
    expect(new Set(all.map((exchange) => ends(exchange)[1]))).toEqual(new Set(['delivered a']));
    expect(seen('-A POSTROUTING -p tcp -j MASQUERADE --to-ports 30000-50000')).toBe('10.0.1.254:40000 > 10.0.1.1:80');
  });

  it('an address range is picked from by hash: every value is possible', () => {
    const all = every(routed('*nat\n-A POSTROUTING -j SNAT --to-source 10.0.1.20-10.0.1.22'), 'a', tcp('10.0.1.1', 80));
    expect(all.map((exchange) => printAddress(exchange.walks[0]?.received.src ?? 0))).toEqual([
      '10.0.1.20',
      '10.0.1.21',
      '10.0.1.22',
    ]);
  });

  it('a full cone of ICMP keeps its id', () => {
    const exchange = send(routed('*nat\n-A POSTROUTING -j MASQUERADE'), 'a', icmp('10.0.1.1', { icmpId: 99 }));
    expect(ends(exchange)).toEqual(['delivered b', 'delivered a']);
    expect(exchange.walks[0]?.received.icmpId).toBe(99);
  });
});

it('the rules behind nat see what it made of the packet', () => {
  const rules =
    '*nat\n-A PREROUTING -d 10.9.9.9/32 -j DNAT --to-destination 10.0.1.1\n*filter\n-A FORWARD -d 10.0.1.1/32 -m conntrack --ctorigdst 10.9.9.9 -j DROP';
  expect(ends(send(routed(rules), 'a', tcp('10.9.9.9', 80)))[0]).toBe('dropped r: rule');
  expect(ends(send(routed(rules), 'a', tcp('10.0.1.1', 80)))[0]).toBe('delivered b');
});

it('a masquerading host without an address drops', () => {
  const bare = build(
    {
      h: {
        interfaces: { eth0: { mac: '0a:00:00:00:00:01' }, eth1: {}, lo: { addresses: [] } },
        routes: ['10.0.1.0/24 dev eth1'],
        sysctl: FORWARDING,
        iptables: '*nat\n-A POSTROUTING -o eth1 -j MASQUERADE',
      },
    },
    [],
  );
  const frame = udp('10.0.1.1', 53, { src: addr('10.0.0.1'), macDst: 0x0a0000000001 });
  expect(ends(send(bare, wire('h', 'eth0'), frame))[0]).toBe('dropped h: rule');
});

describe('nat rules of a node where no rule needs connection tracking', () => {
  const marking = (rule: string): Network =>
    build(
      {
        a: guest('10.0.0.1/24', '10.0.0.254'),
        b: {
          ...guest('10.0.0.2/24', '10.0.0.254'),
          iptables: `*nat\n-A PREROUTING -j MARK --set-mark 7\n-A PREROUTING -j ACCEPT\nCOMMIT\n*filter\n${rule}-A INPUT -m mark --mark 7 -j DROP`,
        },
      },
      [['a:eth0', 'b:eth0']],
    );
  const fates = (network: Network): readonly string[] =>
    every(network, 'a', udp('10.0.0.2', 53)).map(({ disposition }) => disposition.request.kind);

  // nothing is tracked there (Linux 4.10), and nf_nat asks for tracked packets only
  it('may or may not be asked, where they would change something', () => {
    expect([...fates(marking(''))].sort()).toEqual(['delivered', 'dropped']);
  });

  it('are asked as soon as any rule needs it, even one that no packet meets', () => {
    expect(fates(marking('-N u\n-A u -m state --state NEW\n'))).toEqual(['dropped']);
  });

  it('are not asked, and nothing is left open, where they would change nothing', () => {
    const network = bridged({ iptables: '*nat\n-A PREROUTING -j ACCEPT\n-A POSTROUTING -s 10.0.0.0/24 -j LOG' });
    const [exchange, ...others] = every(network, 'a', udp('10.0.0.2', 53));
    expect(others).toEqual([]);
    expect(exchange?.walks[0]?.hops.filter(({ table }) => table === 'nat')).toEqual([]);
  });
});
