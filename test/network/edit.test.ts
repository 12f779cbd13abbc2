import { describe, expect, it } from 'vitest';
import { interfaceOf, nodeOf, sysctl } from '../../src/network/access.ts';
import { type Edit, edit } from '../../src/network/edit.ts';
import { BUILT_IN, findChain } from '../../src/network/edit-ruleset.ts';
import type { Network, Node, Route } from '../../src/network/network.ts';
import { EMPTY_RULESET, type Ruleset } from '../../src/network/ruleset.ts';
import { known } from '../../src/network/unknown.ts';
import { at, gateway, host, rule, small } from './small.ts';

const place = at(1, '--set');
const hostAfter = (...edits: readonly Edit[]): Node => nodeOf(edits.reduce(edit, small), 'host');
const rulesetOf = ({ ruleset }: Node): Ruleset => (ruleset.kind === 'known' ? ruleset.value : EMPTY_RULESET);
const forward = (node: Node) => rulesetOf(node).tables.get('filter')?.chains.get('FORWARD');
const lines = (node: Node): number[] => forward(node)?.rules.map((one) => one.place.line) ?? [];
const numbers = (node: Node): number[] => forward(node)?.rules.map((one) => one.number) ?? [];
const text = ({ type, destination, nextHops }: Route): string =>
  `${type} ${destination.address}/${destination.length} ${nextHops.map(({ device }) => device).join('+')}`;

const remove = (number: number): Edit => ({ kind: 'delete', node: 'host', table: 'filter', chain: 'FORWARD', number });
const insert = (number: number): Edit => ({
  kind: 'insert',
  node: 'host',
  table: 'filter',
  chain: 'FORWARD',
  number,
  rule: rule('FORWARD', number, 'DROP', 99),
});
const up = (device: string, value: boolean): Edit => ({
  kind: 'flag',
  node: 'host',
  interface: device,
  flag: 'up',
  value,
  place,
});

describe('an edit', () => {
  it('leaves the network that it was given as it was', () => {
    const before = JSON.stringify([...small.nodes]);
    hostAfter(remove(1), insert(1), up('eth0', false));
    expect(JSON.stringify([...small.nodes])).toBe(before);
    expect(lines(host)).toEqual([11, 12, 13]);
  });

  it('leaves every other node the same value', () => {
    expect(edit(small, remove(1)).nodes.get('gateway')).toBe(gateway);
  });

  it('deletes rule N and numbers the rest anew, each keeping the line where it was read', () => {
    const node = hostAfter(remove(2));
    expect(lines(node)).toEqual([11, 13]);
    expect(numbers(node)).toEqual([1, 2]);
  });

  it('counts N at the moment of the edit', () => {
    expect(lines(hostAfter(remove(1), remove(1)))).toEqual([13]);
    expect(lines(hostAfter(insert(1), remove(2)))).toEqual([99, 12, 13]);
    expect(lines(hostAfter(remove(2), insert(2)))).toEqual([11, 99, 13]);
  });

  it('undoes an insertion with the deletion at the same place', () => {
    for (const n of [1, 2, 3, 4]) expect(hostAfter(insert(n), remove(n)).ruleset).toEqual(host.ruleset);
  });

  it('throws for a rule or a place that is not there', () => {
    expect(() => hostAfter(remove(4))).toThrow(/no rule 4/);
    expect(() => hostAfter(insert(5))).toThrow(/no position 5/);
    expect(() => edit(small, { ...remove(1), node: 'gateway' } as Edit)).toThrow(/not known/);
  });

  it('sets the policy of a built-in chain, in a table that nobody has used too', () => {
    const drop = { kind: 'policy', node: 'host', policy: 'DROP', place } as const;
    expect(forward(hostAfter({ ...drop, table: 'filter', chain: 'FORWARD' }))?.policy).toBe('DROP');
    const raw = rulesetOf(hostAfter({ ...drop, table: 'raw', chain: 'OUTPUT' })).tables.get('raw');
    expect([...(raw?.chains.keys() ?? [])]).toEqual(BUILT_IN.raw);
    expect(raw?.chains.get('OUTPUT')?.policy).toBe('DROP');
    expect(raw?.chains.get('PREROUTING')?.policy).toBe('ACCEPT');
    expect(findChain(EMPTY_RULESET, 'nat', 'FORWARD', place)).toBeUndefined();
  });

  it('writes ip_forward to every interface, as the kernel does', () => {
    const node = hostAfter({ kind: 'setting', node: 'host', key: 'net.ipv4.ip_forward', value: '0', place });
    expect(sysctl(node, 'net.ipv4.ip_forward')).toEqual(known(0));
    for (const device of ['all', 'eth0']) expect(sysctl(node, `net.ipv4.conf.${device}.forwarding`)).toEqual(known(0));
    expect(sysctl(node, 'net.ipv4.conf.eth0.rp_filter')).toEqual(known(1));
  });

  it('writes one key of one interface to that alone', () => {
    const node = hostAfter({ kind: 'setting', node: 'host', key: 'net.ipv4.conf.eth0.forwarding', value: '0', place });
    expect(sysctl(node, 'net.ipv4.conf.eth0.forwarding')).toEqual(known(0));
    expect(sysctl(node, 'net.ipv4.ip_forward')).toEqual(known(1));
  });

  it('takes the routes of an interface that goes down, but for the local ones', () => {
    const node = hostAfter(up('eth0', false));
    expect(interfaceOf(node, 'eth0').up).toBe(false);
    expect(node.routes.map(text)).toEqual([
      'local 3232235778/32 eth0',
      'unicast 167772160/24 br0',
      'unicast 2886729728/12 br0',
      'blackhole 168361984/16 ',
    ]);
  });

  it('brings the routes of its addresses back with an interface that comes up, and says that no other comes', () => {
    const node = hostAfter(up('eth0', false), up('eth0', true));
    const back = node.routes.map(text);
    expect(back).toContain('unicast 3232235776/24 eth0');
    expect(back).toContain('broadcast 3232236031/32 eth0');
    expect(back.filter((one) => one.startsWith('unicast 0/0'))).toEqual([]);
    expect(node.assumptions.map((one) => one.text).join()).toMatch(/eth0/);
  });

  it('changes nothing but the flag where an interface is up already', () => {
    expect(hostAfter(up('eth0', true)).routes).toEqual(host.routes);
  });

  it('makes the hairpin flag of a port known', () => {
    const flag = { kind: 'flag', node: 'host', interface: 'vnet0', flag: 'hairpin', value: true, place } as const;
    expect(interfaceOf(hostAfter(flag), 'vnet0').hairpin).toEqual(known(true));
    expect(interfaceOf(hostAfter({ ...flag, flag: 'promisc' }), 'vnet0').promisc).toBe(true);
  });

  it('filters the ends of a link that it is told to, and no others', () => {
    const ends = (network: Network) => network.links[0]?.ends.map(({ ownAddressOnly }) => ownAddressOnly);
    const filter = (wanted: (node: string) => boolean): Edit => ({
      kind: 'mac-filter',
      link: 'uplink',
      ownAddressOnly: ({ node }) => wanted(node),
    });
    expect(
      ends(
        edit(
          small,
          filter((node) => node === 'host'),
        ),
      ),
    ).toEqual([true, false]);
    const all = filter(() => true);
    expect(ends([all, filter(() => false)].reduce(edit, small))).toEqual([false, false]);
  });
});
