import { describe, expect, it } from 'vitest';
import { printNetwork6, readAddressAndMask6, readNetwork6 } from '../../../src/extension/codec/address6.ts';
import { saidOf } from './said.ts';

const read = (text: string, mask: 'printed' | 'left out' = 'printed') =>
  saidOf(readAddressAndMask6(text), (one) => printNetwork6(one, mask));

describe('address and mask of IPv6', () => {
  it.each([
    ['dead::beef', 'dead::beef/128'],
    ['dead::beef/128', 'dead::beef/128'],
    ['dead::beef/64', 'dead::beef/64'],
    ['dead::beef/0x10', 'dead::beef/16'],
    ['dead::beef/ffff::', 'dead::beef/16'],
    ['dead::beef/0', 'dead::beef/0'],
    ['dead::beef/::', 'dead::beef/0'],
    ['dead::beef/ffff::ffff', 'dead::beef/ffff::ffff'],
    ['dead::beef/ffff:0:ff00::', 'dead::beef/ffff:0:ff00::'],
  ])('%s is printed as %s', (text, printed) => {
    expect(read(text)).toBe(printed);
  });

  it('is printed without a full mask where the tool leaves it out, and with any other', () => {
    expect([read('dead::beef', 'left out'), read('dead::beef/127', 'left out')]).toEqual([
      'dead::beef',
      'dead::beef/127',
    ]);
  });

  it('of a network has no host bits', () => {
    expect(saidOf(readNetwork6('dead::beef/ffff::f'), (one) => printNetwork6(one, 'printed'))).toBe('dead::f/ffff::f');
  });

  it.each([
    ['dead::/129', '`/129` is no mask; a length from 0 to 128'],
    ['dead::/x', '`/x` is no mask; a length from 0 to 128'],
    ['dead::/', '`/` is no mask; a length from 0 to 128'],
    ['/64', '`` is not an IPv6 address'],
    ['10.0.0.1', '`10.0.0.1` is not an IPv6 address'],
    [
      'www.example.org/64',
      '`www.example.org` is a host name; write the address that it stands for: names are not looked up',
    ],
  ])('%s is refused', (text, why) => {
    expect(read(text)).toBe(why);
  });
});
