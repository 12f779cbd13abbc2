import { describe, expect, it } from 'vitest';
import { clock, days, instant, weekdays } from '../../../src/extension/codec/calendar.ts';
import { said } from './said.ts';

// each row as iptables 1.8.9 reads and saves it
describe('a time of day', () => {
  it.each([
    ['1:2', '01:02:00'],
    ['00:00', '00:00:00'],
    ['23:59:59', '23:59:59'],
    ['12:34:56', '12:34:56'],
  ])('%s is saved as %s', (text, saved) => {
    expect(said(clock, text)).toBe(saved);
  });

  it.each(['24:00', '23:60', '23:59:60', '01', '', '1:2:3:4', '-1:00', '1:2x', 'x1:2', '123:00', '1:234', '1:2:345'])(
    '%j is none',
    (text) => {
      expect(said(clock, text)).toBe(`\`${text}\` is no time of day; from 00:00:00 to 23:59:59`);
    },
  );
});

describe('a date', () => {
  it.each([
    ['2012', '2012-01-01T00:00:00'],
    ['2012-12', '2012-12-01T00:00:00'],
    ['2012-1-2', '2012-01-02T00:00:00'],
    ['2012-1-2T3', '2012-01-02T03:00:00'],
    ['2012-1-2T3:4', '2012-01-02T03:04:00'],
    ['2012-1-2T3:4:5', '2012-01-02T03:04:05'],
    ['1970', '1970-01-01T00:00:00'],
    ['2038-12-31T23:59:59', '2038-12-31T23:59:59'],
    // days and months that there are not count on, as mktime does it
    ['2012-02-31', '2012-03-02T00:00:00'],
    ['2012-00-05', '2011-12-05T00:00:00'],
    ['2012-01-00', '2011-12-31T00:00:00'],
  ])('%s is saved as %s', (text, saved) => {
    expect(said(instant, text)).toBe(saved);
  });

  // biome-ignore format: a table
  it.each([
    '2039', '1969', '0099', '1970-00', '2012-13', '2012-12-32', '2012-12-31T24', '2012-12-31T23:60', '2012-12-31T23:59:60',
    '12', '2012-', '2012-123', '2012-1-234', '2012-1-2T345', '2012-1-2T3:456', '2012-1-2T3:4:567', '2012-1T3', '2012-1-2-3', 'x2012', '2012x', '',
  ])('%j is none', (text) => {
    expect(said(instant, text)).toBe(`\`${text}\` is no date; from 1970 to 2038: 2001-02-03T04:05:06`);
  });
});

describe('days', () => {
  it.each([
    ['31,1,1', '1,31'],
    ['15', '15'],
  ])('of the month: %s is saved as %s', (text, saved) => {
    expect(said(days, text)).toBe(saved);
  });

  it.each(['0', '32', 'x'])('of the month: %s is none', (text) => {
    expect(said(days, `1,${text}`)).toBe(`\`${text}\` is not a number from 1 to 31`);
  });

  it.each([
    ['1,7,6', 'Mon,Sat,Sun'],
    ['Fr,Mon', 'Mon,Fri'],
    ['Monday,Sux', 'Mon,Sun'],
    ['2,3,4', 'Tue,Wed,Thu'],
  ])('of the week: %s is saved as %s', (text, saved) => {
    expect(said(weekdays, text)).toBe(saved);
  });

  it.each(['0', '8', 'M', 'tue', 'TU', 'on', ''])('of the week: %j is none', (text) => {
    expect(said(weekdays, `Mon,${text}`)).toBe(
      `\`${text}\` is no day of the week; one of: Mon, Tue, Wed, Thu, Fri, Sat, Sun`,
    );
  });
});
