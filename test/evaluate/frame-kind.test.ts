import { describe, expect, it } from 'vitest';
import type { FrameAction, FrameFlavour } from '../../src/network/frame-rules.ts';
import type { Network, Node } from '../../src/network/network.ts';
import { ends, every, icmp } from './ask.ts';
import { addr } from './build.ts';
import { COUNT, MAC, PASSES, ruled, type Tables } from './frame-network.ts';
import { ACCEPT, ARP, DROP, IPV4, jump, macOf, not, REQUEST, type Written } from './frame-rules.ts';

const WHICH =
  'whether ebtables on h is ebtables-legacy or ebtables-nft, where the two differ (the head of `ebtables-save` says it)';

/** The ends of a packet from h to b where ebtables is that of nf_tables, then where it is the older one. */
const runs = (network: Network, from = 'h'): readonly (readonly string[])[] =>
  every(network, from, icmp('10.0.0.2')).map((run) => [
    ...new Set(run.met.map(({ unknown }) => unknown.reason)),
    ends(run)[0],
  ]);
const either = (nft: string, legacy: string) => [
  [WHICH, nft],
  [WHICH, legacy],
];
const same = (end: string) => [[end]];

describe('OUTPUT', () => {
  const mark: FrameAction = { kind: 'mark', how: 'set', value: 1, then: 'CONTINUE' };
  const marked: Written = { kind: 'mark', value: 1, mask: 1, any: false };
  const tables = (nat: FrameAction, ...tests: readonly Written[]): Tables => ({
    nat: { OUTPUT: [{ tests: [IPV4], action: nat }] },
    filter: { OUTPUT: [{ tests: [IPV4, ...tests], action: DROP }] },
  });

  it('of nat comes before OUTPUT of filter, or after it: what the one writes, the other sees or not', () => {
    expect(runs(ruled(tables(mark, marked)))).toEqual(either('delivered b', 'dropped h: rule'));
    const dnat: FrameAction = { kind: 'dnat', mac: macOf(MAC.none), arp: false, then: 'ACCEPT' };
    const rewritten = tables(dnat, { kind: 'mac destination', of: { address: macOf(MAC.b), mask: 0xffffffffffff } });
    expect(runs(ruled(rewritten))).toEqual(either('dropped h: rule', 'dropped b: not for me'));
  });

  it('has the order of the one that made the rules, where it is known', () => {
    const open = ruled(tables(mark, marked));
    const made = (frameFlavour: FrameFlavour): Network => {
      const h = open.nodes.get('h') as Node;
      return { ...open, nodes: new Map([...open.nodes, ['h', { ...h, frameFlavour }]]) };
    };
    expect(runs(made('nf_tables'))).toEqual(same('delivered b'));
    expect(runs(made('legacy'))).toEqual(same('dropped h: rule'));
  });

  it('of both in either order is the same where they only judge', () => {
    expect(runs(ruled(tables(COUNT)))).toEqual(same('dropped h: rule'));
    expect(runs(ruled(tables(ACCEPT, marked)))).toEqual(same('delivered b'));
    expect(runs(ruled({ nat: { OUTPUT: [{ tests: [IPV4], action: mark }] } }))).toEqual(same('delivered b'));
  });
});

describe('among', () => {
  const loses = (test: Written, ...more: readonly Written[]): readonly (readonly string[])[] =>
    runs(ruled({ filter: { FORWARD: [{ tests: [ARP, REQUEST, ...more, test] }] } }), 'a');
  const pair = (address: string): Written => ({
    kind: 'among source',
    pairs: [{ mac: macOf(MAC.a), address: addr(address) }],
  });

  it('looks at addresses of ARP in ebtables-legacy only', () => {
    expect(loses(pair('10.0.0.1'))).toEqual(either('delivered b', 'dropped a: no neighbour'));
    expect(loses(not(pair('10.0.0.7')))).toEqual(either('delivered b', 'dropped a: no neighbour'));
  });

  it('is the same in both where it does not hold, or names no addresses', () => {
    expect(loses(pair('10.0.0.7'))).toEqual(same('delivered b'));
    expect(loses(not(pair('10.0.0.1')))).toEqual(same('delivered b'));
    expect(loses({ kind: 'among source', pairs: [{ mac: macOf(MAC.a) }] })).toEqual(same('dropped a: no neighbour'));
  });
});

describe('a device that a hook does not know', () => {
  const own = (...tests: readonly Written[]): readonly (readonly string[])[] =>
    runs(ruled({ filter: { OUTPUT: [{ tests: [IPV4], action: jump('own') }], own: [{ tests }] } }));

  it('is no port, and fits every inverted name', () => {
    expect(own({ kind: 'in', name: 'p1' })).toEqual(same('delivered b'));
    expect(own({ kind: 'in', name: '+' })).toEqual(same('delivered b'));
    expect(own(not({ kind: 'in', name: 'p1' }))).toEqual(same('dropped h: rule'));
  });

  it('has a bridge of any name in ebtables-legacy, and of none in ebtables-nft', () => {
    expect(own({ kind: 'logical in', name: 'br0' })).toEqual(either('delivered b', 'dropped h: rule'));
    expect(own(not({ kind: 'logical in', name: 'br0' }))).toEqual(same('dropped h: rule'));
    expect(own({ kind: 'logical out', name: 'br0' })).toEqual(same('dropped h: rule'));
    expect(own(not({ kind: 'logical out', name: 'br0' }))).toEqual(same('delivered b'));
  });
});

it('rules that both understand alike leave nothing open', () => {
  const plain = ruled({ filter: { FORWARD: [{ tests: [{ kind: 'logical in', name: 'br0' }], action: ACCEPT }] } });
  expect(every(plain, 'a', icmp('10.0.0.2')).map(ends)).toEqual([PASSES]);
});
