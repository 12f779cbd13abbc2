import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, parseJson } from '../../src/parse/json.ts';
import { Source } from '../../src/parse/source.ts';
import { said } from './said.ts';

const plain = (value: Json): unknown => {
  switch (value.kind) {
    case 'object':
      return Object.fromEntries([...value.members].map(([key, member]) => [key, plain(member.value)]));
    case 'array':
      return value.items.map(plain);
    case 'null':
      return null;
    case 'string':
    case 'number':
    case 'boolean':
      return value.value;
  }
};

const read = (text: string) => {
  const source = new Source(text, 'f.json');
  return { value: parseJson(source), said: said(source.located) };
};

describe('a JSON text', () => {
  it('reads as JSON.parse reads it, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 1, 2), (value, indent) => {
        fc.pre(!JSON.stringify(value).includes('__proto__'));
        const result = read(JSON.stringify(value, null, indent));
        expect(result.said).toEqual([]);
        expect(plain(result.value as Json)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('knows where each value stands', () => {
    const { value } = read('[\n  {"mtu": 1500,\n   "name": "lo"}]');
    const object = value?.kind === 'array' ? value.items[0] : undefined;
    const members = object?.kind === 'object' ? object.members : new Map();
    expect(members.get('mtu').value.span).toEqual({ line: 2, column: 11, length: 4 });
    expect(members.get('name').key).toEqual({ line: 3, column: 4, length: 6 });
    expect(members.get('name').value.span).toEqual({ line: 3, column: 12, length: 4 });
  });

  it.each([
    ['[1, 2', 'error f.json:1:5+1 the text ends where `]` should be'],
    ['', 'error f.json:1:1+1 the text ends where a value should be'],
    ['[1 2]', 'error f.json:1:4+1 unexpected `2`, expected `]`'],
    ['{"a" 1}', 'error f.json:1:6+1 unexpected `1`, expected `:`'],
    ['{a: 1}', 'error f.json:1:2+2 unexpected `a:`, expected a member name'],
    ['[1]\n[2]', 'error f.json:2:1+1 unexpected `[` after the value'],
    ['["a\\x"]', 'error f.json:1:2+5 `"a\\x"` is no JSON string'],
    ['[nothing]', 'error f.json:1:2+7 unexpected `nothing`, expected a value'],
  ])('%j is refused with its place', (text, message) => {
    expect(read(text).said).toEqual([message]);
  });

  it('is refused, not run out of stack, where it is nested too deep', () => {
    expect(read('['.repeat(100_000)).said).toEqual(['error f.json:1:202+1 nested too deep']);
  });
});
