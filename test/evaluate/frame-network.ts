import type { Network } from '../../src/network/network.ts';
import { build, type Host, NO_BRIDGE_NF } from './build.ts';
import { ebtables, IPV4, verdict, type Written } from './frame-rules.ts';

export const MAC = {
  a: '02:00:00:00:00:0a',
  b: '02:00:00:00:00:0b',
  br: '02:00:00:00:01:00',
  p1: '02:00:00:00:01:01',
  p2: '02:00:00:00:01:02',
  none: '02:00:00:00:00:99',
};

/** A rule that only counts. */
export const COUNT = verdict('CONTINUE');

/** a and b on two ports of the bridge of h, who has an address on it; what is more of each. */
export const bridged = (h: Partial<Host> = {}, a: Partial<Host> = {}, b: Partial<Host> = {}): Network =>
  build(
    {
      a: { interfaces: { eth0: { addresses: ['10.0.0.1/24'], mac: MAC.a } }, ...a },
      b: { interfaces: { eth0: { addresses: ['10.0.0.2/24'], mac: MAC.b } }, ...b },
      h: {
        interfaces: {
          p1: { master: 'br0', mac: MAC.p1 },
          p2: { master: 'br0', mac: MAC.p2 },
          br0: { addresses: ['10.0.0.254/24'], mac: MAC.br },
        },
        sysctl: NO_BRIDGE_NF,
        ...h,
      },
    },
    [
      ['a:eth0', 'h:p1'],
      ['b:eth0', 'h:p2'],
    ],
  );

export type Tables = Parameters<typeof ebtables>[0];

/** The same with rules of ebtables on h. */
export const ruled = (tables: Tables, more: Partial<Host> = {}): Network =>
  bridged({ frameRules: ebtables(tables), ...more });

/** Drops IPv4 that meets the tests in FORWARD. */
export const forwarding = (...tests: readonly Written[]): Network =>
  ruled({ filter: { FORWARD: [{ tests: [IPV4, ...tests] }] } });

export const PASSES = ['delivered b', 'delivered a'];
