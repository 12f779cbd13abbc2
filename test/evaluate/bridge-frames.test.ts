import { describe, expect, it } from 'vitest';
import { fixed } from '../../src/evaluate/oracle.ts';
import type { Interface, Network, Node } from '../../src/network/network.ts';
import { notKnown } from '../../src/network/unknown.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { ends, every, said, send, sendRaw, toldAt, udp, wire } from './ask.ts';
import { addr, BRIDGE_NF, build, FORWARDING, type Host, NO_BRIDGE_NF, type Port } from './build.ts';

const mac = (last: number): string => `0a:00:00:00:00:0${last}`;
const number = (last: number): number => 0x0a0000000000 + last;
const GROUP = 0xffffffffffff;

/** a and b on two ports of the bridge of h; h reaches c by eth0. */
const bridged = (more: Partial<Host> = {}, ports: Readonly<Record<string, Port>> = {}): Network =>
  build(
    {
      a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'], mac: mac(1) } } },
      b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: mac(2) } } },
      c: { interfaces: { eth0: { addresses: ['10.0.1.1/24'], mac: mac(3) } } },
      h: {
        interfaces: {
          p1: { master: 'br0', mac: mac(5) },
          p2: { master: 'br0', mac: mac(6) },
          br0: { addresses: ['10.0.0.254/24'], mac: mac(4) },
          eth0: { addresses: ['10.0.1.254/24'], mac: mac(7) },
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
const changed = (network: Network, name: string, more: Partial<Interface>): Network => {
  const h = network.nodes.get('h') as Node;
  const interfaces = h.interfaces.map((one) => (one.name === name ? { ...one, ...more } : one));
  return { ...network, nodes: new Map([...network.nodes, ['h', { ...h, interfaces }]]) };
};
const frame = (dst: string, macDst: number, more: Partial<Packet> = {}): Packet =>
  udp(dst, 53, { src: addr('10.0.0.1'), macDst, ...more });
/** What h tells of a frame that comes in at p1. */
const at = (network: Network, of: Packet, port = 'p1') => toldAt(send(network, wire('h', port), of), 'h');

describe('a bridge tells', () => {
  it('by which port a frame came in, and by which it goes out', () => {
    expect(at(bridged(), frame('10.0.0.2', number(2)))).toEqual([
      'h bridge | br0: in by p1 | out by p2',
      'h link network.yaml | link link2: h:p2 to b:eth0 | to b:eth0',
      'request delivered b | eth0',
    ]);
    expect(at(bridged(), frame('10.0.0.254', number(4)))).toEqual([
      'h bridge | br0: in by p1 | up to br0',
      `h route | local ${addr('10.0.0.254')} | local`,
      'h deliver | local delivery at br0 | delivered to h',
      'request delivered h | br0',
    ]);
  });

  it('by which port its host sends', () => {
    expect(toldAt(send(bridged(), 'h', udp('10.0.0.2', 53)), 'h').slice(3, 5)).toEqual([
      'h bridge | br0: sent by h | out by p2',
      'h link network.yaml | link link2: h:p2 to b:eth0 | to b:eth0',
    ]);
  });

  it('that it is down', () => {
    expect(at(changed(bridged(), 'br0', { up: false }), frame('10.0.0.2', number(2)))).toEqual([
      'h bridge h/ip-addr.txt | br0 is down | DROP (interface down)',
      'request dropped h: interface down | h br0 is down | h/ip-addr.txt',
    ]);
  });

  it('that a frame is for another port of its own', () => {
    expect(at(bridged(), frame('10.0.0.254', number(6))).slice(0, 2)).toEqual([
      'h bridge | br0: in by p1 | up to br0',
      'h bridge h/ip-addr.txt | frame to 0a:00:00:00:00:06 at br0 | DROP (not for me)',
    ]);
    expect(at(bridged(), frame('10.0.0.254', number(5))).at(-1)).toBe('request delivered h | br0');
  });

  it('that there is no port for a frame', () => {
    const lone = changed(bridged(), 'p2', { up: false });
    expect(at(lone, frame('10.0.0.2', number(9)))).toEqual([
      'h bridge h/ip-addr.txt | no port for 0a:00:00:00:00:09 | DROP (no port)',
      'request dropped h: no port | h no port for 0a:00:00:00:00:09 | h/ip-addr.txt',
    ]);
    const none = changed(lone, 'p1', { up: false });
    expect(toldAt(sendRaw(none, 'h', 'br0', frame('10.0.0.2', GROUP)), 'h')).toEqual([
      'h bridge h/ip-addr.txt | br0 has no port that is up | DROP (no port)',
      'request dropped h: no port | h br0 has no port that is up | h/ip-addr.txt',
    ]);
  });

  it('that what the host sends to the bridge itself goes nowhere, to the address of a port out by that port (measured)', () => {
    const sent = (to: number, of = bridged()) => toldAt(sendRaw(of, 'h', 'br0', frame('10.0.0.2', number(to))), 'h')[0];
    const none = (to: number) => `h bridge h/ip-addr.txt | ${mac(to)} is the bridge's own | DROP (no port)`;
    expect(sent(4)).toBe(none(4));
    expect(sent(5)).toBe('h bridge | br0: sent by h | out by p1');
    expect(sent(6)).toBe('h bridge | br0: sent by h | out by p2');
    expect(sent(6, changed(bridged(), 'p2', { up: false }))).toBe(none(6));
  });
});

describe('a frame', () => {
  const copies = (network: Network, of: Packet, raw = false) => {
    const { walks } = raw ? sendRaw(network, 'h', 'br0', of) : send(network, wire('h', 'p1'), of);
    return walks
      .slice(0, 1)
      .flatMap((walk) => [walk, ...walk.copies])
      .map(({ fate }) => said(fate));
  };
  it('to an address that lives nowhere leaves by all other ports', () => {
    const wide = bridged({}, { p3: { master: 'br0' } });
    expect(copies(wide, frame('10.0.0.2', number(9)))).toEqual(['leaves h:p3', 'dropped b: not for me']);
    expect(copies(wide, frame('10.0.0.2', number(9)), true).sort()).toEqual([
      'dropped a: not for me',
      'dropped b: not for me',
      'leaves h:p3',
    ]);
    expect(copies(wide, frame('10.0.0.2', number(2)))).toEqual(['delivered b']);
    expect(copies(wide, frame('10.0.0.2', number(2)), true)).toEqual(['delivered b']);
  });

  it('to a group leaves by all other ports and goes up', () => {
    expect(copies(bridged(), frame('10.0.0.255', GROUP)).sort()).toEqual(['delivered b', 'delivered h']);
    expect(copies(bridged(), frame('10.0.0.255', GROUP, { src: addr('10.0.0.254') }), true).sort()).toEqual([
      'delivered a',
      'delivered b',
    ]);
  });

  it('that carries a tag goes up to the vlan device on the bridge, if there is one', () => {
    const up = (id: number) => {
      const v = { kind: 'vlan', vlan: { parent: 'br0', id }, addresses: ['10.0.5.254/24'], mac: mac(4) } as const;
      const network = bridged({}, { 'br0.5': v });
      const a = network.nodes.get('a') as Node;
      const tagging = a.interfaces.map((one) =>
        one.name === 'eth0' ? { ...one, name: 'v', vlan: { parent: 'eth0', id: 5 } } : one,
      );
      const nodes = new Map([
        ...network.nodes,
        ['a', { ...a, interfaces: [...a.interfaces, ...tagging.slice(1)] }] as const,
      ]);
      return toldAt(sendRaw({ ...network, nodes }, 'a', 'v', frame('10.0.5.254', number(4))), 'h').slice(1);
    };
    expect(up(5).at(-1)).toBe('request delivered h | br0.5');
    expect(up(6)).toEqual([
      'h bridge h/ip-addr.txt | frame to 0a:00:00:00:00:04 at br0 | DROP (not for me)',
      'request dropped h: not for me | h frame to 0a:00:00:00:00:04 at br0 | h/ip-addr.txt',
    ]);
  });

  it('goes back where it came from or not, where nobody knows of hairpin', () => {
    const unsure = changed(bridged(), 'p1', { hairpin: notKnown('no capture shows it') });
    const run = (value: number) =>
      send(unsure, wire('h', 'p1'), frame('10.0.0.1', number(1)), fixed(new Map([['h p1 hairpin', value]])));
    expect([0, 1].map((value) => said(run(value).disposition.request))).toEqual([
      'dropped h: no port',
      'dropped a: martian',
    ]);
    expect(run(0).met.map(({ unknown }) => unknown)).toEqual([{ id: 'h p1 hairpin', reason: 'no capture shows it' }]);
    expect(every(unsure, wire('h', 'p1'), frame('10.0.0.2', number(2)))).toHaveLength(1);
  });

  it('that carries a tag is shown to br_netfilter only with a setting of its own', () => {
    const tagging = (sysctl: Host['sysctl']): Network => {
      const network = bridged({ iptables: '*filter\n:FORWARD DROP [0:0]', ...(sysctl && { sysctl }) });
      const vlan = { kind: 'vlan', vlan: { parent: 'eth0', id: 5 } } as const;
      const nodes = [...network.nodes].map(([name, node]): [string, Node] => {
        const [lo, eth0] = node.interfaces as [Interface, Interface];
        if (name !== 'a' && name !== 'b') return [name, node];
        const v = { ...eth0, ...vlan, name: 'v' };
        const routes = node.routes.map((route) => ({
          ...route,
          nextHops: route.nextHops.map((hop) => (hop.device === 'eth0' ? { ...hop, device: 'v' } : hop)),
        }));
        return [name, { ...node, routes, interfaces: [lo, { ...eth0, addresses: [] }, v] }];
      });
      return { ...network, nodes: new Map(nodes) };
    };
    const tagged = 'net.bridge.bridge-nf-filter-vlan-tagged';
    expect(ends(send(tagging({ ...BRIDGE_NF, [tagged]: 0 }), 'a', udp('10.0.0.2', 53)))[0]).toBe('delivered b');
    expect(ends(send(tagging({ ...BRIDGE_NF, [tagged]: 1 }), 'a', udp('10.0.0.2', 53)))[0]).toBe('dropped h: rule');
    expect(ends(send(tagging({ ...NO_BRIDGE_NF, [tagged]: 1 }), 'a', udp('10.0.0.2', 53)))[0]).toBe('delivered b');
  });
});

describe('hooks of a bridge that drop end the way there', () => {
  it.each(['PREROUTING', 'FORWARD', 'POSTROUTING'])('%s', (hook) => {
    const rule = `-A ${hook} -p udp -j DROP`;
    const lines = at(bridged({ iptables: `*mangle\n${rule}` }), frame('10.0.0.2', number(2)));
    expect(lines.at(-1)).toBe(`request dropped h: rule | h ${rule} | h/iptables-save.txt`);
    expect(lines.filter((line) => line.includes(' link '))).toEqual([]);
    const off = bridged({ iptables: `*mangle\n${rule}`, sysctl: NO_BRIDGE_NF });
    expect(at(off, frame('10.0.0.2', number(2))).at(-1)).toBe('request delivered b | eth0');
  });

  it('what the host itself sends by it passes POSTROUTING once, and routed packets do, too', () => {
    const iptables = '*mangle\n-A POSTROUTING -p udp\n-A FORWARD -p udp';
    const counted = (network: Network, from: string) =>
      toldAt(send(network, from, udp('10.0.0.2', 53)), 'h').filter((line) => line.includes('continue')).length;
    expect(counted(bridged({ iptables }), 'h')).toBe(1);
    const routed = bridged({ iptables, sysctl: { ...BRIDGE_NF, ...FORWARDING } });
    const c = routed.nodes.get('c') as Node;
    const way = {
      ...(c.routes.at(-1) as Node['routes'][number]),
      destination: { address: 0, length: 0 },
      nextHops: [{ device: 'eth0', weight: 1, via: addr('10.0.1.254') }],
    };
    const wayBack = { ...routed, nodes: new Map([...routed.nodes, ['c', { ...c, routes: [...c.routes, way] }]]) };
    expect(counted(wayBack, 'c')).toBe(2);
  });
});

describe('a frame whose destination nat changed', () => {
  const to = (address: string, more: Partial<Host> = {}) =>
    bridged({
      iptables: `*nat\n-A PREROUTING -d 10.0.0.9/32 -j DNAT --to-destination ${address}`,
      ...more,
      sysctl: { ...BRIDGE_NF, ...FORWARDING, ...more.sysctl },
    });
  const led = (network: Network) => at(network, frame('10.0.0.9', number(2)));

  it('stays on the bridge where its next hop is behind it', () => {
    const [, asked, out] = led(to('10.0.0.2'));
    expect(asked).toBe('h neighbour | new destination 10.0.0.2 behind br0 | stays bridged, to 0a:00:00:00:00:02');
    expect(out).toBe('h bridge | br0: in by p1 | out by p2');
    const gateway = to('8.8.8.8', { routes: ['default via 10.0.0.2'] });
    expect(led(gateway)[1]).toBe(
      'h neighbour | new destination 8.8.8.8 behind br0 | stays bridged, to 0a:00:00:00:00:02',
    );
  });

  it('is lost where nobody answers for its next hop, and goes to whoever may out of sight, not back to where it came from', () => {
    expect(led(to('10.0.0.77')).slice(1)).toEqual([
      'h neighbour | who has 10.0.0.77 tell 10.0.0.254 on br0: no usable answer | DROP (no neighbour)',
      'request dropped h: no neighbour | h who has 10.0.0.77 tell 10.0.0.254 on br0: no usable answer',
    ]);
    const open = build(
      {
        h: {
          interfaces: {
            p1: { master: 'br0' },
            p2: { master: 'br0' },
            br0: { addresses: ['10.0.0.254/24'], mac: mac(4) },
          },
          sysctl: { ...BRIDGE_NF, ...FORWARDING },
          iptables: '*nat\n-A PREROUTING -d 10.0.0.9/32 -j DNAT --to-destination 10.0.0.77',
        },
      },
      [],
    );
    const [back, out] = every(open, wire('h', 'p1'), frame('10.0.0.9', number(2))).map((one) => toldAt(one, 'h'));
    expect(back?.at(-1)).toBe(
      'request dropped h: no port | h somebody beyond h:p1 lives behind p1, where the frame came from | h/ip-addr.txt',
    );
    expect(out?.slice(1)).toEqual([
      'h neighbour | new destination 10.0.0.77 behind br0 | stays bridged, to somebody beyond h:p2',
      'h bridge | br0: in by p1 | out by p2',
      'h link h/ip-addr.txt | p2 is on no link of the snapshot | leaves at h:p2',
      'request leaves h:p2 | p2',
    ]);
  });

  it('is left open where ARP, its route or its source is', () => {
    const place = { file: 'h/arptables-save.txt', line: 1, column: 1 };
    const arp = { what: 'arptables', reason: 'it could drop', place, decides: 'arp' } as const;
    expect(led(to('10.0.0.2', { unmodelled: [arp] })).at(-1)).toMatch(/^request unknown h \| h arp/);
    const hole = { undecided: new Map([['routes', 'not shown']] as const) };
    expect(led(to('10.0.0.2', hole)).slice(1)).toEqual([
      'h route | not shown | unknown',
      'request unknown h | h routes to 10.0.0.2: not shown',
    ]);
  });

  it('is taken off the bridge for any other route, one that fails with an error, too', () => {
    const up = 'h bridge | br0: in by p1 | up to br0';
    expect(led(to('10.0.0.254')).slice(1, 2)).toEqual([up]);
    expect(led(to('10.0.1.1')).slice(1, 3)).toEqual([up, 'h route | connected on eth0 | via eth0']);
    expect(led(to('8.8.8.8')).slice(1, 3)).toEqual([up, 'h route | no route to the destination | DROP (no route)']);
    const off = { sysctl: { 'net.ipv4.ip_forward': 0 } };
    expect(led(to('8.8.8.8', off)).slice(1, 3)).toEqual([
      up,
      'h route | forwarding is off on br0 | DROP (not forwarding)',
    ]);
  });

  it('is dropped on the bridge as a martian', () => {
    expect(led(to('127.0.0.1')).slice(1)).toEqual([
      'h bridge | martian destination 127.0.0.1 on br0 | DROP (martian)',
      'request dropped h: martian | h martian destination 127.0.0.1 on br0',
    ]);
    const strict = { sysctl: { 'net.ipv4.conf.all.rp_filter': 1 } };
    const foreign = frame('10.0.0.9', number(2), { src: addr('10.0.1.7') });
    expect(at(to('10.0.0.254', strict), foreign)[1]).toBe(
      'h bridge | rp_filter = 1 on br0: answers to 10.0.1.7 go elsewhere | DROP (rp_filter)',
    );
  });
});
