import { describe, expect, it } from 'vitest';
import { leadsBack } from '../../src/evaluate/way-back.ts';
import type { PolicyRule } from '../../src/network/network.ts';
import { packet } from '../../src/packet/packet.ts';
import { worldOf } from './at-hook.ts';
import { addr, build, type Host } from './build.ts';

const strict = { loose: false, marked: false, local: false, inverted: false };
const interfaces = { eth0: { addresses: ['10.0.0.2/24'] }, eth1: { addresses: ['10.0.1.2/24'] } };

/** Whether the way back from `b` leads where a packet came in from, by eth0 if nothing else is said. */
function back(
  src: string,
  way: Partial<typeof strict> = {},
  host: Partial<Host> = {},
  dst = '10.0.0.2',
  device = 'eth0',
) {
  const network = build({ b: { interfaces, ...host } }, []);
  const node = network.nodes.get('b');
  if (node === undefined) throw new Error('no b');
  const of = packet({ src: addr(src), dst: addr(dst), proto: 17, sport: 40000, dport: 53, mark: 7, tos: 16 });
  return leadsBack(worldOf(network), node, device, { ...strict, ...way }, of);
}
const rule = (more: Partial<PolicyRule>): PolicyRule => ({
  priority: 100,
  inverted: false,
  action: { kind: 'table', table: 7 },
  text: '100: rule',
  ...more,
});

describe('the way back', () => {
  it('leads to the device that the packet came in by, to any if it is loose', () => {
    expect([back('10.0.0.9'), back('10.0.1.9'), back('8.8.8.8')]).toEqual([true, false, false]);
    const loose = { loose: true };
    expect([back('10.0.0.9', loose), back('10.0.1.9', loose), back('8.8.8.8', loose)]).toEqual([true, true, false]);
  });

  it('may be by any of several next hops', () => {
    const routes = ['192.0.2.0/24 nexthop via 10.0.1.9 dev eth1 nexthop via 10.0.0.9 dev eth0'];
    expect(back('192.0.2.1', {}, { routes })).toBe(true);
    expect(back('192.0.2.1', {}, { routes }, '10.0.0.2', 'eth2')).toBe(false);
  });

  it('is the other answer where it is inverted', () => {
    const inverted = { inverted: true };
    expect(['10.0.0.9', '10.0.1.9', '8.8.8.8', '10.0.0.2', '10.0.0.255'].map((src) => back(src, inverted))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  it('to an own address counts only where local ones do, to a broadcast never', () => {
    const local = { local: true };
    expect([back('10.0.0.2'), back('10.0.0.2', local), back('10.0.1.2', local)]).toEqual([false, true, false]);
    expect([back('10.0.0.255'), back('10.0.0.255', local), back('10.0.0.255', { ...local, loose: true })]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is looked up as what the node sends itself, without protocol and ports', () => {
    const away = (more: Partial<PolicyRule>, way: Partial<typeof strict> = {}, dst?: string) =>
      back('10.0.0.9', way, { rules: [rule(more)], routes: ['default dev eth1 table 7'] }, dst) === false;
    expect([away({ iif: 'lo' }), away({ iif: 'eth0' })]).toEqual([true, false]);
    expect([
      away({ protocol: 17 }),
      away({ protocol: 0 }),
      away({ sport: [53, 53] }),
      away({ dport: [40000, 40000] }),
    ]).toEqual([false, true, false, false]);
    expect(away({ tos: 16 })).toBe(true);
    const mark = { mark: { value: 7, mask: 0xff } };
    expect([away(mark), away(mark, { marked: true })]).toEqual([false, true]);
    const own = (text: string) => ({ from: { address: addr(text), length: 32 } });
    expect([away(own('10.0.0.2')), away(own('0.0.0.0'))]).toEqual([true, false]);
    // nobody answers from a group
    for (const dst of ['224.0.0.5', '255.255.255.255'])
      expect([away(own(dst), {}, dst), away(own('0.0.0.0'), {}, dst)]).toEqual([false, true]);
  });

  it('is open where routes are not shown', () => {
    expect(back('10.0.0.9', {}, { undecided: new Map([['routes', 'not shown']]) })).toEqual({
      id: 'b routes to 10.0.0.9',
      reason: 'not shown',
    });
  });
});
