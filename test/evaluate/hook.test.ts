import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/evaluate/conntrack.ts';
import { type Reroute, runHook } from '../../src/evaluate/hook.ts';
import { newSkb } from '../../src/evaluate/skb.ts';
import { inverse, type Tuple, tupleOf } from '../../src/evaluate/tuple.ts';
import type { Hook } from '../../src/network/ruleset.ts';
import { CT_STATE, NO_TRACK } from '../../src/packet/field.ts';
import type { Packet } from '../../src/packet/packet.ts';
import { icmp, tcp, udp } from './ask.ts';
import { atHook, b, flowOf, type Passage, worldOf } from './at-hook.ts';
import { addr, type Host } from './build.ts';

const from = { src: addr('10.0.0.1') };
const request = udp('10.0.1.9', 53, from);
const tuple = tupleOf(request) as Tuple;
/** What makes the kernel track connections. */
const TRACKED = '*filter\n-N t\n-A t -m state --state NEW';
const HOOKS: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];
const at = (iptables: string, passage: Passage, of: Packet = request) => atHook(b({ iptables }), of, passage);

describe('the tables of a hook', () => {
  const on: Readonly<Record<string, readonly Hook[]>> = {
    raw: ['PREROUTING', 'OUTPUT'],
    mangle: HOOKS,
    nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
    filter: ['INPUT', 'FORWARD', 'OUTPUT'],
    security: ['INPUT', 'FORWARD', 'OUTPUT'],
  };
  const all = Object.entries(on)
    .map(([table, hooks]) => `*${table}\n${hooks.map((hook) => `-A ${hook} -m mark ! --mark 9`).join('\n')}`)
    .join('\n');
  const tracking = `${all}\n-A OUTPUT -m state --state NEW`;
  const asked = (hook: Hook): readonly string[] => [
    ...new Set(at(tracking, { hook }).hops.map((one) => one.split(' ')[0] ?? '')),
  ];

  it('are asked in the order of their priorities', () => {
    expect(asked('PREROUTING')).toEqual(['raw', 'mangle', 'nat']);
    expect(asked('FORWARD')).toEqual(['mangle', 'filter', 'security']);
    expect(asked('OUTPUT')).toEqual(['raw', 'mangle', 'nat', 'filter', 'security']);
  });

  it('behind conntrack belong to a flow, so that nat is asked', () => {
    const track = () => ({ flow: flowOf(tuple), direction: 'original', state: CT_STATE.NEW, pinned: false }) as const;
    const tables = (hook: Hook) => [
      ...new Set(at(tracking, { hook, track: track() }).hops.map((one) => one.split(' ')[0])),
    ];
    expect(tables('INPUT')).toEqual(['mangle', 'filter', 'security', 'nat']);
    expect(tables('POSTROUTING')).toEqual(['mangle', 'nat']);
  });

  it('that drops ends the hook, and what is behind it is not asked', () => {
    const dropping = '*raw\n-A OUTPUT -p udp -j DROP\n*filter\n-A OUTPUT -p udp';
    const { verdict, hops, skb } = at(dropping, { hook: 'OUTPUT' });
    expect(hops).toEqual(['raw OUTPUT 1 | -A OUTPUT -p udp -j DROP | DROP']);
    expect(verdict).toMatchObject({ kind: 'drop', origin: { node: 'b', text: '-A OUTPUT -p udp -j DROP' } });
    expect(skb.track).toBeUndefined();
  });

  it('are nothing where there are none', () => {
    for (const hook of HOOKS)
      expect(at('', { hook })).toMatchObject({ verdict: { kind: 'accept' }, hops: [], met: [] });
  });
});

describe('a node of which nobody can tell what its rules do', () => {
  const end = (more: Partial<Host>) => atHook(b(more), request, { hook: 'INPUT' });
  it('for want of a capture is unknown', () => {
    expect(end({ iptables: null }).verdict).toEqual({
      kind: 'unknown',
      unknown: { id: 'b rules', reason: 'no capture of b shows its rules' },
    });
  });

  it('for want of a model is unknown, whatever its iptables say', () => {
    const place = { file: 'b/nft.json', line: 1, column: 1 };
    const nft = { what: 'nft chain c', reason: 'it could drop', place, decides: 'ip' } as const;
    for (const iptables of [null, '*filter\n-A INPUT -j DROP'])
      expect(end({ iptables, unmodelled: [{ ...nft, decides: 'arp' }, nft] }).verdict).toEqual({
        kind: 'unknown',
        unknown: {
          id: 'b ip',
          reason: 'nft chain c: it could drop',
          origin: { node: 'b', text: 'nft chain c', place },
        },
      });
  });

  it('has no rules where that may be taken for granted, and says so', () => {
    const { world, verdict } = end({});
    expect([verdict, [...world.assumptions.values()]]).toEqual([
      { kind: 'accept' },
      [{ node: 'b', text: 'no iptables rules' }],
    ]);
    expect(at(TRACKED, { hook: 'INPUT' }).world.assumptions.size).toBe(0);
  });
});

