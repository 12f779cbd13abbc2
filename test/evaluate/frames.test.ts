import { describe, expect, it } from 'vitest';
import type { FrameAction } from '../../src/network/frame-rules.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { ends, hopsAt, icmp, said, send, sendRaw, tcp, udp, wire } from './ask.ts';
import { addr, BRIDGE_NF, build, host } from './build.ts';
import { bridged, COUNT, MAC, PASSES, ruled, type Tables } from './frame-network.ts';
import {
  ACCEPT,
  DROP,
  ebtables,
  exactly,
  IPV4,
  ip,
  jump,
  macOf,
  verdict,
  type Written,
  type WrittenRule,
} from './frame-rules.ts';

const DROPPED = ['dropped h: rule', 'none'];

/** What hops of the request at h's bridge say, `TABLE CHAIN:RULE VERDICT`. */
const told = (exchange: Exchange, leg = 'request'): readonly string[] =>
  hopsAt(exchange, 'h', 'bridge', leg)
    .filter(({ table }) => table !== undefined)
    .map(({ table, chain, rule, verdict: what }) => `${table} ${chain}:${rule ?? 'policy'} ${what}`);

describe('hooks', () => {
  const count = (hook: string): Readonly<Record<string, readonly WrittenRule[]>> => ({
    [hook]: [
      { tests: [IPV4], action: COUNT },
      { tests: [IPV4, { kind: 'in', name: 'p1' }], action: COUNT },
      { tests: [IPV4, { kind: 'out', name: 'p2' }], action: COUNT },
    ],
  });
  const everywhere = ebtables({
    broute: count('BROUTING'),
    nat: { ...count('PREROUTING'), ...count('OUTPUT'), ...count('POSTROUTING') },
    filter: { ...count('INPUT'), ...count('FORWARD'), ...count('OUTPUT') },
  });
  const counted = (exchange: Exchange, leg = 'request'): readonly string[] =>
    told(exchange, leg)
      .filter((text) => text.endsWith('continue'))
      .map((text) => text.replace(/^ebtables | continue$/g, ''));

  it('a bridged frame passes BROUTING, PREROUTING, FORWARD and POSTROUTING', () => {
    expect(counted(send(bridged({ frameRules: everywhere }), 'a', icmp('10.0.0.2')))).toEqual([
      'broute BROUTING:1',
      'broute BROUTING:2',
      'nat PREROUTING:1',
      'nat PREROUTING:2',
      'filter FORWARD:1',
      'filter FORWARD:2',
      'filter FORWARD:3',
      'nat POSTROUTING:1',
      'nat POSTROUTING:3',
    ]);
  });

  it('a frame to the bridge passes INPUT, and what it sends OUTPUT of nat, OUTPUT of filter and POSTROUTING', () => {
    const exchange = send(bridged({ frameRules: everywhere }), 'a', icmp('10.0.0.254'));
    expect(ends(exchange)).toEqual(['delivered h', 'delivered a']);
    expect(counted(exchange)).toEqual([
      'broute BROUTING:1',
      'broute BROUTING:2',
      'nat PREROUTING:1',
      'nat PREROUTING:2',
      'filter INPUT:1',
      'filter INPUT:2',
    ]);
    expect(counted(exchange, 'answer')).toEqual(['nat OUTPUT:1', 'filter OUTPUT:1', 'nat POSTROUTING:1']);
  });

  it('a flooded frame passes FORWARD once a port, and INPUT', () => {
    const flood = udp('255.255.255.255', 9, { src: addr('10.0.0.1') });
    const exchange = sendRaw(bridged({ frameRules: everywhere }), 'a', 'eth0', flood);
    const seen = counted(exchange).filter((text) => text.endsWith(':1'));
    expect(seen).toContain('filter FORWARD:1');
    expect(seen).toContain('filter INPUT:1');
    expect(seen.filter((text) => text === 'filter FORWARD:1')).toHaveLength(1);
  });

  // fact 34
  it('each comes before the hook of iptables at the same place', () => {
    const iptables = `*mangle
-A PREROUTING -m mark --mark 1
-A FORWARD -m mark --mark 2
-A POSTROUTING -m mark --mark 3`;
    const mark = (value: number): readonly WrittenRule[] => [
      { tests: [IPV4], action: { kind: 'mark', how: 'set', value, then: 'ACCEPT' } },
    ];
    const tables = ebtables({ nat: { PREROUTING: mark(1), POSTROUTING: mark(3) }, filter: { FORWARD: mark(2) } });
    const exchange = send(bridged({ frameRules: tables, iptables, sysctl: BRIDGE_NF }), 'a', icmp('10.0.0.2'));
    expect(ends(exchange)).toEqual(PASSES);
    for (const hook of ['PREROUTING', 'FORWARD', 'POSTROUTING'] as const)
      expect(hopsAt(exchange, 'h', hook).filter(({ rule }) => rule !== undefined)).toHaveLength(1);
  });

  it('what FORWARD drops, the same hook of iptables never sees; the other way round it has seen it', () => {
    const iptables = '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p tcp -j DROP';
    const both = ruled({ filter: { FORWARD: [{ tests: [IPV4] }] } }, { iptables, sysctl: BRIDGE_NF });
    const dropped = send(both, 'a', tcp('10.0.0.2', 80));
    expect(ends(dropped)).toEqual(DROPPED);
    expect(hopsAt(dropped, 'h', 'FORWARD')).toEqual([]);
    expect(dropped.disposition.request).toMatchObject({ origin: { place: { file: 'ebtables-save.txt', line: 1 } } });
    const open = ruled({ filter: { FORWARD: [{ tests: [IPV4], action: COUNT }] } }, { iptables, sysctl: BRIDGE_NF });
    const later = send(open, 'a', tcp('10.0.0.2', 80));
    expect(ends(later)).toEqual(DROPPED);
    expect(told(later)).toEqual(['ebtables filter FORWARD:1 continue', 'ebtables filter FORWARD:policy ACCEPT']);
  });

  it('nothing that does not pass a bridge is shown to ebtables', () => {
    const frameRules = ebtables({ filter: { 'INPUT DROP': [], 'OUTPUT DROP': [], 'FORWARD DROP': [] } });
    const pair = build({ a: host('10.0.0.1/24', { frameRules }), b: host('10.0.0.2/24', { frameRules }) }, [
      ['a:eth0', 'b:eth0'],
    ]);
    expect(ends(send(pair, 'a', icmp('10.0.0.2')))).toEqual(PASSES);
  });
});

