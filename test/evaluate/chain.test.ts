import { describe, expect, it } from 'vitest';
import { runTable } from '../../src/evaluate/chain.ts';
import { newSkb } from '../../src/evaluate/skb.ts';
import { type Tuple, tupleOf } from '../../src/evaluate/tuple.ts';
import type { Network } from '../../src/network/network.ts';
import type { Action, Chain, Rule, Table } from '../../src/network/ruleset.ts';
import { CT_STATE, FIELDS } from '../../src/packet/field.ts';
import { tcp, udp } from './ask.ts';
import { atHook, b, flowOf, type Passage, worldOf } from './at-hook.ts';
import { addr } from './build.ts';

const from = { src: addr('10.0.0.1') };
const at = (iptables: string, passage: Partial<Passage> = {}, of = udp('10.0.1.9', 53, from)) =>
  atHook(b({ iptables }), of, { hook: 'OUTPUT', out: 'eth1', ...passage });
const ends = (iptables: string, passage: Partial<Passage> = {}) => {
  const { verdict, hops, met } = at(iptables, passage);
  return [verdict.kind, ...hops, ...met];
};

describe('a rule that matched says what it does', () => {
  it.each([
    ['ACCEPT', 'ACCEPT', 'accept'],
    ['DROP', 'DROP', 'drop'],
    ['REJECT --reject-with icmp-host-prohibited', 'REJECT icmp-host-prohibited', 'drop'],
  ])('%s ends the table', (target, verdict, kind) => {
    const text = `-A OUTPUT -p udp -j ${target}`;
    expect(ends(`*filter\n${text}\n-A OUTPUT -p udp -j LOG`)).toEqual([kind, `filter OUTPUT 1 | ${text} | ${verdict}`]);
  });

  it.each([
    ['*filter', 'LOG', 'LOG'],
    ['*mangle', 'TTL --ttl-set 9', 'TTL'],
    ['*raw', 'CT --notrack', 'notrack'],
    ['*raw', 'CT --zone 4', 'zone 4'],
  ])('%s: %s goes on', (table, target, verdict) => {
    const [kind, hop, end] = ends(`${table}\n-A OUTPUT -p udp -j ${target}`);
    expect(kind).toBe('accept');
    expect(hop).toMatch(new RegExp(`^${table.slice(1)} OUTPUT 1 \\| -A OUTPUT -p udp -j ${target}.* \\| ${verdict}$`));
    expect(end).toBe(`${table.slice(1)} OUTPUT | :OUTPUT ACCEPT | ACCEPT`);
  });

  it('and does it', () => {
    expect(at('*mangle\n-A OUTPUT -p udp -j TTL --ttl-set 9').skb.packet.ttl).toBe(9);
    expect(at('*raw\n-A OUTPUT -p udp -j CT --notrack').skb).toMatchObject({
      untracked: true,
      packet: { ctState: CT_STATE.UNTRACKED },
    });
    expect(at('*raw\n-A OUTPUT -p udp -j CT --zone 4').skb.track?.flow.zone).toBe(4);
    expect(at('*filter\n-A OUTPUT -p udp -j REJECT').verdict).toEqual({
      kind: 'drop',
      origin: { node: 'b', text: expect.any(String), place: { file: 'b/iptables-save.txt', line: 2, column: 1 } },
      reject: 'icmp-port-unreachable',
    });
  });

  it('one without a target continues, one that leads on says how', () => {
    expect(
      ends('*filter\n-N x\n-A OUTPUT -p udp\n-A OUTPUT -p udp -j x\n-A x -p udp -j RETURN\n-A OUTPUT -p udp -g x'),
    ).toEqual([
      'accept',
      'filter OUTPUT 1 | -A OUTPUT -p udp | continue',
      'filter OUTPUT 2 | -A OUTPUT -p udp -j x | jump x',
      'filter x 1 | -A x -p udp -j RETURN | RETURN',
      'filter OUTPUT 3 | -A OUTPUT -p udp -g x | goto x',
      'filter x 1 | -A x -p udp -j RETURN | RETURN',
      'filter OUTPUT | :OUTPUT ACCEPT | ACCEPT',
    ]);
  });

  it('marks of its flow stay with the flow', () => {
    const track = {
      flow: flowOf(tupleOf(udp('10.0.1.9', 53, from)) as Tuple),
      direction: 'original',
      state: CT_STATE.NEW,
      pinned: false,
    } as const;
    const { skb } = at('*mangle\n-A OUTPUT -p udp -j CONNMARK --set-mark 5', { track });
    expect([track.flow.mark, skb.packet.ctMark, skb.packet.mark]).toEqual([5, 5, 0]);
  });

  it('what nobody knows is chosen', () => {
    const rule = '-A OUTPUT -p udp -j HMARK --hmark-tuple src --hmark-mod 8 --hmark-offset 16';
    const { skb, met } = at(`*mangle\n${rule} --hmark-rnd 0x1`);
    expect(Object.keys(skb.packet)).toEqual(FIELDS);
    expect([skb.packet.mark, met.length, met[0]?.split(' = ')[0]]).toEqual([
      16,
      1,
      'b mangle OUTPUT 1 #1 request OUTPUT/1',
    ]);
  });
});

