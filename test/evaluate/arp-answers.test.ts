import { describe, expect, it } from 'vitest';
import type { Network } from '../../src/network/network.ts';
import { ends, every, hopsAt, icmp, send } from './ask.ts';
import { build, type Host, NO_BRIDGE_NF } from './build.ts';
import { MAC, PASSES, ruled, type Tables } from './frame-network.ts';
import { ARP, arptables, ebtables, exactly, ip, macOf, not, REPLY, REQUEST, type Written } from './frame-rules.ts';

const LOST = ['dropped a: no neighbour', 'none'];
const ping = (network: Network, dst = '10.0.0.2', from = 'a'): readonly string[] =>
  ends(send(network, from, icmp(dst)));

describe('arpreply', () => {
  const replying = (mac: string, then: 'ACCEPT' | 'DROP' | 'CONTINUE', ...tests: readonly Written[]): Tables => ({
    nat: { PREROUTING: [{ tests: [ARP, ...tests], action: { kind: 'arpreply', mac: macOf(mac), then } }] },
  });
  const told = (network: Network, dst: string): string | undefined =>
    hopsAt(send(network, 'a', icmp(dst)), 'a', 'neighbour').at(-1)?.verdict;

  it('answers a request itself, for whatever address, and the owner never hears of it', () => {
    expect(told(ruled(replying(MAC.b, 'DROP')), '10.0.0.2')).toBe(`${MAC.b} (h:p1)`);
    // b has to ask for a, too, whom it has not heard, and is answered with its own address
    expect(ping(ruled(replying(MAC.b, 'DROP', { kind: 'in', name: 'p1' })))).toEqual(PASSES);
    expect(ping(ruled(replying(MAC.b, 'DROP', { kind: 'in', name: 'p1' })), '10.0.0.77')).toEqual([
      'dropped b: not forwarding',
      'none',
    ]);
    expect(ping(ruled(replying(MAC.br, 'DROP', { kind: 'in', name: 'p1' })), '10.0.0.254')).toEqual([
      'delivered h',
      'delivered a',
    ]);
  });

  it('concerns requests alone', () => {
    expect(ping(ruled(replying(MAC.none, 'DROP', { kind: 'in', name: 'p2' }, REPLY)))).toEqual(PASSES);
  });

  it('comes before any answer of those to whom the request goes on', () => {
    const before = ruled(replying(MAC.none, 'ACCEPT', { kind: 'in', name: 'p1' }));
    expect(every(before, 'a', icmp('10.0.0.2')).map((run) => ends(run)[0])).toEqual(['dropped b: not for me']);
    // where it is lost, the owner's counts
    const silent = { arpRules: arptables({ OUTPUT: [{ tests: [{ kind: 'out', name: 'p1' }] }] }) };
    const lost = ruled(replying(MAC.none, 'ACCEPT', { kind: 'in', name: 'p1' }), silent);
    expect(every(lost, 'a', icmp('10.0.0.2')).map(ends)).toEqual([PASSES]);
  });

  it('races with an owner who hears the request on another way', () => {
    const shared = build(
      {
        a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'], mac: MAC.a } } },
        b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: MAC.b } } },
        h: {
          interfaces: { p1: { master: 'br0', mac: MAC.p1 }, br0: { mac: MAC.br } },
          sysctl: NO_BRIDGE_NF,
          frameRules: ebtables(replying(MAC.none, 'DROP')),
        },
      },
      [['a:eth0', 'b:eth0', 'h:p1']],
    );
    const runs = every(shared, 'a', icmp('10.0.0.2'));
    expect(runs.map((run) => ends(run)[0])).toEqual(['dropped b: not for me', 'delivered b']);
    expect(runs[0]?.met[0]?.unknown.reason).toBe('ambiguous owner of 10.0.0.2 on a:eth0: h:p1, b:eth0');
  });

  it('is ARP that the node sends by the port: arptables OUTPUT sees it', () => {
    const silent = (name: string): Network =>
      ruled(replying(MAC.b, 'DROP', { kind: 'in', name: 'p1' }), {
        arpRules: arptables({ OUTPUT: [{ tests: [{ kind: 'out', name }] }] }),
      });
    expect(ping(silent('p1'))).toEqual(LOST);
    expect(ping(silent('br0'))).toEqual(PASSES);
  });
});

describe('out of sight', () => {
  const outward = (frameRules: Host['frameRules']): Network =>
    build(
      {
        a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'], mac: MAC.a } } },
        h: {
          interfaces: { p1: { master: 'br0', mac: MAC.p1 }, eth0: { master: 'br0', mac: MAC.p2 }, br0: {} },
          sysctl: NO_BRIDGE_NF,
          ...(frameRules === undefined ? {} : { frameRules }),
        },
      },
      [['a:eth0', 'h:p1']],
    );
  const answering = (...tests: readonly Written[]): readonly (string | undefined)[] =>
    every(outward(ebtables({ filter: { FORWARD: [{ tests: [ARP, ...tests] }] } })), 'a', icmp('10.0.0.9')).map(
      (run) => ends(run)[0],
    );

  it('somebody may answer, if the rules let the request go and the answer come back', () => {
    expect(answering({ kind: 'in', name: 'p9' })).toEqual(['leaves h:eth0']);
    expect(answering(REQUEST)).toEqual(['dropped a: no neighbour']);
    expect(answering(REPLY)).toEqual(['dropped a: no neighbour']);
    expect(answering(REPLY, { kind: 'arp destination', of: ip('10.0.0.7') })).toEqual(['leaves h:eth0']);
  });

  it('what depends on his MAC address is open, but that it is no group', () => {
    expect(answering(REPLY, { kind: 'mac source', of: exactly(MAC.none) })).toEqual([
      'leaves h:eth0',
      'dropped a: no neighbour',
    ]);
    const group = { address: macOf('01:00:00:00:00:00'), mask: macOf('01:00:00:00:00:00') };
    expect(answering(REPLY, { kind: 'mac source', of: group })).toEqual(['leaves h:eth0']);
    expect(answering(REPLY, not({ kind: 'mac source', of: group }))).toEqual(['dropped a: no neighbour']);
  });

  it('so is what frames to him meet', () => {
    const to = (test: Written): readonly (string | undefined)[] =>
      every(
        outward(ebtables({ filter: { FORWARD: [{ tests: [{ kind: 'protocol', type: 0x0800 }, test] }] } })),
        'a',
        icmp('10.0.0.9'),
      ).map((run) => ends(run)[0]);
    expect(to({ kind: 'mac destination', of: exactly(MAC.none) })).toEqual(['leaves h:eth0', 'dropped h: rule']);
    expect(to({ kind: 'mac source', of: exactly(MAC.none) })).toEqual(['leaves h:eth0']);
  });
});
