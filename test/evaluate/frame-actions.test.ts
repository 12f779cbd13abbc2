import { describe, expect, it } from 'vitest';
import type { FrameAction } from '../../src/network/frame-rules.ts';
import type { Network } from '../../src/network/network.ts';
import type { Exchange } from '../../src/network/trace.ts';
import { ends, hopsAt, icmp, send, sendRaw, udp } from './ask.ts';
import { addr, BRIDGE_NF, type Host, NO_BRIDGE_NF } from './build.ts';
import { bridged, COUNT, MAC, PASSES, ruled, type Tables } from './frame-network.ts';
import { ACCEPT, DROP, IPV4, macOf, type Written } from './frame-rules.ts';

const DROPPED = ['dropped h: rule', 'none'];

/** What hops of the request at h's bridge say, `TABLE CHAIN:RULE VERDICT`. */
const told = (exchange: Exchange, leg = 'request'): readonly string[] =>
  hopsAt(exchange, 'h', 'bridge', leg)
    .filter(({ table }) => table !== undefined)
    .map(({ table, chain, rule, verdict: what }) => `${table} ${chain}:${rule ?? 'policy'} ${what}`);

describe('actions', () => {
  const nat = (hook: string, action: FrameAction, ...tests: readonly Written[]): Tables => ({
    nat: { [hook]: [{ tests: [IPV4, ...tests], action }] },
  });

  it('dnat in PREROUTING sends the frame to another host, whose IP does not take it', () => {
    const to = (mac: string): Tables =>
      nat('PREROUTING', { kind: 'dnat', mac: macOf(mac), arp: false, then: 'ACCEPT' }, { kind: 'in', name: 'p1' });
    // meant for h, taken to b, who does not forward
    expect(ends(send(ruled(to(MAC.b)), 'a', icmp('10.0.0.254')))[0]).toBe('dropped b: not forwarding');
    // meant for b, taken to h
    expect(ends(send(ruled(to(MAC.br)), 'a', icmp('10.0.0.2')))[0]).toBe('dropped h: not forwarding');
    expect(ends(send(ruled(to(MAC.br)), 'a', icmp('10.0.0.254')))).toEqual(['delivered h', 'delivered a']);
    // a frame to a port's own address comes up as somebody else's (PACKET_OTHERHOST), and IP takes none such
    expect(ends(send(ruled(to(MAC.p1)), 'a', icmp('10.0.0.254')))[0]).toBe('dropped h: not for me');
  });

  it('without dnat, a frame to the address of its port is taken', () => {
    const exchange = sendRaw(
      bridged(),
      'a',
      'eth0',
      icmp('10.0.0.254', { src: addr('10.0.0.1'), macSrc: macOf(MAC.a), macDst: macOf(MAC.p1) }),
    );
    expect(ends(exchange)[0]).toBe('delivered h');
  });

  it('redirect in PREROUTING takes a frame up to the bridge', () => {
    const redirect = nat('PREROUTING', { kind: 'redirect', then: 'ACCEPT' }, { kind: 'in', name: 'p1' });
    expect(ends(send(ruled(redirect), 'a', icmp('10.0.0.2')))[0]).toBe('dropped h: not forwarding');
    const forwarding = ruled(redirect, { sysctl: { ...NO_BRIDGE_NF, 'net.ipv4.ip_forward': 1 } });
    expect(ends(send(forwarding, 'a', icmp('10.0.0.2')))[0]).toBe('delivered b');
  });

  it('snat in POSTROUTING gives the frame another source, once iptables can no longer see it', () => {
    const snat = nat(
      'POSTROUTING',
      { kind: 'snat', mac: macOf(MAC.none), arp: false, then: 'ACCEPT' },
      { kind: 'out', name: 'p2' },
    );
    const exchange = send(ruled(snat), 'a', icmp('10.0.0.2'));
    expect(ends(exchange)).toEqual(PASSES);
    expect(exchange.walks[0]?.received.macSrc).toBe(macOf(MAC.none));
    expect(told(exchange)).toEqual([`ebtables nat POSTROUTING:1 snat to ${MAC.none}, ACCEPT`]);
  });

  it('a target that changes a frame goes on as it says', () => {
    const snat = (then: 'ACCEPT' | 'DROP' | 'CONTINUE'): FrameAction => ({
      kind: 'snat',
      mac: macOf(MAC.none),
      arp: false,
      then,
    });
    const then = (action: FrameAction): readonly string[] =>
      ends(
        send(ruled({ nat: { POSTROUTING: [{ tests: [IPV4], action }, { tests: [IPV4] }] } }), 'a', icmp('10.0.0.2')),
      );
    expect(then(snat('ACCEPT'))).toEqual(PASSES);
    expect(then(snat('CONTINUE'))).toEqual(DROPPED);
    expect(then(snat('DROP'))).toEqual(DROPPED);
  });

  it('marks are set, and combined with what is there', () => {
    const marking = (how: 'set' | 'or' | 'and' | 'xor', value: number): FrameAction => ({
      kind: 'mark',
      how,
      value,
      then: 'CONTINUE',
    });
    const after = (...actions: readonly FrameAction[]): number | undefined => {
      const rules = actions.map((action) => ({ tests: [IPV4], action }));
      const exchange = send(ruled({ filter: { FORWARD: rules } }), 'a', icmp('10.0.0.2'));
      return hopsAt(exchange, 'h', 'bridge').findLast(({ table }) => table !== undefined)?.packet.mark;
    };
    expect(after(marking('set', 6))).toBe(6);
    expect(after(marking('set', 6), marking('or', 0x80000001))).toBe(0x80000007);
    expect(after(marking('set', 6), marking('and', 3))).toBe(2);
    expect(after(marking('set', 6), marking('xor', 0x80000003))).toBe(0x80000005);
  });

  it('a mark is seen by later tables, and not by other hosts', () => {
    const tables: Tables = {
      nat: { PREROUTING: [{ tests: [IPV4], action: { kind: 'mark', how: 'set', value: 7, then: 'ACCEPT' } }] },
      filter: { FORWARD: [{ tests: [{ kind: 'mark', value: 7, mask: 0xffffffff, any: false }] }] },
    };
    expect(ends(send(ruled(tables), 'a', icmp('10.0.0.2')))).toEqual(DROPPED);
    const { filter: _, ...only } = tables;
    expect(send(ruled(only), 'a', icmp('10.0.0.2')).walks[0]?.received.mark).toBe(0);
  });

  it('what is not modelled makes the fate unknown, where a frame meets it', () => {
    const action: FrameAction = { kind: 'unknown', reason: 'target `foo` is not modelled' };
    const unsure = send(ruled({ filter: { FORWARD: [{ tests: [IPV4], action }] } }), 'a', icmp('10.0.0.2'));
    expect(unsure.disposition.request).toMatchObject({
      kind: 'unknown',
      node: 'h',
      unknown: { reason: 'target `foo` is not modelled' },
    });
    const other = ruled({ filter: { FORWARD: [{ tests: [{ kind: 'in', name: 'p9' }], action }] } });
    expect(ends(send(other, 'a', icmp('10.0.0.2')))).toEqual(PASSES);
  });
});

