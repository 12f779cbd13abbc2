import { describe, expect, it } from 'vitest';
import { receive, transmit } from '../../src/evaluate/link.ts';
import { fixed } from '../../src/evaluate/oracle.ts';
import { newSkb, type Skb } from '../../src/evaluate/skb.ts';
import type { Interface, Network, Node } from '../../src/network/network.ts';
import { every, said, send, told, toldAt, udp } from './ask.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, type Host, host, NO_BRIDGE_NF, type Port } from './build.ts';

const [A, B, C, GROUP] = [0x0a0000000001, 0x0a0000000002, 0x0a0000000003, 0xffffffffffff];
const at = (address: string, last: number, more: Port = {}): Host => ({
  interfaces: { eth0: { addresses: [address], mac: `0a:00:00:00:00:0${last}`, ...more } },
});
const three = (c: Port = {}, filter = ''): Network =>
  build({ a: at('10.0.0.1/24', 1), b: at('10.0.0.2/24', 2), c: at('10.0.0.3/24', 3, c) }, [
    ['a:eth0', 'b:eth0', `c:eth0${filter}`],
  ]);

/** Puts a frame on an interface of a node; what is told of each copy. */
function put(network: Network, node: string, name: string, macDst: number, values: readonly string[] = []) {
  const skb = newSkb('request', udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst }));
  const world = worldOf(network, fixed(new Map(values.map((id) => [id, 1]))));
  const fate = transmit(world, skb, network.nodes.get(node) as Node, name);
  return { fate: said(fate), lines: lines(skb), copies: skb.copies.map((copy) => said(copy.fate)), skb, world };
}
const lines = ({ hops }: Skb): readonly string[] =>
  hops.map(({ node, hook, text, verdict, file }) => `${node} ${hook} ${file ?? '-'} | ${text} | ${verdict}`);

/** Changes interfaces of a node. */
const changed = (network: Network, name: string, change: (one: Interface) => Partial<Interface>): Network => {
  const node = network.nodes.get(name) as Node;
  const interfaces = node.interfaces.map((one) => ({ ...one, ...change(one) }));
  return { ...network, nodes: new Map([...network.nodes, [name, { ...node, interfaces }]]) };
};

describe('a frame on a link', () => {
  it('goes to the end that has its address, and to nobody else', () => {
    const { fate, lines: all, copies } = put(three(), 'a', 'eth0', B);
    expect([fate, copies]).toEqual(['delivered b', []]);
    expect(all[0]).toBe('a link network.yaml | link link1: a:eth0 to b:eth0 | to b:eth0');
  });

  it('for a group or an address that nobody has goes to all others, who take what is for them', () => {
    const all = put(three(), 'a', 'eth0', GROUP);
    expect([all.fate, all.copies]).toEqual(['delivered b', ['dropped c: not forwarding']]);
    const nobody = put(three(), 'a', 'eth0', 0x0a0000000099);
    expect([nobody.fate, nobody.copies]).toEqual(['dropped b: not for me', ['dropped c: not for me']]);
    expect(nobody.lines.at(-1)).toBe('b link b/ip-addr.txt | frame to 0a:00:00:00:00:99 at eth0 | DROP (not for me)');
  });

  it('has no marks, conntrack entry or bridge on the other side', () => {
    const network = three();
    const skb = { ...newSkb('request', udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst: B, mark: 7 })), zone: 4 };
    transmit(worldOf(network), skb, network.nodes.get('a') as Node, 'eth0');
    expect([skb.packet.mark, skb.zone]).toEqual([0, undefined]);
  });

  it('to an address that two ends have goes to one of them, and nobody knows to which', () => {
    const twins = three({ mac: '0a:00:00:00:00:02' });
    const id = 'ambiguous owner a eth0 0a:00:00:00:00:02';
    const { world, fate } = put(twins, 'a', 'eth0', B);
    expect(fate).toBe('delivered b');
    expect([...world.met.values()]).toEqual([
      { unknown: { id, reason: 'ambiguous owner of 0a:00:00:00:00:02: b:eth0, c:eth0' }, value: 0 },
    ]);
    expect(put(twins, 'a', 'eth0', B, [id]).fate).toBe('dropped c: not forwarding');
    expect(put(three(), 'a', 'eth0', B).world.met.size).toBe(0);
    const all = every(twins, 'a', udp('10.0.0.2', 53));
    expect(all.map(({ disposition }) => said(disposition.request))).toEqual([
      'delivered b',
      'dropped c: not forwarding',
    ]);
    expect(all.complete).toBe(true);
  });

  it('is not delivered by a switch that knows one address a port, unless it is for that or for a group', () => {
    expect(put(three({}, '!'), 'a', 'eth0', 0x0a0000000099).copies).toEqual(['dropped c: filtered by the link']);
    expect(put(three({}, '!'), 'a', 'eth0', C).fate).toBe('dropped c: not forwarding');
    expect(put(three({}, '!'), 'a', 'eth0', GROUP).copies).toEqual(['dropped c: not forwarding']);
    const lone = build({ a: at('10.0.0.1/24', 1), c: at('10.0.0.3/24', 3) }, [['a:eth0', 'c:eth0!']]);
    const { lines: all, skb } = put(lone, 'a', 'eth0', 0x0a0000000099);
    expect(all).toEqual(['c link network.yaml | link link1: a:eth0 to c:eth0 | DROP (filtered by the link)']);
    expect(skb.hops).toHaveLength(1);
  });

  it('that nobody else is on is lost, one that is no link leads outside', () => {
    const lone = build({ a: at('10.0.0.1/24', 1) }, [['a:eth0']]);
    expect(put(lone, 'a', 'eth0', B)).toMatchObject({
      fate: 'dropped a: no neighbour',
      lines: ['a link a/ip-addr.txt | nobody else is on the link of eth0 | DROP (no neighbour)'],
    });
    expect(put(build({ a: at('10.0.0.1/24', 1) }, []), 'a', 'eth0', B)).toMatchObject({
      fate: 'leaves a:eth0',
      lines: ['a link a/ip-addr.txt | eth0 is on no link of the snapshot | leaves at a:eth0'],
    });
  });
});

