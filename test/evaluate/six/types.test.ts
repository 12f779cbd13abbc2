import { describe, expect, it } from 'vitest';
import { addressTypes6 } from '../../../src/evaluate/six/address-types.ts';
import { leadsBack6 } from '../../../src/evaluate/six/way-back.ts';
import { inFamily } from '../../../src/network/family.ts';
import { contains } from '../../../src/packet/ranges.ts';
import { worldOf } from '../at-hook.ts';
import { addr6, build6, FORWARDING6 } from '../six-build.ts';
import { udp6 } from './ask.ts';

const network = inFamily(
  build6(
    {
      a: {
        interfaces: {
          eth0: { addresses: ['2001:db8:1::1/64'], mac: '02:00:00:00:00:0a' },
          eth1: { addresses: ['2001:db8:2::1/64', '2001:db8:2::9/64 tentative'] },
        },
        sysctl: FORWARDING6,
        routes: [
          '2001:db8:9::/48 via 2001:db8:2::3 dev eth1',
          '2001:db8:9::/48 via 2001:db8:1::3 dev eth0 metric 2000',
          'unreachable 2001:db8:dead::/48',
        ],
      },
    },
    [],
  ),
  6,
);
const node = network.nodes.get('a');
if (node === undefined) throw new Error('no node a');

describe('the type of an address (-m addrtype)', () => {
  it.each([
    ['2001:db8:1::1', ['UNICAST', 'LOCAL']],
    ['fe80::ff:fe00:a', ['UNICAST', 'LOCAL']],
    ['::1', ['UNICAST', 'LOCAL']],
    ['2001:db8:1::2', ['UNICAST']],
    ['2001:db8:9::1', ['UNICAST']],
    ['2001:db8:1::', ['UNICAST', 'ANYCAST']],
    ['2001:db8:dead::1', ['UNICAST', 'UNREACHABLE']],
    ['2001:db8:cafe::1', ['UNICAST', 'UNREACHABLE']],
    ['2001:db8:2::9', ['UNICAST']],
    ['ff02::1', ['MULTICAST']],
    ['::', ['UNSPEC', 'UNREACHABLE']],
  ])('%s is %j', (text, expected) => {
    const types = [...addressTypes6(node)].filter(([, set]) => contains(set, addr6(text))).map(([type]) => type);
    expect(types.sort()).toEqual([...expected].sort());
  });

  it('with a device is local if the device has it', () => {
    const local = (text: string): boolean => contains(addressTypes6(node, 'eth0').get('LOCAL') ?? [], addr6(text));
    expect(local('2001:db8:1::1')).toBe(true);
    expect(local('2001:db8:2::1')).toBe(false);
  });
});

describe('the way back (-m rpfilter)', () => {
  const way = { loose: false, marked: false, local: false, inverted: false };
  const back = (src: string, more: Partial<typeof way> = {}, device = 'eth0') =>
    leadsBack6(worldOf(network), node, device, { ...way, ...more }, udp6('2001:db8:1::1', 53, { src: addr6(src) }));

  it.each([
    ['by the device', '2001:db8:1::5', {}, true],
    ['by another device', '2001:db8:2::5', {}, false],
    ['by another device, where any will do', '2001:db8:2::5', { loose: true }, true],
    ['by the device, whatever its metric', '2001:db8:9::5', {}, true],
    ['nowhere', '2001:db8:cafe::1', { loose: true }, false],
    ['to the node itself', '2001:db8:2::1', {}, false],
    ['to the node itself, if that will do', '2001:db8:2::1', { local: true }, true],
    ['to the link', 'fe80::77', {}, true],
    ['to routers of a network', '2001:db8:1::', { loose: true }, false],
    ['to nobody', '::', {}, true],
  ])('leads %s', (_, src, more, expected) => {
    expect(back(src, more)).toBe(expected);
    expect(back(src, { ...more, inverted: true })).toBe(!expected);
  });
});
