import { describe, expect, it } from 'vitest';
import { group } from '../../../src/extension/codec/group.ts';
import { hexText, printable } from '../../../src/extension/codec/hextext.ts';
import { idRange } from '../../../src/extension/codec/idrange.ts';
import { fits, interfaceName } from '../../../src/extension/codec/interface.ts';
import { setName } from '../../../src/extension/codec/setname.ts';
import { always, plainText, prefixText, text } from '../../../src/extension/codec/text.ts';
import { said } from './said.ts';

const [short, named, quotes, empty] = [text(30), plainText(30), always(30), text(4)];
const [oneToFour, beginning] = [text(4, 'TEXT', 1), prefixText(4)];

// quoted as xtables_save_string, or the extension itself, does it
describe('text', () => {
  it.each([
    ['plain-1_a', 'plain-1_a', 'plain-1_a', '"plain-1_a"'],
    ['two words', '"two words"', '"two words"', '"two words"'],
    ["it's", '"it\\\'s"', '"it\\\'s"', '"it\'s"'],
    ['a"b\\c', '"a\\"b\\\\c"', '"a\\"b\\\\c"', '"a\\"b\\\\c"'],
    ['a.b', '"a.b"', 'a.b', '"a.b"'],
    ['!', '"!"', '"!"', '"!"'],
    ['wow!', '"wow!"', 'wow!', '"wow!"'],
    ['!wow', '"!wow"', '!wow', '"!wow"'],
  ])('%s is saved as %s, as a plain name %s, always quoted %s', (word, quoted, plain, inQuotes) => {
    expect([said(short, word), said(named, word), said(quotes, word)]).toEqual([quoted, plain, inQuotes]);
  });

  it.each([
    ['1234', '1234'],
    ['12345', 'text of 5 bytes; at most 4 are stored'],
    ['äöü', 'text of 6 bytes; at most 4 are stored'],
    ['1', '1'],
    ['', 'empty text'],
  ])('of 1 to 4 bytes: %j comes out as %s', (word, saved) => {
    expect(said(oneToFour, word)).toBe(saved);
  });

  it('may be empty where the tool takes it so', () => {
    expect(said(empty, '')).toBe('""');
  });

  it.each([
    ['12345', '1234'],
    ['123', '123'],
    ['', 'empty text'],
  ])('of which 4 bytes are kept: %j comes out as %s', (word, saved) => {
    expect(said(beginning, word)).toBe(saved);
  });
});

describe('bytes in hexadecimal', () => {
  const no = (word: string) => `\`${word}\` is not |hexadecimal|; two digits a byte`;
  it.each([
    ['|0a 0B|', '"|0a0b|"'],
    ['GET|20|x', '"|4745542078|"'],
    ['GET', '"|474554|"'],
    ['|0a0b', no('|0a0b')],
    ['|0|', no('|0|')],
    ['|0a0|', no('|0a0|')],
    ['a|0g|', no('a|0g|')],
    ['a|g00|', no('a|g00|')],
    ['||', no('||')],
    ['', no('')],
    ['x'.repeat(128), `"|${'78'.repeat(128)}|"`],
    ['x'.repeat(129), '129 bytes; at most 128'],
  ])('%s comes out as %s', (word, saved) => {
    expect(said(hexText, word)).toBe(saved);
  });

  it.each([
    ['474554', 'GET'],
    ['207e', ' ~'],
    ['47', 'G'],
    ['1f', undefined],
    ['477f', undefined],
    ['0a47', undefined],
    ['ff', undefined],
  ])('%s can be printed as %s', (hex, word) => {
    expect(printable(hex)).toBe(word);
  });
});

describe('the name of an interface', () => {
  it.each([
    ['eth0', 'eth0'],
    ['abcdefghijklmno', 'abcdefghijklmno'],
    ['abcdefghijklmnop', '`abcdefghijklmnop` is longer than 15 characters'],
    ['', '`` is no interface name'],
    ['a b', '`a b` is no interface name'],
    ['a/b', '`a/b` is no interface name'],
  ])('%j comes out as %s', (word, saved) => {
    expect(said(interfaceName, word)).toBe(saved);
  });

  it.each([
    ['eth0', 'eth0', true],
    ['eth0', 'eth01', false],
    ['eth+', 'eth01', true],
    ['eth+', 'eth', true],
    ['eth+', 'ens3', false],
    ['+', 'lo', true],
  ])('%s fits %s: %s', (pattern, name, fitting) => {
    expect(fits(pattern, name)).toBe(fitting);
  });
});

describe('names that the host knows the numbers of', () => {
  const user = idRange('user');
  it.each([
    ['root', '0'],
    ['daemon', 'daemon'],
    ['www-data', 'www-data'],
    ['host$', 'host$'],
    ['5', '5'],
    ['5-5', '5'],
    ['5-6', '5-6'],
    ['4294967294', '4294967294'],
    ['4294967295', '`4294967295` is not a number from 0 to 4294967294'],
    ['5-', '`` is not a number from 0 to 4294967294'],
    ['5-6-7', '`6-7` is not a number from 0 to 4294967294'],
    ['6-5', '`6-5` runs backwards'],
    ['a b', '`a b` is not a number from 0 to 4294967294'],
  ])('user %s comes out as %s', (word, saved) => {
    expect(said(user, word)).toBe(saved);
  });

  it.each([
    ['default', 'default'],
    ['0', 'default'],
    ['0/0xff', '0x0/0xff'],
    ['uplinks', 'uplinks'],
    ['1x', '`1x` is not a number from 0 to 4294967295'],
  ])('group of devices %s comes out as %s', (word, saved) => {
    expect(said(group, word)).toBe(saved);
  });
});

describe('a set and its dimensions', () => {
  const longest = 'a'.repeat(31);
  it.each([
    ['nets src', 'nets src'],
    [`${longest} src,dst,src,dst,src,dst`, `${longest} src,dst,src,dst,src,dst`],
    ['nets src,dst,src,dst,src,dst,src', '7 directions; at most 6'],
    ['nets src,both', '`both` is neither src nor dst'],
    ['nets', '`` is neither src nor dst'],
    [`${longest}a src`, `\`${longest}a\` is no name of a set; at most 31 characters`],
    [' src', '`` is no name of a set; at most 31 characters'],
  ])('%j comes out as %s', (words, saved) => {
    expect(said(setName, words)).toBe(saved);
  });
});