describe('where the packet goes is asked again', () => {
  const asked = (iptables: string, answer: ReturnType<Reroute> = { kind: 'accept' }) => {
    const network = b({ iptables });
    const node = network.nodes.get('b');
    if (node === undefined) throw new Error('no b');
    const calls: string[] = [];
    const reroute: Reroute = (before, table) => {
      calls.push(`${table} ${before.mark}`);
      return answer;
    };
    const skb = newSkb('request', request);
    return { verdict: runHook(worldOf(network), skb, { node, hook: 'OUTPUT', out: 'eth1' }, reroute), calls, skb };
  };
  const marking =
    '*raw\n-A OUTPUT -j MARK --set-mark 1\n*mangle\n-A OUTPUT -j MARK --set-mark 2\n*filter\n-A OUTPUT -p udp';

  it('behind mangle and behind nat, with the packet as it was before', () => {
    expect(asked(marking).calls).toEqual(['mangle 1', 'nat 2']);
    expect(asked(marking).verdict).toEqual({ kind: 'accept' });
  });

  it('and where there is no way any more, nothing behind it is', () => {
    const drop = { kind: 'drop', origin: { node: 'b', text: 'no route' } } as const;
    const { verdict, calls, skb } = asked(marking, drop);
    expect([verdict, calls, new Set(skb.hops.map(({ table }) => table))]).toEqual([
      drop,
      ['mangle 1'],
      new Set(['raw', 'mangle']),
    ]);
  });
});

describe('confirming', () => {
  const track = (flow: Flow) => ({ flow, direction: 'original', state: CT_STATE.NEW, pinned: false }) as const;
  const end = (flow: Flow, flows: readonly Flow[], hook: Hook = 'POSTROUTING') =>
    at('', { hook, out: 'eth1', track: track(flow), flows });

  it('makes the flow known at the end of INPUT and POSTROUTING, once', () => {
    for (const hook of ['INPUT', 'POSTROUTING'] as const) {
      const flow = flowOf(tuple);
      expect(end(flow, [], hook).world.tables.get('b/0')).toEqual([flow]);
      expect(flow.confirmed).toBe(true);
      expect(end(flow, [flow], hook).world.tables.get('b/0')).toEqual([flow]);
    }
    expect(end(flowOf(tuple), [], 'FORWARD').world.tables.get('b/0')).toBeUndefined();
  });

  it('two flows with the same answers leave open which port nat gives to one of them', () => {
    const other = flowOf({ ...tuple, src: 7 }, { reply: inverse(tuple), confirmed: true });
    const { verdict } = end(flowOf(tuple), [other]);
    expect(verdict).toEqual({
      kind: 'unknown',
      unknown: {
        id: 'b clash',
        reason: 'two flows on b have the same answers: which port nat gives to one of them',
      },
    });
    expect(end(flowOf(tuple, { confirmed: true }), [other]).verdict.kind).toBe('accept');
    expect(end(flowOf({ ...tuple, sport: 1 }), [other]).verdict.kind).toBe('accept');
    expect(end(flowOf(tuple, { zone: 3 }), [other]).verdict.kind).toBe('accept');
  });
});

