import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  holds,
  isGroupMac,
  netmask,
  parseAddress,
  parseMac,
  parsePrefix,
  prefix,
  printAddress,
  printMac,
  printPrefix,
  rangeOf,
} from '../../src/packet/address.ts';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('an address', () => {
  it('prints as it is read', () => {
    fc.assert(
      fc.property(address, (value) => {
        expect(parseAddress(printAddress(value))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (mac) => {
        expect(parseMac(printMac(mac))).toBe(mac);
      }),
    );
  });

  it.each(['10.0.0', '10.0.0.256', '010.0.0.1', '10.0.0.1 ', '1e1.0.0.1', ''])('%j is none', (text) =>
    expect(parseAddress(text)).toBeUndefined(),
  );
  it.each(['08:00:27:8f:87', '08:00:27:8f:87:fg', '0800278f87fa'])('%j is no MAC address', (text) =>
    expect(parseMac(text)).toBeUndefined(),
  );

  it('of a group has the first bit on the wire set', () => {
    expect(isGroupMac(0xffffffffffff)).toBe(true);
    expect(isGroupMac(0x01005e000001)).toBe(true);
    expect(isGroupMac(0x0800278f87fa)).toBe(false);
  });
});

describe('a prefix', () => {
  it('cuts the host bits off and prints as it is read', () => {
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), (value, length) => {
        const cut = prefix(value, length);
        expect(parsePrefix(printPrefix(cut))).toEqual(cut);
        expect(parsePrefix(`${printAddress(value)}/${length}`)).toEqual(cut);
        expect(holds(cut, value)).toBe(true);
        const [low, high] = rangeOf(cut);
        expect(holds(cut, low) && holds(cut, high)).toBe(true);
        if (low > 0) expect(holds(cut, low - 1)).toBe(false);
        if (high < 2 ** 32 - 1) expect(holds(cut, high + 1)).toBe(false);
      }),
    );
  });

  it.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '/24', '10.0.0/24'])('%j is none', (text) =>
    expect(parsePrefix(text)).toBeUndefined(),
  );
  it('refuses a length that no prefix has', () => expect(() => prefix(0, 33)).toThrow(RangeError));
  it('has a netmask', () =>
    expect([0, 8, 24, 32].map((length) => printAddress(netmask(length)))).toEqual([
      '0.0.0.0',
      '255.0.0.0',
      '255.255.255.0',
      '255.255.255.255',
    ]));
});
