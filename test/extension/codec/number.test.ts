import { describe, expect, it } from 'vitest';
import { bigInterval, bigNumber } from '../../../src/extension/codec/big.ts';
import { hexInteger, integer, interval, markAndMask } from '../../../src/extension/codec/number.ts';
import { said } from './said.ts';

const MOST = '18446744073709551615';
const byte = integer(1, 255);
const hexByte = hexInteger();
const bytes = interval(1, 255);
const mark = markAndMask();
const fullMark = markAndMask('printed');

describe('a number is read by strtoul', () => {
  it.each([
    ['1', '1'],
    ['255', '255'],
    ['010', '8'],
    ['0377', '255'],
    ['0x1F', '31'],
    ['0XfF', '255'],
  ])('%s is %s', (text, printed) => {
    expect(said(byte, text)).toBe(printed);
  });

  it.each(['0', '256', '09', '018', '0x', '0xfg', '10x1', 'x1', '1x', '01x', '-1', '1.5', '1e1', ''])(
    '%j is none',
    (text) => {
      expect(said(byte, text)).toBe(`\`${text}\` is not a number from 1 to 255`);
    },
  );

  it('is printed in the base of the option', () => {
    expect([said(byte, '0x10'), said(hexByte, '16')]).toEqual(['16', '0x10']);
  });
});

describe('a range of numbers', () => {
  it.each([
    ['5', '5'],
    ['5:5', '5'],
    ['5:9', '5:9'],
    [':9', '1:9'],
    ['5:', '5:255'],
    [':', '1:255'],
    ['9:5', '`9:5` runs backwards; write 5:9'],
    ['0:9', '`0` is not a number from 1 to 255'],
    ['5:256', '`256` is not a number from 1 to 255'],
    ['1:2:3', '`2:3` is not a number from 1 to 255'],
  ])('%s comes out as %s', (text, saved) => {
    expect(said(bytes, text)).toBe(saved);
  });
});

describe('a value with a mask', () => {
  it.each([
    ['16', '0x10', '0x10/0xffffffff'],
    ['0x10/0xf0', '0x10/0xf0', '0x10/0xf0'],
    ['1/0', '0x1/0x0', '0x1/0x0'],
    ['1/4294967295', '0x1', '0x1/0xffffffff'],
  ])('%s is printed as %s, or %s where full masks are printed', (text, short, full) => {
    expect([said(mark, text), said(fullMark, text)]).toEqual([short, full]);
  });

  it.each([
    ['1/', ''],
    ['/1', ''],
    ['1/2/3', '2/3'],
    ['4294967296', '4294967296'],
    ['1/4294967296', '4294967296'],
  ])('%s is refused for `%s`', (text, part) => {
    expect(said(mark, text)).toBe(`\`${part}\` is not a number from 0 to 4294967295`);
  });
});

describe('numbers of 64 bits', () => {
  it.each([
    ['0', '0'],
    ['007', '7'],
    [MOST, MOST],
  ])('%s is printed as %s', (text, printed) => {
    expect(said(bigNumber, text)).toBe(printed);
  });

  it.each(['18446744073709551616', '', '-1', 'x1', '1x'])('%j is none', (text) => {
    expect(said(bigNumber, text)).toBe(`\`${text}\` is not a number from 0 to ${MOST}`);
  });

  it.each([
    ['0:1000', '0:1000'],
    [':5', '0:5'],
    ['5', '5'],
    ['5:', '5'],
    ['5:5', '5:5'],
    [`5:${MOST}`, '5'],
  ])('from %s are printed as %s', (text, printed) => {
    expect(said(bigInterval, text)).toBe(printed);
  });

  it.each(['9:5', '1:2:3', 'x', '1:x', 'x:1', '18446744073709551616'])('%s is no range of them', (text) => {
    expect(said(bigInterval, text)).toBe(`\`${text}\` is no range of numbers from 0 to ${MOST}`);
  });
});
