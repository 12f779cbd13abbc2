import { describe, expect, it } from 'vitest';
import type { ClassContext, PacketContext } from '../../src/extension/definition.ts';
import { findOption, namesOf, printOptions } from '../../src/extension/option.ts';
import {
  applyTarget,
  findMatch,
  findTarget,
  lowerMatch,
  lowerTarget,
  matchPacket,
  type Use,
} from '../../src/extension/registry.ts';
import { every } from '../../src/extension/threevalued.ts';
import { readLengths, UP_TO_OPTION, verbatim } from '../../src/extension/verbatim.ts';
import { packet } from '../../src/packet/packet.ts';
import { contextOf, savedAt } from './ask.ts';

const here: PacketContext = { ...contextOf(), leadsBack: () => true };
const lowering: ClassContext = { ...contextOf(), leadsBack: () => ({ kind: 'true' }) };
const doubt = (reason: string) => ({ id: reason, reason });
const given = { options: {} };

describe('an extension whose options nobody has read is an unknown, and says why', () => {
  const reasons: readonly (readonly [Use, string])[] = [
    [{ name: 'nosuch', text: '' }, 'nosuch: nobody has modelled it'],
    [{ name: 'constructor', text: '' }, 'constructor: nobody has modelled it'],
    [{ name: 'nosuch', text: '', ...given }, 'nosuch: nobody has modelled it'],
  ];
  it.each([
    ...reasons,
    [{ name: 'tcp', text: '' }, 'tcp: nobody has modelled it'] as const,
    [{ name: 'geoip', text: '' }, 'geoip: depends on a data base of addresses'] as const,
  ])('as a match: %j', (use, reason) => {
    expect(matchPacket(use, packet({}), here)).toEqual(doubt(`-m ${reason}`));
    expect(lowerMatch(use, lowering)).toEqual({ kind: 'unknown', unknown: doubt(`-m ${reason}`) });
  });

  it.each([
    ...reasons,
    [{ name: 'DNAT', text: '' }, 'DNAT: nobody has modelled it'] as const,
    [{ name: 'TARPIT', text: '' }, 'TARPIT: the host answers TCP handshakes itself'] as const,
  ])('as a target nobody can tell what becomes of the packet: %j', (use, reason) => {
    const lost = { kind: 'lost', unknown: doubt(`-j ${reason}`) };
    expect(applyTarget(use, packet({}), here)).toEqual(lost);
    expect(lowerTarget(use, here)).toEqual(lost);
  });

  it('but a target that is known to have no effect goes on, whatever its options are', () => {
    for (const use of [
      { name: 'ULOG', text: '' },
      { name: 'ULOG', text: '', ...given },
    ]) {
      expect(applyTarget(use, packet({}), here)).toEqual({ kind: 'continue' });
      expect(lowerTarget(use, here)).toEqual({ kind: 'continue' });
    }
  });
});

it('what IPv6 has in another form is found for it alone, all else for both', () => {
  expect(findMatch('icmp6')).toBeUndefined();
  expect(findMatch('icmp6', 6)?.families).toEqual([6]);
  expect(findMatch('conntrack', 6)).not.toBe(findMatch('conntrack'));
  expect(findMatch('tcp', 6)).toBe(findMatch('tcp'));
  expect(findTarget('HL')).toBeUndefined();
  expect(findTarget('HL', 6)?.families).toEqual([6]);
  expect(findTarget('REJECT', 6)).not.toBe(findTarget('REJECT'));
  expect(findTarget('ACCEPT', 6)).toBe(findTarget('ACCEPT', 4));
});

it('gathered options have no name of their own, and say nothing where there are none', () => {
  const { options } = findMatch('policy') ?? { options: {} };
  expect(findOption(options, '')).toBeUndefined();
  expect(findOption(options, 'dir')?.[0]).toBe('dir');
  expect(namesOf(options)).not.toContain('');
  expect(namesOf(options)).toHaveLength(Object.keys(options).length - 1);
  const dir = { value: 'in', inverted: false };
  expect(printOptions(options, { dir, '': { value: [], inverted: false } })).toBe('--dir in');
});

it('an option is found by each of its names', () => {
  const { options } = findMatch('tcp') ?? { options: {} };
  expect(findOption(options, 'source-port')?.[0]).toBe('sport');
  expect(findOption(options, 'toString')).toBeUndefined();
});

describe('parts that all must hold', () => {
  const one = doubt('one');
  const other = doubt('other');
  it.each([
    [[true, true], true],
    [[one, false], false],
    [[false, one], false],
    [[true, one], one],
    [[one, true], one],
    [[one, other], one],
  ])('%j: %j', (parts, all) => {
    expect(every(...parts.map((part) => () => part))).toEqual(all);
  });

  it('are not asked behind one that fails', () => {
    const never = () => {
      throw new Error('asked');
    };
    expect(every(() => false, never)).toBe(false);
  });
});

describe('options that are kept as text', () => {
  it.each([
    ['a', 'a'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a"b', '"a\\"b"'],
    ["a'b", '"a\\\'b"'],
    ['a\\b', '"a\\\\b"'],
    ['a-b_c:1/2,3', 'a-b_c:1/2,3'],
  ])('%j stands in a rule as %s, and is read back from it', (word, written) => {
    expect(verbatim(word)).toBe(written);
    const rule = `-m nosuch --foo ${written} --bar`;
    expect(savedAt('filter FORWARD', rule)).toBe(rule);
  });

  it('a match keeps the name that it has', () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(savedAt('filter FORWARD', `-m ${name} --foo 1`)).toBe(`-m ${name} --foo 1`);
    }
  });

  it('how many words each takes', () => {
    expect(readLengths('none one=1 two=2 all=?')).toEqual(
      new Map([
        ['none', 0],
        ['one', 1],
        ['two', 2],
        ['all', UP_TO_OPTION],
      ]),
    );
    expect(readLengths('')).toEqual(new Map());
  });
});
