import { describe, expect, it } from 'vitest';
import {
  addressAndMask,
  addressRange,
  anyAddressRange,
  ipv4,
  lengthOf,
  mac,
  networkOf,
  printMask,
  readAddress,
  readMask,
  readNetwork,
  readShortNetwork,
} from '../../../src/extension/codec/address.ts';
import { printAddress } from '../../../src/packet/address.ts';
import { said, saidOf } from './said.ts';

const NAMES = 'write the address that it stands for: names are not looked up';

describe('one address', () => {
  it.each(['0.0.0.0', '10.1.2.3', '255.255.255.255'])('%s', (text) => {
    expect(said(ipv4, text)).toBe(text);
  });

  it.each(['www.example.org', 'h', 'Web_1-a.lan', 'abc.'])('%s is a host name, and not looked up', (text) => {
    expect(saidOf(readAddress(text), printAddress)).toBe(`\`${text}\` is a host name; ${NAMES}`);
  });

  it.each(['', '10', '10.0.0.256', '1.2.3.4.5', '.abc', '1abc', 'a b', 'a/b', '::1'])('%j is none', (text) => {
    expect(said(ipv4, text)).toBe(`\`${text}\` is not an IPv4 address`);
  });
});

describe('a mask', () => {
  // lengths are read by strtoul: 032 is 26
  it.each([
    ['0', '0'],
    ['8', '8'],
    ['0x8', '8'],
    ['032', '26'],
    ['32', '32'],
    ['255.255.255.0', '24'],
    ['0.0.0.0', '0'],
    ['255.255.0.255', '255.255.0.255'],
    ['0.0.0.255', '0.0.0.255'],
  ])('/%s is printed as %s', (text, printed) => {
    expect(saidOf(readMask(text), printMask)).toBe(printed);
  });

  it.each(['33', '-1', '1e1', '', '255.255', 'x', '8x'])('/%s is none', (text) => {
    expect(said(addressAndMask, `10.0.0.0/${text}`)).toBe(
      `\`/${text}\` is no mask; a length from 0 to 32 or a dotted mask`,
    );
  });

  it('has a length if no 1 stands behind a 0', () => {
    expect([0, 0x80000000, 0xffffff00, 0xfffffffe, 0xffffffff].map(lengthOf)).toEqual([0, 1, 24, 31, 32]);
    expect([1, 0x7fffffff, 0xff00ff00].map(lengthOf)).toEqual([undefined, undefined, undefined]);
  });
});

describe('address and mask', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['10.1.2.3/32', '10.1.2.3'],
    ['10.1.2.3/8', '10.1.2.3/8'],
    ['10.1.2.3/0', '10.1.2.3/0'],
  ])('of conntrack: %s is printed as %s', (text, printed) => {
    expect(said(addressAndMask, text)).toBe(printed);
  });

  it.each([
    ['10.1.2.3', '10.1.2.3/32'],
    ['10.1.2.3/24', '10.1.2.0/24'],
  ])('of NETMAP: %s is printed as %s', (text, printed) => {
    expect(said(networkOf, text)).toBe(printed);
  });

  it.each([
    ['10/8', '10.0.0.0/8'],
    ['10.1/16', '10.1.0.0/16'],
    ['10.1.2/24', '10.1.2.0/24'],
    ['10', '10.0.0.0/32'],
    ['192.168', '192.168.0.0/32'],
    ['10.1.2.3/255.255.0.255', '10.1.0.3/255.255.0.255'],
  ])('of -s: %s is printed as %s', (text, printed) => {
    expect(saidOf(readShortNetwork(text), ({ address, mask }) => `${printAddress(address)}/${printMask(mask)}`)).toBe(
      printed,
    );
  });

  // 0.0.0.10/8 to the kernel: nobody means that
  it.each(['10/8', '10.1/16', '10.1.2/24', '/8'])('elsewhere than behind -s a short one is refused: %s', (text) => {
    const refused = `\`${text.split('/')[0]}\` is not an IPv4 address`;
    expect([said(addressAndMask, text), said(networkOf, text), saidOf(readNetwork(text), String)]).toEqual(
      Array(3).fill(refused),
    );
  });

  it.each(['x10/8', '10.1.2.3.4/8', '10.1x/16'])('is none even to -s: %s', (text) => {
    expect(saidOf(readShortNetwork(text), String)).toMatch(/is not an IPv4 address|is a host name/);
  });

  it('of NETMAP has no gaps: its host bits are those of the old address', () => {
    expect(said(networkOf, '10.0.0.0/255.0.255.0')).toBe('`10.0.0.0/255.0.255.0` has a mask with gaps');
  });
});

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1', '10.0.0.1-10.0.0.1'],
    ['10.0.0.1-10.0.0.1', '10.0.0.1', '10.0.0.1-10.0.0.1'],
    ['10.0.0.1-10.0.0.2', '10.0.0.1-10.0.0.2', '10.0.0.1-10.0.0.2'],
    ['10.0.0.2-10.0.0.1', '`10.0.0.2-10.0.0.1` runs backwards', '10.0.0.2-10.0.0.1'],
    ['10.0.0.1-', '`` is not an IPv4 address', '`` is not an IPv4 address'],
    ['1.1.1.1-2.2.2.2-3.3.3.3', '`2.2.2.2-3.3.3.3` is not an IPv4 address', '`2.2.2.2-3.3.3.3` is not an IPv4 address'],
    ['h-2.2.2.2', `\`h\` is a host name; ${NAMES}`, `\`h\` is a host name; ${NAMES}`],
  ])('%s is %s to nat, %s to iprange', (text, nat, iprange) => {
    expect([said(addressRange, text), said(anyAddressRange, text)]).toEqual([nat, iprange]);
  });
});

describe('a MAC address', () => {
  it.each([
    ['02:00:00:00:00:01', '02:00:00:00:00:01'],
    ['2:0:0A:b:0:1', '02:00:0a:0b:00:01'],
  ])('%s is printed as %s', (text, printed) => {
    expect(said(mac, text)).toBe(printed);
  });

  it.each(['02-00-00-00-00-01', '02:00:00:00:00', '02:00:00:00:00:001', '02:00:00:00:00:0g', ''])(
    '%j is none',
    (text) => {
      expect(said(mac, text)).toBe(`\`${text}\` is not a MAC address; six bytes: 02:00:00:00:00:01`);
    },
  );
});