describe('an interface', () => {
  it('that is down, or without carrier, sends and takes nothing', () => {
    const down = 'a link a/ip-addr.txt | eth0 is down | DROP (interface down)';
    for (const off of [{ up: false }, { carrier: false }]) {
      const [deaf, mute] = [changed(three(), 'b', () => off), changed(three(), 'a', () => off)];
      expect(put(mute, 'a', 'eth0', B)).toMatchObject({ fate: 'dropped a: interface down', lines: [down] });
      expect(put(deaf, 'a', 'eth0', GROUP).fate).toBe('dropped b: interface down');
      const skb = newSkb('request', udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst: B }));
      receive(worldOf(deaf), skb, deaf.nodes.get('b') as Node, 'eth0');
      expect(lines(skb)).toEqual([down.replaceAll('a ', 'b ').replace('a/', 'b/')]);
    }
  });

  it('that no capture shows leaves open what becomes of a frame', () => {
    const network = three();
    const b = network.nodes.get('b') as Node;
    const unknown = { id: 'b gone', reason: 'the capture of b shows no interface gone' };
    const skb = newSkb('request', udp('10.0.0.2', 53));
    expect(transmit(worldOf(network), skb, b, 'gone')).toEqual({ kind: 'unknown', node: 'b', unknown });
    expect(receive(worldOf(network), skb, b, 'gone')).toEqual({ kind: 'unknown', node: 'b', unknown });
  });

  it('whose frames nobody can follow leaves it open, too', () => {
    const hidden = changed(three(), 'b', ({ name }) => (name === 'eth0' ? { undecided: 'a port of ovs' } : {}));
    const b = hidden.nodes.get('b') as Node;
    for (const go of [transmit, receive]) {
      const skb = newSkb('request', udp('10.0.0.2', 53));
      expect(go(worldOf(hidden), skb, b, 'eth0')).toMatchObject({
        kind: 'unknown',
        node: 'b',
        unknown: { id: 'b eth0', reason: 'a port of ovs', origin: { text: 'eth0' } },
      });
      expect(lines(skb)).toEqual(['b route - | a port of ovs | unknown']);
    }
  });

  it('takes untagged frames to its own address and to groups', () => {
    const taken = (macDst: number, tag?: number) => {
      const skb = { ...newSkb('request', udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst })), tag };
      return said(receive(worldOf(three()), skb, three().nodes.get('b') as Node, 'eth0'));
    };
    expect([taken(B), taken(GROUP)]).toEqual(['delivered b', 'delivered b']);
    expect([taken(A), taken(B, 5), taken(GROUP, 5)]).toEqual(Array(3).fill('dropped b: not for me'));
  });

  it('takes a frame that it has had before for one that goes round', () => {
    const network = three();
    const b = network.nodes.get('b') as Node;
    const seen = (change: Partial<Skb['packet']>, tag?: number) => {
      const skb: Skb = newSkb('request', udp('10.0.0.2', 53, { src: addr('10.0.0.1'), macDst: B }));
      receive(worldOf(network), skb, b, 'eth0');
      skb.packet = { ...skb.packet, ...change };
      skb.tag = tag;
      const fate = said(receive(worldOf(network), skb, b, 'eth0'));
      return [fate.includes('loop'), lines(skb).at(-1)];
    };
    expect(seen({})).toEqual([true, 'b link b/ip-addr.txt | the frame has been at eth0 before | DROP (loop)']);
    for (const change of [{ src: 1 }, { dst: 1 }, { sport: 1 }, { dport: 1 }, { ttl: 1 }, { macDst: GROUP }])
      expect(seen(change)[0]).toBe(false);
    expect(seen({}, 5)[0]).toBe(false);
  });
});