describe('the broute table', () => {
  const brouting = (action: FrameAction, more: Partial<Host> = {}, ...tests: readonly Written[]): Network =>
    ruled({ broute: { BROUTING: [{ tests: [IPV4, { kind: 'in', name: 'p1' }, ...tests], action }] } }, more);
  const sent = (network: Network, to: string, dst = '10.0.0.254'): string | undefined =>
    ends(
      sendRaw(network, 'a', 'eth0', icmp(dst, { src: addr('10.0.0.1'), macSrc: macOf(MAC.a), macDst: macOf(to) })),
    )[0];

  it('DROP gives the frame to the port: only what is for the port itself is taken', () => {
    expect(sent(brouting(DROP), MAC.p1)).toBe('delivered h');
    expect(sent(brouting(DROP), MAC.br)).toBe('dropped h: not for me');
    expect(sent(brouting(DROP), MAC.b, '10.0.0.2')).toBe('dropped h: not for me');
    expect(sent(brouting(ACCEPT), MAC.br)).toBe('delivered h');
    expect(sent(brouting(ACCEPT), MAC.b, '10.0.0.2')).toBe('delivered b');
  });

  it("redirect there makes it the port's, and rules of iptables see it come in by the port", () => {
    const iptables = '*filter\n-A INPUT -i p1 -j ACCEPT\n-A INPUT -i br0 -j DROP';
    const network = brouting({ kind: 'redirect', then: 'DROP' }, { iptables, sysctl: BRIDGE_NF });
    expect(sent(network, MAC.br)).toBe('delivered h');
    expect(sent(bridged({ iptables, sysctl: BRIDGE_NF }), MAC.br)).toBe('dropped h: rule');
  });

  it('a frame that is not bridged passes no other table of ebtables', () => {
    const tables: Tables = {
      broute: { BROUTING: [{ tests: [IPV4], action: { kind: 'redirect', then: 'DROP' } }] },
      nat: { 'PREROUTING DROP': [{ tests: [{ kind: 'protocol', type: 0x0806 }], action: ACCEPT }] },
      filter: { 'INPUT DROP': [{ tests: [{ kind: 'protocol', type: 0x0806 }], action: ACCEPT }] },
    };
    expect(sent(ruled(tables), MAC.br)).toBe('delivered h');
  });
});

describe('packet types', () => {
  const types = ['host', 'otherhost', 'broadcast', 'multicast'] as const;
  const seen = (
    hook: 'FORWARD' | 'INPUT' | 'OUTPUT',
    exchange: (network: Network) => Exchange,
    leg = 'request',
  ): readonly string[] => {
    const rules = types.map((type) => ({
      tests: [IPV4, { kind: 'packet type', type } as Written],
      action: COUNT,
      text: type,
    }));
    return hopsAt(exchange(ruled({ filter: { [hook]: rules } })), 'h', 'bridge', leg)
      .filter(({ table, rule }) => table !== undefined && rule !== undefined)
      .map(({ text }) => text);
  };

  it('are those of the port, with the address of the bridge', () => {
    expect(seen('FORWARD', (network) => send(network, 'a', icmp('10.0.0.2')))).toEqual(['otherhost']);
    expect(seen('INPUT', (network) => send(network, 'a', icmp('10.0.0.254')))).toEqual(['host']);
    expect(seen('INPUT', (network) => send(network, 'a', udp('255.255.255.255', 67)))).toEqual([]);
    const flooded = (network: Network): Exchange =>
      sendRaw(network, 'a', 'eth0', udp('255.255.255.255', 67, { src: addr('10.0.0.1') }));
    expect(seen('INPUT', flooded)).toEqual(['broadcast']);
    expect(
      seen('FORWARD', (network) => sendRaw(network, 'a', 'eth0', udp('224.0.0.5', 9, { src: addr('10.0.0.1') }))),
    ).toEqual(['multicast']);
  });

  it('of what the node itself sends are `host`, whomever it is for', () => {
    expect(seen('OUTPUT', (network) => send(network, 'h', icmp('10.0.0.2')))).toEqual(['host']);
    expect(seen('OUTPUT', (network) => send(network, 'h', udp('10.0.0.255', 9)))).toEqual(['host', 'host']);
  });
});