describe('the policy', () => {
  it('of a chain without rules is told only where it drops', () => {
    expect(ends('*filter\n:OUTPUT ACCEPT [0:0]')).toEqual(['accept']);
    expect(ends('*filter\n:OUTPUT DROP [0:0]')).toEqual(['drop', 'filter OUTPUT | :OUTPUT DROP | DROP']);
  });

  it('is told where no rule decided, and is what decided', () => {
    const text = '*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -p tcp -j ACCEPT';
    expect(ends(text)).toEqual(['drop', 'filter OUTPUT | :OUTPUT DROP | DROP']);
    expect(at(text).verdict).toEqual({
      kind: 'drop',
      origin: { node: 'b', text: ':OUTPUT DROP', place: { file: 'b/iptables-save.txt', line: 2, column: 2 } },
    });
    expect(at(text).skb.hops[0]).toMatchObject({ file: 'b/iptables-save.txt', line: 2 });
  });

  it('is ACCEPT where the capture shows none', () => {
    expect(ends('*filter\n-A OUTPUT -p tcp -j DROP')).toEqual(['accept', 'filter OUTPUT | :OUTPUT ACCEPT | ACCEPT']);
  });
});

describe('a target that nobody can tell about', () => {
  const rules = '*filter\n:OUTPUT DROP [0:0]\n-A OUTPUT -p udp -j NFQUEUE --queue-num 1\n-A OUTPUT -p udp -j LOG';
  const run = (value: number) => at(rules, { values: new Map([['b filter OUTPUT 1 #1 request OUTPUT/1', value]]) });
  it('drops, accepts or goes on', () => {
    const told = [0, 1, 2].map((value) => [
      run(value).verdict.kind,
      ...run(value).hops.map((hop) => hop.split(' | ')[2]),
    ]);
    expect(told).toEqual([
      ['drop', 'DROP'],
      ['accept', 'ACCEPT'],
      ['drop', 'NFQUEUE', 'LOG', 'DROP'],
    ]);
  });

  it('and loses the packet leaves everything open', () => {
    const { verdict, hops, met } = at('*raw\n-A OUTPUT -p udp -j CT --zone-orig 1');
    expect(verdict).toMatchObject({ kind: 'unknown', unknown: { id: 'b raw OUTPUT 1 #1 request OUTPUT/1' } });
    expect(hops).toEqual(['raw OUTPUT 1 | -A OUTPUT -p udp -j CT --zone-orig 1 | CT']);
    expect(met).toEqual([]);
  });
});

describe('matches', () => {
  const limit = '-m limit --limit 1/sec';
  it('are asked in their order, until one fails', () => {
    const met = (rule: string) => at(`*filter\n-A OUTPUT ${rule} -j DROP`).met.length;
    expect(met(`-p tcp ${limit}`)).toBe(0);
    expect(met(`-m mark --mark 1 ${limit}`)).toBe(0);
    expect(met(`${limit} -m mark --mark 1`)).toBe(1);
  });

  it('that nobody knows match in one world and fail in another', () => {
    const id = 'b filter OUTPUT 1 #1 request OUTPUT/1';
    for (const value of [0, 1]) {
      const { verdict, met } = at(`*filter\n-A OUTPUT ${limit} -j DROP`, { values: new Map([[id, value]]) });
      expect([verdict.kind, met.length]).toEqual([value === 1 ? 'drop' : 'accept', 1]);
    }
  });

  it('see what conntrack knows of the packet', () => {
    const rules = '*filter\n-A OUTPUT -m conntrack --ctorigdst 10.0.1.9 -j DROP';
    expect(at(rules).verdict.kind).toBe('drop');
    expect(at(rules, {}, tcp('10.0.1.8', 80, from)).verdict.kind).toBe('accept');
  });
});

describe('chains that no capture can hold', () => {
  const place = { file: 'f', line: 1, column: 1 };
  const rule = (action: Action): Rule => ({ number: 1, header: {}, matches: [], action, text: 't', place });
  const run = (...chains: readonly (readonly [string, readonly Action[]])[]) => {
    const network: Network = b();
    const node = network.nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const made = chains.map(([name, actions]): [string, Chain] => [name, { name, rules: actions.map(rule), place }]);
    const table: Table = { name: 'filter', chains: new Map(made) };
    return runTable(worldOf(network), newSkb('request', udp('10.0.1.9', 53)), { node, hook: 'OUTPUT' }, table);
  };
  const to = (kind: 'jump' | 'goto', chain: string): Action => ({ kind, chain });
  it('are mistakes of ours: one that is not there, one that calls itself', () => {
    expect(() => run(['OUTPUT', [to('jump', 'x')]])).toThrow('no chain x in table filter');
    expect(() => run(['OUTPUT', [to('jump', 'x')]], ['x', [to('jump', 'x')]])).toThrow(
      'chain x of table filter calls itself',
    );
  });
  it('may be as deep as there are chains', () => {
    expect(run(['OUTPUT', [to('jump', 'x')]], ['x', [to('jump', 'y')]], ['y', []])).toEqual({ kind: 'accept' });
    expect(run(['x', []])).toEqual({ kind: 'accept' });
  });
});
