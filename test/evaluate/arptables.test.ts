import { describe, expect, it } from 'vitest';
import type { FrameAction } from '../../src/network/frame-rules.ts';
import type { Network } from '../../src/network/network.ts';
import { ends, every, icmp, send } from './ask.ts';
import { addr, type Host, NO_BRIDGE_NF } from './build.ts';
import { bridged, MAC, PASSES } from './frame-network.ts';
import {
  ACCEPT,
  ARP,
  arptables,
  ebtables,
  ip,
  jump,
  macOf,
  REPLY,
  REQUEST,
  verdict,
  type Written,
  type WrittenRule,
} from './frame-rules.ts';

const LOST = ['dropped a: no neighbour', 'none'];
const ping = (network: Network, dst = '10.0.0.2', from = 'a'): readonly string[] =>
  ends(send(network, from, icmp(dst)));

const CALL = { 'net.bridge.bridge-nf-call-arptables': 1, 'net.bridge.bridge-nf-call-iptables': 0 };

describe('arptables', () => {
  const at = (node: 'h' | 'a' | 'b', hook: string, ...tests: readonly Written[]): Network => {
    const more = { arpRules: arptables({ [hook]: [{ tests }] }) };
    if (node === 'h') return bridged({ ...more, sysctl: CALL });
    return node === 'a' ? bridged({}, more) : bridged({}, {}, more);
  };

  it('OUTPUT and INPUT of asker and answerer each lose what they drop', () => {
    for (const [node, hook, operation, other] of [
      ['a', 'OUTPUT', REQUEST, REPLY],
      ['b', 'INPUT', REQUEST, REPLY],
      ['b', 'OUTPUT', REPLY, REQUEST],
      ['a', 'INPUT', REPLY, REQUEST],
    ] as const) {
      expect(ping(at(node, hook, operation))).toEqual(LOST);
      expect(ping(at(node, hook, other))).toEqual(PASSES);
    }
  });

  it('knows the device: of what a bridge takes up it is the bridge', () => {
    const input = (name: string): string | undefined => ping(at('h', 'INPUT', { kind: 'in', name }), '10.0.0.254')[0];
    expect(input('br0')).toBe('dropped a: no neighbour');
    expect(input('p1')).toBe('delivered h');
    const output = (name: string): string | undefined =>
      ping(at('h', 'OUTPUT', { kind: 'out', name }), '10.0.0.2', 'h')[0];
    expect(output('br0')).toBe('dropped h: no neighbour');
    expect(output('p2')).toBe('delivered b');
  });

  it('FORWARD sees bridged ARP with the ports as its devices, where bridge-nf-call-arptables is on', () => {
    expect(ping(at('h', 'FORWARD', { kind: 'in', name: 'p1' }, { kind: 'out', name: 'p2' }))).toEqual(LOST);
    expect(ping(at('h', 'FORWARD', { kind: 'in', name: 'br0' }))).toEqual(PASSES);
    const off = bridged({
      arpRules: arptables({ FORWARD: [{}] }),
      sysctl: { 'net.bridge.bridge-nf-call-arptables': 0, ...NO_BRIDGE_NF },
    });
    expect(ping(off)).toEqual(PASSES);
    const open = bridged({ arpRules: arptables({ FORWARD: [{}] }), sysctl: NO_BRIDGE_NF });
    expect(every(open, 'a', icmp('10.0.0.2')).map(ends)).toEqual([PASSES, LOST]);
  });

  it('an empty FORWARD asks nothing', () => {
    const empty = bridged({ arpRules: arptables({ FORWARD: [], INPUT: [] }), sysctl: NO_BRIDGE_NF });
    expect(every(empty, 'a', icmp('10.0.0.2')).map(ends)).toEqual([PASSES]);
    const dropping = bridged({ arpRules: arptables({ 'FORWARD DROP': [] }), sysctl: CALL });
    expect(ping(dropping)).toEqual(LOST);
  });

  it('comes after FORWARD of ebtables', () => {
    const both = bridged({
      frameRules: ebtables({ filter: { FORWARD: [{ tests: [ARP], text: 'first' }] } }),
      arpRules: arptables({ FORWARD: [{ text: 'second' }] }),
      sysctl: CALL,
    });
    expect(send(both, 'a', icmp('10.0.0.2')).disposition.request).toMatchObject({ origin: { text: 'first' } });
  });

  it('mangle changes what ARP says: whom the answer is sent to, and who is believed to be where', () => {
    const mangling = (
      hook: string,
      change: Partial<Extract<FrameAction, { kind: 'mangle' }>>,
      test: Written,
    ): Partial<Host> => ({
      arpRules: arptables({ [hook]: [{ tests: [test], action: { kind: 'mangle', then: 'ACCEPT', ...change } }] }),
    });
    // a learns of an address that is nobody's
    expect(ping(bridged({}, {}, mangling('OUTPUT', { macSource: macOf(MAC.none) }, REPLY)))[0]).toBe(
      'dropped b: not for me',
    );
    // an answer about another address is none
    expect(ping(bridged({}, {}, mangling('OUTPUT', { source: addr('10.0.0.9') }, REPLY)))).toEqual(LOST);
    // b answers whom the request names
    expect(ping(bridged({}, mangling('OUTPUT', { macSource: macOf(MAC.none) }, REQUEST)))).toEqual(LOST);
    // asked for another address, b does not answer
    expect(ping(bridged({}, mangling('OUTPUT', { destination: addr('10.0.0.9') }, REQUEST)))).toEqual(LOST);
  });

  it('chains call each other and end with their policy', () => {
    const only = (rules: readonly WrittenRule[], own: readonly WrittenRule[]): Network =>
      bridged({}, { arpRules: arptables({ 'OUTPUT DROP': rules, own }) });
    expect(ping(only([], []))).toEqual(LOST);
    expect(
      ping(
        only(
          [{ action: jump('own') }],
          [{ tests: [REQUEST, { kind: 'arp destination', of: ip('10.0.0.2') }], action: ACCEPT }],
        ),
      )[0],
    ).toBe('delivered b');
    expect(ping(only([{ action: jump('own') }], [{ action: verdict('RETURN') }, { action: ACCEPT }]))).toEqual(LOST);
  });
});
