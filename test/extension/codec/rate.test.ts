import { describe, expect, it } from 'vitest';
import { hashBurst, hashRate } from '../../../src/extension/codec/hashrate.ts';
import { period } from '../../../src/extension/codec/period.ts';
import { probability } from '../../../src/extension/codec/probability.ts';
import { packetRate } from '../../../src/extension/codec/rate.ts';
import { said } from './said.ts';

// each row as iptables 1.8.9 reads and saves it
describe('a rate', () => {
  // biome-ignore format: a table
  it.each([
    ['5', '5/sec'], ['5/s', '5/sec'], ['5/SEC', '5/sec'], ['5/se', '5/sec'], ['5/second', '5/sec'],
    ['5/m', '5/min'], ['5/minu', '5/min'], ['5/minute', '5/min'], ['5/h', '5/hour'], ['5/hour', '5/hour'], ['5/d', '5/day'], ['5/day', '5/day'],
    ['120/minute', '2/sec'], ['60/min', '1/sec'], ['59/min', '59/min'], ['61/min', '61/min'], ['7/min', '7/min'], ['100/day', '100/day'], ['1000/min', '1000/min'],
  ])('%s is saved as %s', (text, saved) => {
    expect([said(packetRate, text), said(hashRate, text)]).toEqual([saved, saved]);
  });

  it.each([
    ['10000/s', '10000/sec'],
    ['10001/s', '`10001/s` is too fast; at most 10000 a second'],
    ['4294967295/d', '`4294967295/d` is too fast; at most 10000 a second'],
    // what lies between two steps is the next faster one
    ['7000/s', '10000/sec'],
    ['961/min', '16/sec'],
    ['962/min', '963/min'],
    ['6001/hour', '100/min'],
  ])('in steps of 1/10000 s: %s comes out as %s', (text, saved) => {
    expect(said(packetRate, text)).toBe(saved);
  });

  it.each([
    ['1000000/s', '1000000/sec'],
    ['1000001/s', '`1000001/s` is too fast; at most 1000000 a second'],
    ['700000/s', '1000000/sec'],
    ['90/hour', '90/hour'],
    ['100000/hour', '100000/hour'],
  ])('of hashlimit, in steps of 1/1000000 s: %s comes out as %s', (text, saved) => {
    expect(said(hashRate, text)).toBe(saved);
  });

  it.each([
    ['5/', '`` is no unit of time; one of: second, minute, hour, day'],
    ['5/x', '`x` is no unit of time; one of: second, minute, hour, day'],
    ['5/secs', '`secs` is no unit of time; one of: second, minute, hour, day'],
    ['5/s/m', '`s/m` is no unit of time; one of: second, minute, hour, day'],
    ['5/s1', '`s1` is no unit of time; one of: second, minute, hour, day'],
    ['0/s', '`0` is not a number from 1 to 4294967295'],
    ['x5/s', '`x5` is not a number from 1 to 4294967295'],
    ['/s', '`` is not a number from 1 to 4294967295'],
  ])('%s is none', (text, why) => {
    expect([said(packetRate, text), said(hashRate, text)]).toEqual([why, why]);
  });
});

describe('of bytes', () => {
  it.each([
    ['512kb/s', '512kb/s'],
    ['512kb/second', '512kb/s'],
    ['10mb/sec', '10mb/s'],
    ['12b/sx', '12b/s'],
  ])('%s is saved as %s', (text, saved) => {
    expect(said(hashRate, text)).toBe(saved);
  });

  it.each(['x512kb/s', 'kb/s', '512gb/s', '512KB/s', '512kb'])('%s is none', (text) => {
    expect(said(hashRate, text)).toBe(`\`${text.split('/')[0]}\` is not a number from 1 to 4294967295`);
  });

  it.each(['1', '10', '400kb', '1mb', '1000b'])('a burst of %s', (text) => {
    expect(said(hashBurst, text)).toBe(text);
  });

  it.each(['0', 'x7', '7x', '7gb', '7k', ''])('%j is no burst', (text) => {
    expect(said(hashBurst, text)).toBe(`\`${text}\` is no burst`);
  });
});

describe('a time of tc', () => {
  it.each([
    ['250ms', '250.0ms'],
    ['0.5s', '500.0ms'],
    ['1.5s', '1.5s'],
    ['8000MSECS', '8.0s'],
    ['1sec', '1.0s'],
    ['1secs', '1.0s'],
    ['1s', '1.0s'],
    ['1msec', '1.0ms'],
    ['250000', '250.0ms'],
    ['999us', '999us'],
    ['12usec', '12us'],
    ['12usecs', '12us'],
    ['1.us', '1us'],
    ['0', '0us'],
  ])('%s is saved as %s', (text, saved) => {
    expect(said(period, text)).toBe(saved);
  });

  it.each(['ms', '250xs', '', 'x1s', 's1', '1s1', '1.2.3s', '.5s', '5constructor'])('%j is none', (text) => {
    expect(said(period, text)).toBe(`\`${text}\` is no time; a number with us, ms or s`);
  });
});

describe('a chance', () => {
  it.each([
    ['0', '0.00000000000'],
    ['.5', '0.50000000000'],
    ['0.5', '0.50000000000'],
    ['00.5', '0.50000000000'],
    ['1.', '1.00000000000'],
    ['1', '1.00000000000'],
    ['1e-1', '0.10000000009'],
    // in units of 2^-31
    ['0.1', '0.10000000009'],
    ['0.33', '0.33000000007'],
  ])('%s is saved as %s', (text, saved) => {
    expect(said(probability, text)).toBe(saved);
  });

  it.each(['1.1', '-0.1', '5.', 'x.5', '.5x', '.', '', '1.2.3'])('%j is none', (text) => {
    expect(said(probability, text)).toBe(`\`${text}\` is no probability; a number from 0 to 1`);
  });
});