describe('the nat table', () => {
  const nat = (rules: string, passage: Passage, of: Packet = request) => at(`*nat\n${rules}\n${TRACKED}`, passage, of);
  const tracked = (more: Partial<Flow> = {}, of: Packet = request) =>
    ({ flow: flowOf(tupleOf(of) as Tuple, more), direction: 'original', state: CT_STATE.NEW, pinned: false }) as const;

  it('says what it made of the packet, as the rule would say it', () => {
    const made = (rule: string, hook: Hook, of: Packet = request) =>
      nat(rule, { hook, in: 'eth0', out: 'eth1', track: tracked({}, of) }, of)
        .hops[0]?.split(' | ')
        .at(-1);
    expect(made('-A PREROUTING -j DNAT --to-destination 10.0.1.8', 'PREROUTING')).toBe('DNAT 10.0.1.8');
    expect(made('-A PREROUTING -p udp -j DNAT --to-destination 10.0.1.8:54', 'PREROUTING')).toBe('DNAT 10.0.1.8:54');
    expect(made('-A PREROUTING -p udp -j DNAT --to-destination :54', 'PREROUTING')).toBe('DNAT 10.0.1.9:54');
    expect(made('-A POSTROUTING -j SNAT --to-source 10.0.1.8', 'POSTROUTING')).toBe('SNAT 10.0.1.8');
    expect(made('-A POSTROUTING -p udp -j SNAT --to-source 10.0.1.8:9', 'POSTROUTING')).toBe('SNAT 10.0.1.8:9');
    expect(made('-A POSTROUTING -p udp -j SNAT --to-source :9', 'POSTROUTING')).toBe('SNAT 10.0.0.1:9');
    expect(made('-A POSTROUTING -j SNAT --to-source 10.0.0.1', 'POSTROUTING')).toBe('nothing to translate');
    expect(made('-A POSTROUTING -j MASQUERADE', 'POSTROUTING', icmp('10.0.1.9', from))).toBe('SNAT 10.0.1.2');
  });

  it('that has nothing to say binds the flow as it is, once a kind of nat', () => {
    const track = tracked();
    const { hops, skb } = nat('-A PREROUTING -p tcp -j DNAT --to-destination 10.0.1.8', { hook: 'PREROUTING', track });
    expect(track.flow.bound).toEqual({ source: false, destination: true });
    expect(track.flow.nat).toEqual({ source: false, destination: false });
    expect([hops, skb.packet.dst]).toEqual([['nat PREROUTING | :PREROUTING ACCEPT | ACCEPT'], addr('10.0.1.9')]);
  });

  it('of a node that has none binds nothing', () => {
    const track = tracked();
    at(TRACKED, { hook: 'PREROUTING', track });
    expect(track.flow.bound).toEqual({ source: false, destination: false });
  });

  it('is no table of FORWARD, and not for what belongs to no flow', () => {
    const rules = HOOKS.filter((hook) => hook !== 'FORWARD')
      .map((hook) => `-A ${hook} -p udp`)
      .join('\n');
    expect(nat(rules, { hook: 'FORWARD', track: tracked() }).hops).toEqual([]);
    for (const hook of ['INPUT', 'POSTROUTING'] as const) expect(nat(rules, { hook }).hops).toEqual([]);
  });

  it('is asked by what is RELATED as RELATED', () => {
    const related = { ...tracked({ expected: true }), state: CT_STATE.RELATED };
    const to = (state: string) => `-A PREROUTING -m state --state ${state} -j DNAT --to-destination 10.0.1.8`;
    const changed = (state: string) =>
      nat(to(state), { hook: 'PREROUTING', track: { ...related, flow: flowOf(tuple) } }).skb.packet.dst;
    expect([changed('RELATED'), changed('NEW')]).toEqual([addr('10.0.1.8'), addr('10.0.1.9')]);
  });

  it('that leaves everything open ends the hook', () => {
    const { verdict, hops } = nat('-A PREROUTING -p udp -j TARPIT', { hook: 'PREROUTING', track: tracked() });
    expect([verdict.kind, hops.length]).toEqual(['unknown', 1]);
  });

  it('that drops leaves the flow alone', () => {
    const track = tracked();
    const { verdict } = nat('-A PREROUTING -p udp -j DROP', { hook: 'PREROUTING', track });
    expect([verdict.kind, track.flow.bound.destination]).toEqual(['drop', false]);
  });

  it('whose masquerading device has no address drops', () => {
    const { verdict, hops } = atHook(
      b({ interfaces: { eth0: {}, lo: { addresses: [] } }, iptables: '*nat\n-A POSTROUTING -o eth0 -j MASQUERADE' }),
      request,
      { hook: 'POSTROUTING', out: 'eth0', track: tracked() },
    );
    expect(hops).toEqual(['nat POSTROUTING 1 | -A POSTROUTING -o eth0 -j MASQUERADE | DROP (no address)']);
    expect(verdict).toMatchObject({
      kind: 'drop',
      origin: { node: 'b', text: '-A POSTROUTING -o eth0 -j MASQUERADE' },
    });
  });

  it('is asked by a packet of a pinned state as if it were NEW, which it is not for anybody else', () => {
    const state = { ...tracked(), state: CT_STATE.ESTABLISHED, pinned: true } as const;
    const rules = '-A PREROUTING -m state --state NEW -j DNAT --to-destination 10.0.1.8';
    const { skb, hops } = nat(rules, { hook: 'PREROUTING', track: state });
    expect(hops).toEqual([`nat PREROUTING 1 | ${rules} | DNAT 10.0.1.8`]);
    expect(skb.track).toBe(state);
    expect(skb.packet.ctState).toBe(CT_STATE.ESTABLISHED);
  });

  it('is not asked again; what it made of the flow is done to the packets behind', () => {
    const flow = { nat: { source: false, destination: true }, bound: { source: true, destination: true } };
    const other = inverse({ ...tuple, dst: addr('10.0.1.8') });
    const track = { ...tracked({ ...flow, reply: other }), state: CT_STATE.ESTABLISHED };
    expect(nat('-A PREROUTING -j DROP', { hook: 'PREROUTING', in: 'eth0', track }).hops).toEqual([
      'nat | conntrack entry of the flow (original direction) | DNAT 10.0.1.8',
    ]);
    const answer = udp('10.0.0.1', 40000, { src: addr('10.0.1.8'), sport: 53 });
    const back = { ...track, direction: 'reply' } as const;
    expect(nat('-A POSTROUTING -j DROP', { hook: 'POSTROUTING', out: 'eth0', track: back }, answer).hops).toEqual([
      'nat | conntrack entry of the flow (reply direction) | SNAT 10.0.1.9',
    ]);
    expect(nat('-A PREROUTING -j DROP', { hook: 'PREROUTING', in: 'eth1', track: back }, answer).hops).toEqual([]);
  });
});

