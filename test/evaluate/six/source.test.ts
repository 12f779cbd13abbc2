import { describe, expect, it } from 'vitest';
import { selectAddress6 } from '../../../src/evaluate/six/source.ts';
import { inFamily } from '../../../src/network/family.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { worldOf } from '../at-hook.ts';
import { addr6, build6, type Port6 } from '../six-build.ts';

/** The source for packets to an address, by a device or by whichever. */
function source(
  interfaces: Readonly<Record<string, Port6>>,
  towards: string,
  out: string | null = 'eth0',
  sysctl: Readonly<Record<string, number>> = {},
): string | undefined {
  const network = inFamily(build6({ a: { interfaces, sysctl } }, []), 6);
  const node = network.nodes.get('a');
  if (node === undefined) throw new Error('no node a');
  const found = selectAddress6(worldOf(network), node, out ?? undefined, addr6(towards));
  return found === undefined ? undefined : printAddress(found);
}

const eth0 = (...addresses: readonly string[]) => ({ eth0: { addresses, mac: '02:00:00:00:00:0a' } });
const LL = 'fe80::ff:fe00:a';

describe('the source of a packet (RFC 6724)', () => {
  it.each([
    [
      'is the destination itself, if the node has it',
      eth0('2001:db8::1/64', '2001:db8::2/64'),
      '2001:db8::2',
      '2001:db8::2',
    ],
    ['is wide enough', eth0('2001:db8::1/64'), '2001:db8:9::1', '2001:db8::1'],
    ['is no wider than it must be', eth0('2001:db8::1/64'), 'fe80::9', LL],
    ['is too narrow where there is no other', { eth0: { addresses: [], mac: '02:00:00:00:00:0a' } }, '2001:db8::9', LL],
    [
      'is not deprecated if another will do',
      eth0('2001:db8::1/64 deprecated', '2001:db8:5::1/64'),
      '2001:db8::9',
      '2001:db8:5::1',
    ],
    ['is deprecated where there is no other', eth0('2001:db8::1/64 deprecated'), '2001:db8::9', '2001:db8::1'],
    ['is never tentative', eth0('2001:db8::1/64 tentative'), '2001:db8::9', LL],
    ["has the destination's label", eth0('2001:db8::1/64', 'fd00::1/64'), 'fd00:5::9', 'fd00::1'],
    ['has not another label', eth0('fd00::1/64', '2001:db8::1/64'), '2001:db8:5::9', '2001:db8::1'],
    ['is not temporary', eth0('2001:db8::1/64 temporary', '2001:db8:5::1/64'), '2001:db8::9', '2001:db8:5::1'],
    [
      'has the longest prefix in common',
      eth0('2001:db8:1::1/64', '2001:db8:2::1/64'),
      '2001:db8:2::9',
      '2001:db8:2::1',
    ],
    [
      'has no more in common than its prefix is long',
      eth0('2001:db8::8/64', '2001:db8::1/64'),
      '2001:db8::9',
      '2001:db8::8',
    ],
    ['is the first of equals', eth0('2001:db8:1::1/64', '2001:db8:1::2/64'), '2001:db8:9::9', '2001:db8:1::1'],
  ])('%s', (_, interfaces, towards, expected) => {
    expect(source(interfaces, towards)).toBe(expected);
  });

  const two = { eth0: { addresses: ['2001:db8:1::1/64'] }, eth1: { addresses: ['2001:db8:2::1/64'] } };

  it('is one of the device before one that fits better, if the device is known', () => {
    expect(source(two, '2001:db8:2::9', 'eth0')).toBe('2001:db8:1::1');
    expect(source(two, '2001:db8:2::9', null)).toBe('2001:db8:2::1');
  });

  it('is one of another device where the device has none of that scope', () => {
    const bare = { eth0: { addresses: [] }, eth1: { addresses: ['2001:db8:2::1/64'] } };
    expect(source(bare, '2001:db8:9::9', 'eth0')).toBe('2001:db8:2::1');
    expect(source(bare, '2001:db8:9::9', 'eth0', { 'net.ipv6.conf.eth0.use_oif_addrs_only': 1 })).toMatch(/^fe80/);
  });

  it('is one of the device for groups and link-local destinations', () => {
    const bare = { eth0: { addresses: [], bare: true }, eth1: { addresses: ['2001:db8:2::1/64'] } };
    expect(source(bare, 'ff05::2', 'eth0')).toBe(undefined);
    expect(source(bare, 'fe80::9', 'eth0')).toBe(undefined);
    expect(source(bare, '2001:db8::9', 'eth0')).toBe('2001:db8:2::1');
  });

  it('is temporary where use_tempaddr asks for that', () => {
    const both = eth0('2001:db8:5::1/64', '2001:db8:5::2/64 temporary');
    expect(source(both, '2001:db8::9', 'eth0', { 'net.ipv6.conf.eth0.use_tempaddr': 2 })).toBe('2001:db8:5::2');
    expect(source(both, '2001:db8::9', 'eth0', { 'net.ipv6.conf.eth0.use_tempaddr': 1 })).toBe('2001:db8:5::1');
  });

  it('is not one of a device that is down', () => {
    expect(source({ ...two, eth1: { ...two.eth1, up: false } }, '2001:db8:2::9', null)).toBe('2001:db8:1::1');
  });
});
