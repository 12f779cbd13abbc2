import { describe, expect, it } from 'vitest';
import type { Exploration } from '../../src/evaluate/explore.ts';
import { every, udp } from './ask.ts';
import { build, FORWARDING, guest } from './build.ts';

/** r picks a source port, an address or nothing at all by a hash; then a rule that may match. */
const explored = (rules: string, budget?: number): Exploration =>
  every(
    build(
      {
        a: guest('10.0.0.1/24', '10.0.0.254'),
        r: {
          interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'] } },
          sysctl: FORWARDING,
          iptables: rules,
        },
        b: guest('10.0.1.1/24', '10.0.1.254'),
      },
      [
        ['a:eth0', 'r:eth0'],
        ['b:eth0', 'r:eth1'],
      ],
    ),
    'a',
    udp('10.0.1.1', 53),
    budget,
  );
const values = (all: Exploration) => all.map(({ met }) => met.map(({ value }) => value));
const ports = (low: number, high: number) =>
  `*nat\n-A POSTROUTING -s 10.0.0.1/32 -p udp -j SNAT --to-source 10.0.1.254:${low}-${high}`;
const LIMIT = '*filter\n-A FORWARD -s 10.0.0.1/32 -m limit --limit 1/sec';

describe('exploring', () => {
  it('visits a set of up to eight values whole', () => {
    const all = explored(ports(5001, 5008));
    expect(values(all)).toEqual([[5001], [5002], [5003], [5004], [5005], [5006], [5007], [5008]]);
    expect(all.complete).toBe(true);
  });

  it('visits a larger one at its corners, and says that this is not all', () => {
    const all = explored(ports(5001, 5009));
    expect(values(all)).toEqual([[5001], [5009]]);
    expect(all.complete).toBe(false);
  });

  it('combines every value with every value of what was met before, depth first', () => {
    expect(values(explored(`${LIMIT}\n${ports(5001, 5002)}`))).toEqual([
      [0, 5001],
      [0, 5002],
      [1, 5001],
      [1, 5002],
    ]);
  });

  it('meets afresh what another choice leads to', () => {
    const all = explored(`${LIMIT} -j DROP\n${ports(5001, 5002)}`);
    expect(values(all)).toEqual([[0, 5001], [0, 5002], [1]]);
    expect(all.complete).toBe(true);
  });

  it('runs as often as its budget allows, and is complete if that was enough', () => {
    for (const [budget, runs, complete] of [
      [1, 1, false],
      [2, 2, false],
      [3, 3, true],
      [4, 3, true],
    ] as const) {
      const all = explored(ports(5001, 5003), budget);
      expect([all.length, all.complete]).toEqual([runs, complete]);
    }
  });

  it('needs one run where nothing is open', () => {
    const all = explored('*filter\n-A FORWARD -p udp');
    expect([values(all), all.complete]).toEqual([[[]], true]);
  });
});