describe('a masqueraded flow', () => {
  const moved = { nat: { source: true, destination: false }, bound: { source: true, destination: true } };
  const flow = () =>
    flowOf(tuple, { ...moved, masquerade: 'eth0', reply: inverse({ ...tuple, src: addr('10.0.0.2') }) });
  const end = (hook: Hook, out: string, direction: 'original' | 'reply' = 'original') =>
    at(TRACKED, { hook, out, track: { flow: flow(), direction, state: CT_STATE.ESTABLISHED, pinned: false } });
  const text = 'conntrack entry of the flow: masqueraded by eth0';

  it('that leaves by another device than the one whose address it got is dropped', () => {
    const { verdict, hops } = end('POSTROUTING', 'eth1');
    expect(verdict).toEqual({ kind: 'drop', origin: { node: 'b', text } });
    expect(hops).toEqual([`nat | ${text} | DROP`]);
  });

  it('leaves by its own, and nothing is asked of answers or at other hooks', () => {
    expect(end('POSTROUTING', 'eth0').verdict.kind).toBe('accept');
    expect(end('POSTROUTING', 'eth1', 'reply').verdict.kind).toBe('accept');
    expect(end('OUTPUT', 'eth1').verdict.kind).toBe('accept');
  });
});

it('whether nat is asked is left open where no rule makes the kernel track, and decided once', () => {
  const network = b({ iptables: '*nat\n-A PREROUTING -p tcp -j MARK --set-mark 7' });
  const marks = (value: number) => {
    const passed = atHook(network, tcp('10.0.1.9', 80, from), {
      hook: 'PREROUTING',
      values: new Map([['b tracks', value]]),
    });
    return [passed.skb.packet.mark, passed.met];
  };
  const why = 'whether b tracks connections: no rule of its own needs that, and only then are its nat rules asked';
  expect(marks(0)).toEqual([0, [`b tracks = 0 | ${why}`]]);
  expect(marks(1)).toEqual([7, [`b tracks = 1 | ${why}`]]);
});

it('what belongs to no flow carries nothing of conntrack behind it', () => {
  const { skb } = at(TRACKED, { hook: 'PREROUTING' }, icmp('10.0.1.9', { ...from, icmpType: 3, ctStatus: 5 }));
  expect(skb.packet).toMatchObject(NO_TRACK);
});
