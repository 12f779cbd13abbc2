import { describe, expect, it } from 'vitest';
import type { AddressTypes } from '../../../src/extension/definition.ts';
import { only } from '../../../src/packet/ranges.ts';
import { asked, contextOf } from '../ask.ts';

const four = new Map<string, readonly (readonly [number, number])[]>([
  ['LOCAL', [[5, 5]]],
  ['MULTICAST', [[8, 9]]],
  ['UNICAST', [[6, 7]]],
]);
const dst = (types: string, address: number) =>
  asked(`-m addrtype ${types}`, { dst: address }, contextOf({ addressTypes: () => four }));

describe('of IPv4, an address is of one of the types that are asked for', () => {
  it.each([
    ['--dst-type LOCAL', 5, true],
    ['--dst-type LOCAL', 6, false],
    ['! --dst-type LOCAL', 5, false],
    ['! --dst-type LOCAL', 6, true],
    ['--dst-type LOCAL,MULTICAST', 9, true],
    ['--dst-type LOCAL,MULTICAST', 7, false],
    // no address is of a type that routing does not have
    ['--dst-type THROW', 5, false],
    ['! --dst-type THROW', 5, true],
  ])('%s of %i: %s', (types, address, matched) => {
    expect(dst(types, address)).toBe(matched);
  });

  it('source and destination must both hold', () => {
    const both = (src: number, to: number) =>
      asked(
        '-m addrtype ! --src-type LOCAL --dst-type LOCAL',
        { src, dst: to },
        contextOf({ addressTypes: () => four }),
      );
    expect([both(6, 5), both(5, 5), both(6, 6)]).toEqual([true, false, false]);
  });
});

describe('a limit asks routing as it is at one device', () => {
  const BY: Readonly<Record<string, number>> = { eth0: 2, eth1: 3 };
  const seen = (limit = ''): AddressTypes => new Map([['LOCAL', only(BY[limit] ?? 1)]]);
  it.each([
    ['', 1],
    [' --limit-iface-in', 2],
    [' --limit-iface-out', 3],
  ])('LOCAL%s', (limit, own) => {
    const context = contextOf({ in: 'eth0', out: 'eth1', addressTypes: seen });
    for (const address of [1, 2, 3])
      expect(asked(`-m addrtype --dst-type LOCAL${limit}`, { dst: address }, context)).toBe(address === own);
  });
});

// match_type6: what it looks like must hold, each type of it, and then one of what routing says
describe('of IPv6, what an address looks like is one question, and what routing says of it another', () => {
  const six = new Map<string, readonly (readonly [bigint, bigint])[]>([
    ['UNSPEC', [[0n, 0n]]],
    ['UNICAST', [[1n, 9n]]],
    [
      'LOCAL',
      [
        [5n, 5n],
        [20n, 20n],
      ],
    ],
    ['ANYCAST', [[6n, 6n]]],
    ['UNREACHABLE', [[7n, 7n]]],
    ['MULTICAST', [[20n, 29n]]],
  ]);
  const context = contextOf({ family: 6, addressTypes: () => six });
  it.each([
    ['LOCAL', [5, 20]],
    ['LOCAL,ANYCAST', [5, 6, 20]],
    ['UNREACHABLE', [7]],
    ['UNICAST', [5, 6, 7, 8]],
    ['UNICAST,LOCAL', [5]],
    ['UNICAST,LOCAL,UNREACHABLE', [5, 7]],
    ['MULTICAST,LOCAL', [20]],
    ['MULTICAST', [20, 21]],
    ['UNICAST,MULTICAST', []],
    ['UNSPEC', [0]],
    ['UNSPEC,UNICAST', []],
  ])('--dst-type %s holds for %j', (types, held) => {
    for (const address of [0, 5, 6, 7, 8, 20, 21]) {
      const fields = { src: 0n, dst: BigInt(address) };
      expect([address, asked(`-m addrtype --dst-type ${types}`, fields, context)]).toEqual([
        address,
        held.includes(address),
      ]);
      expect(asked(`-m addrtype ! --dst-type ${types}`, fields, context)).toBe(!held.includes(address));
    }
  });
});
