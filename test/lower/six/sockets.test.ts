import { describe, expect, it } from 'vitest';
import { only } from '../../../src/packet/ranges.ts';
import { TOPOLOGIES } from '../../agreement/generate/topology.ts';
import type { World } from '../../agreement/generate/world.ts';
import { ask, at } from './ask.ts';

/** s and r share two links; r's default route leads to s by the first. */
const policy = TOPOLOGIES['policy'] as World;
const from = (src: string) => ({ src: only(at(src)) });
const [NEAR, FAR] = ['2001:db8::a04:2', '2001:db8::a05:2'];
const R = { from: 's', to: 'fe80::200:0:202', by: 'eth0' } as const;
const HEARD = 'delivered r | delivered s';
const MISSED = 'delivered r | s: no socket';

describe('a socket that names a device', () => {
  it('hears what comes in there, whether it is bound to it or not', () => {
    for (const proto of ['ICMPV6', 'UDP', 'TCP'] as const)
      expect(ask(policy, { ...R, proto, fields: from(NEAR) })).toEqual([HEARD]);
  });

  it('hears what comes in by another device if it is not bound: a connection is, the others may be', () => {
    expect(ask(policy, { ...R, proto: 'ICMPV6', fields: from(FAR) })).toEqual([HEARD, MISSED]);
    expect(ask(policy, { ...R, proto: 'TCP', fields: from(FAR) })).toEqual([MISSED]);
  });

  it('is bound to it where the destination needs none', () => {
    const far = { ...R, to: '2001:db8::a04:1', fields: from(FAR) };
    expect(ask(policy, { ...far, proto: 'ICMPV6' })).toEqual([MISSED]);
    expect(ask(policy, { ...far, proto: 'ICMPV6', fields: from(NEAR) })).toEqual([HEARD]);
  });

  it('hears its own node by the device that has the address', () => {
    const self = { from: 's', to: 'fe80::200:0:301', by: 'eth0', proto: 'TCP' } as const;
    expect(ask(policy, { ...self, fields: from(NEAR) })).toEqual(['delivered s | delivered s']);
    expect(ask(policy, { ...self, fields: from(FAR) })).toEqual(['delivered s | s: no socket']);
  });
});

describe('what answers udp from an address of a link', () => {
  it('is bound to the link, or not', () => {
    // bound, it answers by the default route of that link; not bound, by the other link, where a bound asker does not hear
    expect(ask(policy, { ...R, fields: from(FAR) })).toEqual([HEARD, MISSED]);
  });
});
