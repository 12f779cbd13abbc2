import { describe, expect, it } from 'vitest';
import { printAddress } from '../../../src/packet/address.ts';
import type { Extra } from '../../agreement/generate/six/extra.ts';
import { TOPOLOGIES } from '../../agreement/generate/topology.ts';
import { hostOf, type World, type WorldNode } from '../../agreement/generate/world.ts';
import { ask, LOST } from './ask.ts';

const router = TOPOLOGIES['router'] as World;
const hypervisor = TOPOLOGIES['hypervisor'] as World;
const ANSWERED = ['delivered b | delivered a'];
const TO_B = { from: 'a', to: '2001:db8::a02:2' } as const;

const ruled = (node: string, ...rules: NonNullable<Extra['rules'][string]>): Partial<Extra> => ({
  rules: { [node]: rules },
});
const NS = '-p ipv6-icmp -m icmp6 --icmpv6-type 135';
const NA = '-p ipv6-icmp -m icmp6 --icmpv6-type 136';

describe('neighbour discovery', () => {
  it('finds a gateway, a host, and nobody', () => {
    expect(ask(router, TO_B)).toEqual(ANSWERED);
    expect(ask(router, { from: 'b', to: '2001:db8::a02:3' })).toEqual(['delivered c | delivered b']);
    expect(ask(router, { from: 'b', to: '2001:db8::a02:4d' })).toEqual([`b: no neighbour | ${LOST}`]);
  });

  it('passes the rules of whoever asks and whoever answers', () => {
    const stopped = [`a: no neighbour | ${LOST}`];
    expect(ask(router, TO_B, ruled('a', ['filter', `-A OUTPUT ${NS} -j DROP`]))).toEqual(stopped);
    expect(ask(router, TO_B, ruled('a', ['filter', `-A INPUT ${NA} -j DROP`]))).toEqual(stopped);
    expect(ask(router, TO_B, ruled('r', ['filter', `-A INPUT ${NS} -j DROP`]))).toEqual(stopped);
    expect(ask(router, TO_B, ruled('r', ['raw', '-A PREROUTING -s fe80::/10 -j DROP']))).toEqual(ANSWERED);
    expect(ask(router, TO_B, ruled('a', ['filter', `-A INPUT ${NS} -j DROP`]))).toEqual(ANSWERED);
  });

  it('is not tracked, and must not have been passed on by a router', () => {
    const untracked = '-A INPUT -m conntrack --ctstate UNTRACKED -j DROP';
    expect(ask(router, TO_B, ruled('r', ['filter', untracked]))).toEqual([`a: no neighbour | ${LOST}`]);
    expect(ask(router, TO_B, ruled('r', ['mangle', `-A INPUT ${NS} -j HL --hl-dec 1`]))).toEqual([
      `a: no neighbour | ${LOST}`,
    ]);
    expect(ask(router, TO_B, ruled('r', ['mangle', `-A INPUT ${NS} -j MARK --set-xmark 0x1/0xffffffff`]))).toEqual(
      ANSWERED,
    );
  });

  it('is unknown where a rule that nobody knows decides about it', () => {
    const limited = ruled('r', ['filter', `-A INPUT ${NS} -m limit --limit 1/sec -j DROP`]);
    // b asks for the router, too
    expect(ask(router, TO_B, limited)).toEqual([
      `a: no neighbour | ${LOST}`,
      'delivered b | b: no neighbour',
      ...ANSWERED,
    ]);
  });

  it('passes bridges where they show IPv6 to ip6tables, and only there', () => {
    const asked = { from: 'g1', to: '2001:db8::a01:c' } as const;
    const rule = ruled('h', ['filter', `-A FORWARD ${NS} -j DROP`]);
    expect(ask(hypervisor, asked)).toEqual(['delivered g2 | delivered g1']);
    expect(ask(hypervisor, asked, rule)).toEqual([`g1: no neighbour | ${LOST}`]);
    const off = { ...rule, settings: { h: { 'net.bridge.bridge-nf-call-ip6tables': 0 } } };
    expect(ask(hypervisor, asked, off)).toEqual(['delivered g2 | delivered g1']);
  });

  it('teaches whoever answers: no request of its own has to come through', () => {
    const rule = ruled('b', ['filter', `-A OUTPUT ${NS} -j DROP`]);
    expect(ask(router, { from: 'c', to: '2001:db8::a02:2' }, rule)).toEqual(['delivered b | delivered c']);
    expect(ask(router, { from: 'b', to: '2001:db8::a02:3' }, rule)).toEqual([`b: no neighbour | ${LOST}`]);
  });

  it('is answered by the device alone that has the address', () => {
    const far: World = {
      ...router,
      nodes: { ...router.nodes, a: hostOf('10.1.0.2/24', '10.1.0.1', { routes: ['10.2.0.0/24 dev eth0'] }) },
    };
    expect(ask(far, { from: 'a', to: '2001:db8::a02:1' })).toEqual([`a: no neighbour | ${LOST}`]);
    expect(ask(router, { from: 'a', to: '2001:db8::a02:1' })).toEqual(['delivered r | delivered a']);
  });

  it('is not needed for a permanent entry', () => {
    const known: World = {
      ...router,
      nodes: {
        ...router.nodes,
        a: { ...(router.nodes['a'] as WorldNode), neighbours: ['10.1.0.1 eth0 02:00:00:00:02:01'] },
      },
    };
    const rule = ruled('a', ['filter', `-A OUTPUT ${NS} -j DROP`]);
    expect(ask(known, { from: 'a', to: '2001:db8::a01:1' }, rule)).toEqual(['delivered r | delivered a']);
  });

  it('asks for a class of addresses as for each of them', () => {
    const net = 0x20010db800000000000000000a020000n;
    const among = { from: 'b', to: '::', fields: { dst: [[net, net + 0xffn]] as const } };
    const rules = ruled('c', ['filter', '-A INPUT -d ff02::1:ff02:4d -j DROP'], ['filter', `-A INPUT ${NS} -j DROP`]);
    for (const low of [0n, 1n, 2n, 3n, 9n, 0x4dn, 0xffn])
      expect([low, ask(router, { ...among, dst: net + low }, rules)]).toEqual([
        low,
        ask(router, { from: 'b', to: printAddress(net + low) }, rules),
      ]);
  });
});