describe('a bond', () => {
  const bonded = (s1: Port = {}, s2: Port = {}): Network =>
    build(
      {
        a: {
          interfaces: {
            s1: { master: 'bond0', mac: '0a:00:00:00:00:01', ...s1 },
            s2: { master: 'bond0', mac: '0a:00:00:00:00:01', ...s2 },
            bond0: { kind: 'bond', addresses: ['10.0.0.1/24'], mac: '0a:00:00:00:00:01' },
          },
        },
        b: at('10.0.0.2/24', 2),
        c: at('10.0.0.2/24', 3),
      },
      [
        ['a:s1', 'b:eth0'],
        ['a:s2', 'c:eth0'],
      ],
    );
  it('sends by its first slave that works', () => {
    const links = (network: Network) => put(network, 'a', 'bond0', GROUP).lines[0]?.split(' | ')[1];
    expect(links(bonded())).toBe('link link1: a:s1 to b:eth0');
    expect(links(bonded({ up: false }))).toBe('link link2: a:s2 to c:eth0');
    expect(put(bonded({ up: false }, { up: false }), 'a', 'bond0', GROUP)).toMatchObject({
      fate: 'dropped a: interface down',
      lines: ['a link a/ip-addr.txt | bond0 has no slave that is up | DROP (interface down)'],
    });
  });

  it('takes what comes in by any slave, and answers', () => {
    expect(put(bonded(), 'b', 'eth0', A).lines.at(-1)).toContain('forwarding is off on bond0');
    const exchange = send(bonded(), 'b', udp('10.0.0.1', 53));
    expect([said(exchange.disposition.request), said(exchange.disposition.reply)]).toEqual([
      'delivered a',
      'delivered b',
    ]);
    expect(exchange.walks[0]?.fate).toMatchObject({ interface: 'bond0' });
  });
});

describe('a vlan device', () => {
  const trunk = (id: number): Network =>
    build(
      {
        a: {
          interfaces: {
            eth0: { mac: '0a:00:00:00:00:01' },
            v5: { kind: 'vlan', vlan: { parent: 'eth0', id: 5 }, addresses: ['10.0.0.1/24'], mac: '0a:00:00:00:00:01' },
          },
        },
        h: { interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: {} }, sysctl: NO_BRIDGE_NF },
        b: {
          interfaces: {
            eth0: { mac: '0a:00:00:00:00:02' },
            v: { kind: 'vlan', vlan: { parent: 'eth0', id }, addresses: ['10.0.0.2/24'], mac: '0a:00:00:00:00:02' },
          },
        },
      },
      [
        ['a:eth0', 'h:p1'],
        ['h:p2', 'b:eth0'],
      ],
    );
  it('tags what it sends, and takes what is tagged for it, past bridges', () => {
    const exchange = send(trunk(5), 'a', udp('10.0.0.2', 53));
    expect(exchange.walks.map(({ fate }) => fate)).toEqual([
      { kind: 'delivered', node: 'b', interface: 'v' },
      { kind: 'delivered', node: 'a', interface: 'v5' },
    ]);
    expect(told(send(trunk(6), 'a', udp('10.0.0.2', 53))).at(-2)).toContain('the request was not delivered');
    expect(put(trunk(6), 'a', 'v5', B).lines.at(-1)).toBe(
      'b link b/ip-addr.txt | frame to 0a:00:00:00:00:02 at eth0 | DROP (not for me)',
    );
    // an untagged frame is for the interface below
    expect(put(trunk(5), 'a', 'eth0', B).lines.at(-1)).toContain('local delivery at eth0');
  });
});

it('a permanent neighbour is noted with its line', () => {
  const place = { file: 'a/ip-neigh.txt', line: 3, column: 1 };
  const entry = { address: addr('10.0.0.2'), device: 'eth0', mac: B, state: 'NOARP', place };
  const network = build({ a: host('10.0.0.1/24', { neighbours: [entry] }), b: at('10.0.0.2/24', 2) }, [
    ['a:eth0', 'b:eth0'],
  ]);
  expect(toldAt(send(network, 'a', udp('10.0.0.2', 53)), 'a')[2]).toBe(
    'a neighbour a/ip-neigh.txt | NOARP neighbour 10.0.0.2 | 0a:00:00:00:00:02',
  );
});