describe('chains', () => {
  const filter = (written: Readonly<Record<string, readonly WrittenRule[]>>): Exchange =>
    send(ruled({ filter: written }), 'a', icmp('10.0.0.2'));
  const only: readonly Written[] = [IPV4];

  it('end at the first verdict', () => {
    expect(ends(filter({ FORWARD: [{ tests: only, action: ACCEPT }, { tests: only }] }))).toEqual(PASSES);
    expect(ends(filter({ FORWARD: [{ tests: only }, { tests: only, action: ACCEPT }] }))).toEqual(DROPPED);
    expect(ends(filter({ FORWARD: [{ tests: only, action: COUNT }, { tests: only }] }))).toEqual(DROPPED);
  });

  it('built-in ones end with their policy', () => {
    const arp: WrittenRule = { tests: [{ kind: 'protocol', type: 0x0806 }], action: ACCEPT };
    const dropped = filter({ 'FORWARD DROP': [arp] });
    expect(ends(dropped)).toEqual(DROPPED);
    expect(told(dropped)).toEqual(['ebtables filter FORWARD:policy DROP']);
    expect(ends(filter({ 'FORWARD DROP': [arp, { tests: only, action: ACCEPT }] }))).toEqual(PASSES);
    expect(ends(filter({ 'FORWARD ACCEPT': [arp] }))).toEqual(PASSES);
  });

  it('are called and return, at their end or by RETURN', () => {
    const called = (own: readonly WrittenRule[], after: FrameAction = DROP): readonly string[] =>
      ends(
        filter({
          FORWARD: [
            { tests: only, action: jump('own') },
            { tests: only, action: after },
          ],
          own,
        }),
      );
    expect(called([])).toEqual(DROPPED);
    expect(called([{ tests: only, action: ACCEPT }])).toEqual(PASSES);
    expect(called([{ tests: only }], ACCEPT)).toEqual(DROPPED);
    expect(
      called([
        { tests: only, action: verdict('RETURN') },
        { tests: only, action: ACCEPT },
      ]),
    ).toEqual(DROPPED);
    expect(called([{ tests: only, action: verdict('RETURN') }, { tests: only }], ACCEPT)).toEqual(PASSES);
  });

  it('of their own have a policy of their own', () => {
    const called = (policy: string): readonly string[] =>
      ends(filter({ FORWARD: [{ tests: only, action: jump('own') }, { tests: only }], [`own ${policy}`]: [] }));
    expect(called('ACCEPT')).toEqual(PASSES);
    expect(called('RETURN')).toEqual(DROPPED);
    const dropping = filter({ FORWARD: [{ tests: only, action: jump('own') }], 'own DROP': [] });
    expect(ends(dropping)).toEqual(DROPPED);
  });

  it('of one table that ACCEPT leave the frame to the next', () => {
    const tables: Tables = {
      nat: { PREROUTING: [{ tests: only, action: ACCEPT }] },
      filter: { FORWARD: [{ tests: only }] },
    };
    expect(ends(send(ruled(tables), 'a', icmp('10.0.0.2')))).toEqual(DROPPED);
  });
});

