import { describe, expect, it } from 'vitest';
import { resolve } from '../../src/evaluate/neighbour.ts';
import type { Interface, Neighbour, Network, Node } from '../../src/network/network.ts';
import { send, toldAt, udp } from './ask.ts';
import { answer, asked, at, bare, mac, number, pair } from './ask-neighbour.ts';
import { addr, build, NO_BRIDGE_NF, type Port } from './build.ts';

const changed = (network: Network, name: string, change: (one: Interface) => Partial<Interface>): Network => {
  const node = network.nodes.get(name) as Node;
  const interfaces = node.interfaces.map((one) => ({ ...one, ...change(one) }));
  return { ...network, nodes: new Map([...network.nodes, [name, { ...node, interfaces }]]) };
};

describe('an ARP request', () => {
  it('says who asks for whom and where, and who answers', () => {
    expect(answer(pair(), '10.0.0.2')).toBe('who has 10.0.0.2 tell 10.0.0.1 on eth0 | 0a:00:00:00:00:02 (b:eth0)');
    expect(answer(pair(), '10.0.0.3')).toBe('none | who has 10.0.0.3 tell 10.0.0.1 on eth0: no usable answer');
    expect(asked(pair(), '10.0.0.3').taken).toEqual([]);
  });

  it('is sent once: whoever asked knows, and so does whoever answered', () => {
    const { world, a, one } = asked(pair(), '10.0.0.2');
    expect([...world.neighbours]).toEqual([
      [`b eth0 ${addr('10.0.0.1')}`, number(1)],
      [`a eth0 ${addr('10.0.0.2')}`, number(2)],
    ]);
    expect(resolve(world, a, one, addr('10.0.0.2'), addr('10.0.0.1'))).toEqual({
      kind: 'mac',
      mac: number(2),
      text: 'eth0 knows 10.0.0.2 from before',
      verdict: '0a:00:00:00:00:02',
    });
    const back = toldAt(send(pair(), 'a', udp('10.0.0.2', 53)), 'b', 'answer');
    expect(back).toContain('b neighbour | eth0 knows 10.0.0.1 from before | 0a:00:00:00:00:01');
  });

  it('teaches nobody an asker without an address', () => {
    const { answered, world } = asked(bare(), '10.0.0.2', '0.0.0.0');
    expect(answered).toMatchObject({ kind: 'mac', text: 'who has 10.0.0.2 tell 0.0.0.0 on eth0' });
    expect([...world.neighbours.keys()]).toEqual([`a eth0 ${addr('10.0.0.2')}`]);
  });

  it('that somebody could answer and does not takes for granted that nobody taught the asker before', () => {
    const silent = pair({}, { sysctl: { 'net.ipv4.conf.all.arp_ignore': 8 } });
    expect(asked(silent, '10.0.0.2').taken).toEqual([
      'no other traffic has put 10.0.0.2 into the neighbour table of eth0',
    ]);
  });

  it('that several answer is anybody’s, and nobody knows whose', () => {
    const twins = build({ a: at('10.0.0.1/24', 1), b: at('10.0.0.2/24', 2), c: at('10.0.0.2/24', 3) }, [
      ['a:eth0', 'b:eth0', 'c:eth0'],
    ]);
    const id = 'ambiguous owner a eth0 10.0.0.2';
    const { met, answered } = asked(twins, '10.0.0.2');
    expect(met).toEqual([`${id}: ambiguous owner of 10.0.0.2 on a:eth0: b:eth0, c:eth0`]);
    expect(answered).toMatchObject({ mac: number(2) });
    expect(asked(twins, '10.0.0.2', '10.0.0.1', [id]).answered).toMatchObject({ mac: number(3) });
  });
});

describe('a neighbour that is written down', () => {
  const entry = (more: Partial<Neighbour>): Neighbour => ({
    address: addr('10.0.0.2'),
    device: 'eth0',
    mac: number(9),
    state: 'PERMANENT',
    place: { file: 'a/ip-neigh.txt', line: 3, column: 1 },
    ...more,
  });
  const found = (more: Partial<Neighbour>) => answer(pair({ neighbours: [entry(more)] }), '10.0.0.2');
  it('for good is not asked for', () => {
    expect(found({})).toBe('PERMANENT neighbour 10.0.0.2 | 0a:00:00:00:00:09');
    expect(found({ state: 'NOARP' })).toBe('NOARP neighbour 10.0.0.2 | 0a:00:00:00:00:09');
  });
  it('for now, for another address or device, or without its own address is asked for', () => {
    const { mac: _, ...bare } = entry({});
    expect(answer(pair({ neighbours: [bare] }), '10.0.0.2')).toContain('who has');
    const others: readonly Partial<Neighbour>[] = [
      { state: 'REACHABLE' },
      { state: 'FAILED' },
      { address: addr('10.0.0.3') },
      { device: 'eth1' },
    ];
    for (const other of others) expect(found(other)).toContain('who has 10.0.0.2');
  });
});

