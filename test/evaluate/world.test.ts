import { describe, expect, it } from 'vitest';
import { memo } from '../../src/evaluate/memo.ts';
import { BOOLEAN, fixed } from '../../src/evaluate/oracle.ts';
import {
  assume,
  choose,
  defaultTtl,
  deviceSetting,
  holds,
  setting,
  settle,
  strongest,
  type World,
} from '../../src/evaluate/world.ts';
import type { Node } from '../../src/network/network.ts';
import { assumed, known, notKnown } from '../../src/network/unknown.ts';
import type { Ranges } from '../../src/packet/ranges.ts';
import { type Scalar } from '../../src/packet/scalar.ts';
import { probeFrom } from './ask.ts';
import { build, type Host, host } from './build.ts';

interface Asked {
  readonly id: string;
  readonly reason: string;
  readonly ranges: Ranges<Scalar>;
}

/** A world of one node; its oracle writes down what it is asked and answers with the highest value. */
function alone(more: Omit<Host, 'interfaces'> = {}): { world: World; node: Node; asked: Asked[] } {
  const network = build({ b: host('10.0.0.2/24', more) }, []);
  const node = network.nodes.get('b');
  if (node === undefined) throw new Error('no b');
  const asked: Asked[] = [];
  const choice = <S extends Scalar>({ id, reason }: { id: string; reason: string }, ranges: Ranges<S>): S => {
    asked.push({ id, reason, ranges });
    return (ranges.at(-1)?.[1] ?? 0) as S;
  };
  const world: World = {
    network,
    probe: probeFrom('b'),
    states: new Map(),
    oracle: { choose: choice },
    met: new Map(),
    assumptions: new Map(),
    tables: new Map(),
    neighbours: new Map(),
    strangers: new Map(),
    visits: new Map(),
    leg: 'request',
  };
  return { world, node, asked };
}

const one = { id: 'x', reason: 'nobody knows' };

describe('an unknown', () => {
  it('is decided once, and keeps its value however it is asked for', () => {
    const { world, asked } = alone();
    expect([choose(world, one, [[2, 5]]), choose(world, one, [[7, 9]]), holds(world, one)]).toEqual([5, 5, true]);
    expect(asked).toEqual([{ ...one, ranges: [[2, 5]] }]);
    expect([...world.met]).toEqual([['x', { unknown: one, value: 5 }]]);
  });

  it('that is a Boolean is 0 or 1, 0 for no', () => {
    const { world, asked } = alone();
    expect(BOOLEAN).toEqual([[0, 1]]);
    expect(holds(world, one)).toBe(true);
    expect(asked).toEqual([{ ...one, ranges: BOOLEAN }]);
    const never = { ...alone().world, oracle: fixed() };
    expect(holds(never, one)).toBe(false);
  });

  it('has the value that is given for it, else the lowest', () => {
    const oracle = fixed(new Map([['x', 4]]));
    expect([oracle.choose(one, [[2, 5]]), oracle.choose({ ...one, id: 'y' }, [[2, 5]])]).toEqual([4, 2]);
    expect(fixed().choose(one, [])).toBe(0);
  });
});

it('an assumption is written down once, and nothing where there is none', () => {
  const { world } = alone();
  assume(world, undefined);
  for (const node of ['a', 'b', 'a']) assume(world, { node, text: 't' });
  assume(world, { text: 't' });
  assume(world, { text: 'u' });
  expect([...world.assumptions.values()]).toEqual([
    { node: 'a', text: 't' },
    { node: 'b', text: 't' },
    { text: 't' },
    { text: 'u' },
  ]);
});

it('what is known settles itself with its assumption, what is not is chosen and says why', () => {
  const { world, asked } = alone();
  const read = (value: number): string => `value ${value}`;
  expect(settle(world, known('as it is'), 'id', [[0, 3]], read)).toBe('as it is');
  expect(settle(world, assumed('so', { text: 'taken' }), 'id', [[0, 3]], read)).toBe('so');
  expect([[...world.assumptions.values()], asked]).toEqual([[{ text: 'taken' }], []]);
  expect(settle(world, notKnown('not shown'), 'id', [[0, 3]], read)).toBe('value 3');
  expect(asked).toEqual([{ id: 'id', reason: 'not shown', ranges: [[0, 3]] }]);
});

describe('a setting', () => {
  it('is what the capture shows', () => {
    const { world, node, asked } = alone({ sysctl: { 'net.ipv4.conf.eth0.rp_filter': 2 }, partial: true });
    expect(deviceSetting(world, node, 'eth0', 'rp_filter')).toBe(2);
    expect([asked, world.assumptions.size]).toEqual([[], 0]);
  });

  it('that nothing shows is the default as an assumption, where defaults hold', () => {
    const { world, node, asked } = alone();
    expect(setting(world, node, 'net.ipv4.icmp_echo_ignore_broadcasts')).toBe(1);
    expect([...world.assumptions.values()]).toEqual([
      { node: 'b', text: 'net.ipv4.icmp_echo_ignore_broadcasts = 1 (kernel default: no capture shows it)' },
    ]);
    expect(asked).toEqual([]);
  });

  it.each<[string, Ranges]>([
    ['net.ipv4.conf.eth0.rp_filter', [[0, 2]]],
    ['net.ipv4.conf.all.arp_announce', [[0, 2]]],
    [
      'net.ipv4.conf.eth0.arp_ignore',
      [
        [0, 3],
        [8, 8],
      ],
    ],
    ['net.ipv4.conf.eth0.arp_filter', BOOLEAN],
    ['net.ipv4.icmp_echo_ignore_all', BOOLEAN],
  ])('%s that nobody knows has each of its values', (key, ranges) => {
    const { world, node, asked } = alone({ partial: true });
    setting(world, node, key);
    expect(asked).toEqual([{ id: `b ${key}`, reason: `no capture of b shows ${key}`, ranges }]);
  });

  it('of all and of a device: the larger counts', () => {
    const all = (a: number, b: number) => ({ 'net.ipv4.conf.all.rp_filter': a, 'net.ipv4.conf.eth0.rp_filter': b });
    for (const [a, b, expected] of [
      [0, 2, 2],
      [2, 1, 2],
      [0, 0, 0],
    ] as const) {
      const { world, node } = alone({ sysctl: all(a, b) });
      expect(strongest(world, node, 'eth0', 'rp_filter')).toBe(expected);
    }
  });
});

describe('the ttl of what a node sends', () => {
  const written = 'net.ipv4.ip_default_ttl = 64 (kernel default: no capture shows it)';
  it('is what the capture shows', () => {
    const { world, node } = alone({ sysctl: { 'net.ipv4.ip_default_ttl': 9 } });
    expect([defaultTtl(world, node), world.assumptions.size]).toEqual([9, 0]);
  });
  it('is 64 and an assumption where no capture does, and never an unknown', () => {
    const { world, node, asked } = alone({ partial: true });
    expect(defaultTtl(world, node)).toBe(64);
    expect([[...world.assumptions.values()], asked]).toEqual([[{ node: 'b', text: written }], []]);
  });
});

it('what follows from a network is made once a key, and again for another network', () => {
  const remembered = memo<number>();
  const networks = [build({}, []), build({}, [])] as const;
  let made = 0;
  const ask = (n: 0 | 1, key: string): number => remembered(networks[n], key, () => ++made);
  expect([ask(0, 'x'), ask(0, 'x'), ask(0, 'y'), ask(1, 'x'), ask(0, 'x'), ask(0, 'y')]).toEqual([1, 1, 2, 3, 1, 2]);
});