it('rules without an effect on frames that come by leave every answer as it was', () => {
  const idle = ruled({
    filter: { FORWARD: [{ tests: [{ kind: 'ip6 protocol', number: 1 }] }] },
    nat: { PREROUTING: [] },
  });
  for (const dst of ['10.0.0.2', '10.0.0.254', '10.0.0.9'])
    expect(ends(send(idle, 'a', icmp(dst)))).toEqual(ends(send(bridged(), 'a', icmp(dst))));
});

it('spoofed addresses: a rule that knows the guest drops what carries another source', () => {
  const guard = ruled({
    nat: {
      PREROUTING: [{ tests: [{ kind: 'in', name: 'p1' }], action: jump('I-p1') }],
      'I-p1 DROP': [{ tests: [{ kind: 'mac source', of: exactly(MAC.a) }], action: jump('I-p1-ip') }],
      'I-p1-ip DROP': [
        { tests: [{ kind: 'protocol', type: 0x0806 }], action: ACCEPT },
        { tests: [IPV4, { kind: 'ip source', of: ip('10.0.0.1') }], action: ACCEPT },
      ],
    },
  });
  expect(ends(send(guard, 'a', icmp('10.0.0.2')))).toEqual(PASSES);
  const as = (src: string, macSrc: string): string =>
    said(
      sendRaw(guard, 'a', 'eth0', icmp('10.0.0.2', { src: addr(src), macSrc: macOf(macSrc), macDst: macOf(MAC.b) }))
        .disposition.request,
    );
  expect(as('10.0.0.1', MAC.a)).toBe('delivered b');
  expect(as('10.0.0.1', MAC.none)).toBe('dropped h: rule');
  expect(as('10.0.0.7', MAC.a)).toBe('dropped h: rule');
  // frames from the wire of another port are not asked
  expect(
    said(
      send(guard, wire('h', 'p2'), icmp('10.0.0.1', { src: addr('10.0.0.9'), macDst: macOf(MAC.a) })).disposition
        .request,
    ),
  ).toBe('delivered a');
});