describe('the asker’s address', () => {
  const two: Readonly<Record<string, Port>> = {
    eth0: { addresses: ['10.0.0.1/24', '10.0.5.1/24'], mac: mac(1) },
    eth1: { addresses: ['10.0.9.1/24'], mac: mac(4) },
  };
  const tells = (announce: number, src: string, target = '10.0.0.2'): string | undefined => {
    const sysctl = { 'net.ipv4.conf.all.arp_announce': announce };
    const network = build({ a: { interfaces: two, sysctl }, b: at('10.0.0.2/16', 2) }, [['a:eth0', 'b:eth0']]);
    return /tell (\S+)/.exec(asked(network, target, src).answered.text)?.[1];
  };
  it('is the packet’s own source, if it is one of the node', () => {
    for (const src of ['10.0.0.1', '10.0.5.1', '10.0.9.1']) expect(tells(0, src)).toBe(src);
    expect(tells(0, '10.0.0.77')).toBe('10.0.0.1');
    expect(tells(0, '10.0.0.77', '10.0.5.9')).toBe('10.0.5.1');
  });
  it('with arp_announce 1 only if it is in the target’s subnet on this device, with 2 never', () => {
    expect([tells(1, '10.0.0.1'), tells(1, '10.0.5.1'), tells(1, '10.0.9.1')]).toEqual(Array(3).fill('10.0.0.1'));
    expect([tells(1, '10.0.5.1', '10.0.5.9'), tells(1, '10.0.0.1', '10.0.5.9')]).toEqual(['10.0.5.1', '10.0.5.1']);
    expect([tells(2, '10.0.5.1'), tells(2, '10.0.9.1'), tells(2, '10.0.5.1', '10.0.5.9')]).toEqual([
      '10.0.0.1',
      '10.0.0.1',
      '10.0.5.1',
    ]);
  });
  it('may be of a second one in the same subnet with arp_announce 1, which 2 does not allow', () => {
    const twice = { eth0: { addresses: ['10.0.0.1/24', '10.0.0.7/24', '10.0.5.1/24'], mac: mac(1) } };
    const tell = (announce: number) => {
      const sysctl = { 'net.ipv4.conf.eth0.arp_announce': announce };
      const network = build({ a: { interfaces: twice, sysctl }, b: at('10.0.0.2/24', 2) }, [['a:eth0', 'b:eth0']]);
      return /tell (\S+)/.exec(asked(network, '10.0.0.2', '10.0.0.7').answered.text)?.[1];
    };
    expect([tell(0), tell(1), tell(2)]).toEqual(['10.0.0.7', '10.0.0.7', '10.0.0.1']);
  });
});

describe('an answer', () => {
  it('must come back to the device that asked', () => {
    // the switch in front of a's port keeps what is for the bridge behind it
    const behind = build(
      {
        a: {
          interfaces: { p1: { master: 'br0', mac: mac(5) }, br0: { addresses: ['10.0.0.1/24'], mac: mac(1) } },
          sysctl: NO_BRIDGE_NF,
        },
        b: at('10.0.0.2/24', 2),
      },
      [['a:p1!', 'b:eth0']],
    );
    expect(asked(behind, '10.0.0.2', '10.0.0.1', [], 'br0')).toMatchObject({
      answered: { kind: 'none', text: 'who has 10.0.0.2 tell 10.0.0.1 on br0: no usable answer' },
      taken: ['no other traffic has put 10.0.0.2 into the neighbour table of br0'],
    });
  });

  it('that comes to another device of the asker is none', () => {
    const astray = build(
      {
        a: {
          interfaces: {
            p1: { master: 'br0', mac: mac(5) },
            br0: { addresses: ['10.0.0.1/24'], mac: mac(1) },
            eth1: { mac: mac(1) },
          },
          sysctl: NO_BRIDGE_NF,
        },
        b: at('10.0.0.2/24', 2),
      },
      [['a:p1!', 'b:eth0', 'a:eth1']],
    );
    expect(asked(astray, '10.0.0.2', '10.0.0.1', [], 'br0').answered.kind).toBe('none');
  });

  it('of another device with the same address is none', () => {
    // what b sends to a's MAC goes to c, which has it too and is the first on b's link
    const stolen = build(
      {
        a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'], mac: mac(1) } } },
        b: {
          interfaces: {
            p1: { master: 'br0', mac: mac(5) },
            p2: { master: 'br0', mac: mac(6) },
            br0: { addresses: ['10.0.0.2/24'], mac: mac(2) },
          },
          sysctl: NO_BRIDGE_NF,
        },
        c: { interfaces: { eth0: { mac: mac(1) } } },
      },
      [
        ['c:eth0', 'b:p1'],
        ['a:eth0', 'b:p2'],
      ],
    );
    expect(answer(stolen, '10.0.0.2')).toContain('none | ');
  });

  it('of what nobody can follow is left open, and comes back', () => {
    const hidden = changed(pair(), 'b', ({ name }) => (name === 'eth0' ? { undecided: 'macvlan' } : {}));
    const id = 'b eth0 eth0 10.0.0.77';
    expect(asked(hidden, '10.0.0.77').met).toEqual([`${id}: macvlan`]);
    expect(asked(hidden, '10.0.0.77').answered.kind).toBe('none');
    expect(asked(hidden, '10.0.0.77', '10.0.0.1', [id]).answered).toMatchObject({ mac: number(2) });
  });
});

describe('rules for ARP that are not modelled', () => {
  const place = { file: 'b/arptables-save.txt', line: 1, column: 1 };
  const rules = (decides: 'arp' | 'bridge') => [{ what: 'x', reason: 'it could drop', place, decides }];
  it('of the asker or of the owner leave the answer open', () => {
    for (const [a, b] of [
      [{ unmodelled: rules('arp') }, {}],
      [{}, { unmodelled: rules('arp') }],
    ]) {
      const { answered } = asked(pair(a, b), '10.0.0.2');
      expect(answered).toMatchObject({
        kind: 'unknown',
        text: 'who has 10.0.0.2 tell 10.0.0.1 on eth0',
        unknown: { id: `${a === undefined || !('unmodelled' in a) ? 'b' : 'a'} arp`, reason: 'x: it could drop' },
      });
    }
    // of one that does not have the address they decide nothing
    expect(asked(pair({}, { unmodelled: rules('arp') }), '10.0.0.3').answered.kind).toBe('none');
  });
});
