import { describe, expect, it } from 'vitest';
import { hidden, isFirst, isOwnRoute, openRule, undecided, unmodelled } from '../../src/evaluate/undecided.ts';
import type { Interface, Node, PolicyRule, Route } from '../../src/network/network.ts';
import { build, type Host } from './build.ts';

const nodeB = (more: Partial<Host> = {}): Node => {
  const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24'] } };
  const made = build({ b: { interfaces, ...more } }, []).nodes.get('b');
  if (made === undefined) throw new Error('no b');
  return made;
};
const place = { file: 'b/ip-route.txt', line: 4, column: 1 };
const rule = (more: Partial<PolicyRule>, priority = 100): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table: 7 },
  text: `${priority}: rule`,
  ...more,
});
describe('what nobody can tell', () => {
  it('of a node names it, and what it keeps open', () => {
    const node = nodeB({ undecided: new Map([['interfaces', 'not shown']]) });
    expect(undecided(node, 'interfaces')).toEqual({ id: 'b interfaces', reason: 'not shown' });
    expect(undecided(node, 'interfaces', ' x')).toEqual({ id: 'b interfaces x', reason: 'not shown' });
    expect([undecided(node, 'routes'), undecided(nodeB(), 'interfaces')]).toEqual([undefined, undefined]);
  });

  it('of an interface is what it does, or that none is shown', () => {
    const [, eth0] = nodeB().interfaces as [Interface, Interface];
    const ovs = { ...eth0, undecided: 'a port of ovs' };
    const origin = { node: 'b', text: 'eth0', place: eth0.place };
    expect(hidden(nodeB(), ovs, ' x')).toEqual({ id: 'b eth0 x', reason: 'a port of ovs', origin });
    expect(hidden(nodeB(), ovs)?.id).toBe('b eth0');
    expect([hidden(nodeB(), eth0), hidden(nodeB(), undefined)]).toEqual([undefined, undefined]);
    const blind = nodeB({ undecided: new Map([['interfaces', 'not shown']]) });
    expect([hidden(blind, ovs, ' x'), hidden(blind, undefined)]).toEqual([
      { id: 'b interfaces x', reason: 'not shown' },
      { id: 'b interfaces', reason: 'not shown' },
    ]);
  });

  it('of what is not modelled is what it could do, where it decides', () => {
    const ebtables = { what: 'ebtables', reason: 'it could drop', place, decides: 'bridge' } as const;
    const node = nodeB({ unmodelled: [{ what: 'mine', reason: 'nothing', place }, ebtables] });
    const origin = { node: 'b', text: 'ebtables', place };
    expect(unmodelled(node, 'bridge', ' x')).toEqual({ id: 'b bridge x', reason: 'ebtables: it could drop', origin });
    expect(unmodelled(node, 'bridge')?.id).toBe('b bridge');
    expect([unmodelled(node, 'ip'), unmodelled(node, 'arp')]).toEqual([undefined, undefined]);
  });

  it('of a policy rule stops every lookup that comes to it', () => {
    const open = rule({ undecided: 'not modelled', place });
    expect(openRule(nodeB(), open)).toEqual({
      id: 'b rule 100: rule',
      reason: 'not modelled',
      origin: { node: 'b', text: '100: rule', place },
    });
    const { place: _, ...unplaced } = open;
    expect(openRule(nodeB(), unplaced)?.origin).toStrictEqual({ node: 'b', text: '100: rule' });
    expect(openRule(nodeB(), rule({}))).toBeUndefined();
  });
});

it('the first rule is the one of priority 0 that asks for nothing', () => {
  expect(isFirst(rule({}, 0))).toBe(true);
  expect(isFirst(rule({}, 1))).toBe(false);
  const parts: readonly Partial<PolicyRule>[] = [
    { from: { address: 0, length: 0 } },
    { to: { address: 0, length: 0 } },
    { iif: 'lo' },
    { oif: 'lo' },
    { mark: { value: 0, mask: 0 } },
    { tos: 0 },
    { protocol: 6 },
    { sport: [0, 1] },
    { dport: [0, 1] },
  ];
  for (const part of parts) expect([part, isFirst(rule(part, 0))]).toEqual([part, false]);
});

it('the own routes of a node are those of table local to one address', () => {
  const own = (more: Partial<Route>) =>
    isOwnRoute({ table: 255, type: 'local', destination: { address: 1, length: 32 }, ...more } as Route);
  expect([own({}), own({ type: 'broadcast' })]).toEqual([true, true]);
  expect([own({ table: 254 }), own({ destination: { address: 0, length: 31 } }), own({ type: 'unicast' })]).toEqual([
    false,
    false,
    false,
  ]);
});
