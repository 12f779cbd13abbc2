import { describe, expect, it } from 'vitest';
import { setLines } from '../../src/lab/sets.ts';
import type { IpSet, SetPart } from '../../src/network/ruleset.ts';

const place = { file: 'ipset-save.txt', line: 1, column: 1 };
const set = (name: string, type: string, ...entries: readonly (readonly SetPart[])[]): IpSet => ({
  name,
  type,
  place,
  entries: entries.map((parts) => ({ parts, nomatch: false })),
});
const lines = (...sets: readonly IpSet[]): readonly string[] =>
  setLines(new Map(sets.map((one) => [one.name, one])))
    .trimEnd()
    .split('\n');

describe('sets for ipset restore', () => {
  it('a range becomes the fewest prefixes', () => {
    expect(lines(set('a', 'hash:net', [{ kind: 'address', ranges: [[0x0a000001, 0x0a000008]] }]))).toEqual([
      'create a hash:net family inet',
      'add a 10.0.0.1',
      'add a 10.0.0.2/31',
      'add a 10.0.0.4/30',
      'add a 10.0.0.8',
    ]);
  });

  it('the whole address space needs no prefix of length 0', () => {
    expect(lines(set('a', 'hash:net', [{ kind: 'address', ranges: [[0, 0xffffffff]] }])).slice(1)).toEqual([
      'add a 0.0.0.0/1',
      'add a 128.0.0.0/1',
    ]);
  });

  it('an entry of several dimensions is their product', () => {
    const entry: readonly SetPart[] = [
      {
        kind: 'address',
        ranges: [
          [1, 1],
          [3, 3],
        ],
      },
      { kind: 'port', protocol: 6, ranges: [[80, 81]] },
    ];
    expect(lines(set('a', 'hash:ip,port', entry)).slice(1)).toEqual([
      'add a 0.0.0.1,tcp:80-81',
      'add a 0.0.0.3,tcp:80-81',
    ]);
  });

  it('a list of sets comes after what it lists, and an exception says so', () => {
    const list = set('l', 'list:set', [{ kind: 'set', name: 'a' }]);
    const nets: IpSet = {
      ...set('a', 'hash:net'),
      entries: [{ parts: [{ kind: 'address', ranges: [[1, 1]] }], nomatch: true }],
    };
    expect(lines(list, nets)).toEqual([
      'create a hash:net family inet',
      'create l list:set',
      'add a 0.0.0.1 nomatch',
      'add l a',
    ]);
  });
});
