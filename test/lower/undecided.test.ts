import { describe, expect, it } from 'vitest';
import type { Network, Node, PolicyRule, Unmodelled } from '../../src/network/network.ts';
import { BRIDGE_NF, build, FORWARDING, type Host, host, POLICY, routed } from '../evaluate/build.ts';
import { answered, endsOf } from './ask.ts';

/** `a` and `b` on a bridge of `h`, `c` beside `a`. */
const bridged = (unmodelled: readonly Unmodelled[], c: Partial<Host> = {}): Network =>
  build(
    {
      a: host('10.0.0.1/24'),
      b: host('10.0.0.2/24'),
      c: { ...host('10.0.0.4/24'), ...c },
      h: {
        interfaces: { p1: { master: 'br0' }, p2: { master: 'br0' }, br0: { addresses: ['10.0.0.3/24'] } },
        sysctl: BRIDGE_NF,
        unmodelled,
      },
    },
    [
      ['a:eth0', 'c:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
    ],
  );

const withNode = (network: Network, name: string, more: Partial<Node>): Network => {
  const node = network.nodes.get(name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return { ...network, nodes: new Map([...network.nodes, [name, { ...node, ...more }]]) };
};

const thing = (decides: 'ip' | 'bridge' | 'arp'): Unmodelled => ({
  what: `rules for ${decides}`,
  reason: 'not modelled',
  place: { file: 'h/rules', line: 3, column: 1 },
  decides,
});

const lost = (reason: string): string => `unknown: ${reason} | the request did not arrive`;
const NO_ARP = 'a: no neighbour | the request did not arrive';
const ROUTES = new Map([['routes', 'no routes']] as const);
const INTERFACES = new Map([['interfaces', 'no interfaces']] as const);

describe('a node whose routes are not shown', () => {
  const network = routed({ undecided: ROUTES });
  it('can tell of its own addresses and of nothing else', () => {
    expect(endsOf(network, { from: 'a', to: '10.0.1.254', back: false })).toEqual([
      expect.stringMatching(/^delivered r /),
    ]);
    expect(endsOf(network, { from: 'r', to: '10.0.1.254' })).toEqual(answered('r', 'r'));
    for (const to of ['10.0.1.1', '172.16.0.1'])
      for (const from of ['a', 'r']) expect(endsOf(network, { from, to })).toEqual([lost('no routes')]);
    expect(endsOf(routed({}), { from: 'a', to: '10.0.1.1' })).toEqual(answered('b', 'a'));
  });
  it('validates no source', () => {
    const strict = routed({ undecided: ROUTES, sysctl: { ...FORWARDING, 'net.ipv4.conf.all.rp_filter': 1 } });
    expect(endsOf(strict, { from: 'a', to: '10.0.0.254' })).toEqual([NO_ARP, lost('no routes')]);
  });
});

describe('a policy rule that is not modelled', () => {
  const open = (priority: number): PolicyRule => ({
    priority,
    inverted: false,
    action: { kind: 'unreachable' },
    text: `${priority}: from all uidrange 0-0 lookup 7`,
    undecided: 'uidrange',
  });
  it('leaves open whatever comes to it', () => {
    const network = routed({ rules: [open(100)] });
    expect(endsOf(network, { from: 'r', to: '10.0.1.1' })).toEqual([lost('uidrange')]);
    expect(endsOf(network, { from: 'r', to: '10.0.1.254' })).toEqual(answered('r', 'r'));
  });
  it('leaves open even the addresses of the node where it comes first', () => {
    const network = withNode(routed({}), 'r', { rules: [open(0), ...POLICY] });
    expect(endsOf(network, { from: 'r', to: '10.0.1.254' })).toEqual([lost('uidrange')]);
  });
  it('leaves rules before it as they are', () => {
    const network = withNode(routed({}), 'r', { rules: [...POLICY, open(40000)] });
    expect(endsOf(network, { from: 'r', to: '10.0.1.254' })).toEqual(answered('r', 'r'));
    expect(endsOf(network, { from: 'r', to: '172.16.0.1' })).toEqual([lost('uidrange')]);
  });
});

describe('a node whose interfaces are not shown', () => {
  const network = bridged([], { undecided: INTERFACES });
  it('may answer for any address of its segment', () => {
    expect(endsOf(network, { from: 'a', to: '10.0.0.77' })).toEqual([NO_ARP, lost('no interfaces')]);
    expect(endsOf(network, { from: 'a', to: '10.0.0.2' })).toContain(lost('no interfaces'));
    expect(endsOf(bridged([]), { from: 'a', to: '10.0.0.77' })).toEqual([NO_ARP]);
  });
  it('sends what nobody knows', () => {
    expect(endsOf(network, { from: 'c', to: '10.0.0.2' })).toEqual([lost('no interfaces')]);
  });
  it('is asked only where it is', () => {
    const far = routed({});
    expect(endsOf(withNode(far, 'b', { undecided: INTERFACES }), { from: 'a', to: '10.0.0.254' })).toEqual(
      answered('r', 'a'),
    );
  });
});

it('an interface that does what is not modelled loses every frame to sight', () => {
  const network = bridged([]);
  const c = network.nodes.get('c') as Node;
  const interfaces = c.interfaces.map((one) => (one.name === 'eth0' ? { ...one, undecided: 'macvtap' } : one));
  const hidden = withNode(network, 'c', { interfaces });
  expect(endsOf(hidden, { from: 'a', to: '10.0.0.4' })).toEqual([lost('macvtap')]);
  expect(endsOf(hidden, { from: 'a', to: '10.0.0.77' })).toEqual([NO_ARP, lost('macvtap')]);
  expect(endsOf(hidden, { from: 'c', to: '10.0.0.1' })).toEqual([lost('macvtap')]);
});

describe('what is not modelled', () => {
  it.each([
    ['ip', ['10.0.0.2', '10.0.0.3']],
    ['bridge', ['10.0.0.2', '10.0.0.3', '10.0.0.77']],
    ['arp', ['10.0.0.2', '10.0.0.3', '10.0.0.77', '10.0.0.4']],
  ] as const)('decides about %s: %s', (decides, targets) => {
    for (const to of targets)
      expect(endsOf(bridged([thing(decides)]), { from: 'a', to })).toEqual([
        lost(`rules for ${decides}: not modelled`),
      ]);
    expect(endsOf(bridged([thing(decides)]), { from: 'h', to: '10.0.0.2' })).toEqual([
      lost(`rules for ${decides}: not modelled`),
    ]);
    if (decides !== 'arp')
      expect(endsOf(bridged([thing(decides)]), { from: 'a', to: '10.0.0.4' })).toEqual(answered('c', 'a'));
  });
});
