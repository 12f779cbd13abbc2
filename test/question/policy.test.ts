import { describe, expect, it } from 'vitest';
import { parsePolicies } from '../../src/question/policy.ts';
import { pair } from './networks.ts';

const read = (text: string) => parsePolicies(text, 'policies.yaml', pair());
const errors = (text: string): string[] =>
  read(text).located.map(({ place, length, message }) => `${place.line}:${place.column}+${length} ${message}`);

const FILE = `version: 1
policies:
  - id: pingable
    ask: can a reach b over icmp and back
    expect: yes
  - id: dhcp
    ask: is dhcp always allowed
    expect: no
    why: nobody serves it
`;

it('policies come with their questions and places', () => {
  const { value, located } = read(FILE);
  expect(located).toEqual([]);
  expect(value).toMatchObject([
    {
      id: 'pingable',
      expect: 'yes',
      question: { kind: 'reach', back: true },
      place: { file: 'policies.yaml', line: 3, column: 5 },
    },
    {
      id: 'dhcp',
      expect: 'no',
      question: { kind: 'service', service: 'dhcp' },
      why: 'nobody serves it',
      place: { line: 6 },
    },
  ]);
});

it('JSON is YAML too', () => {
  expect(
    read('{ "version": 1, "policies": [{ "id": "x", "ask": "can a reach b", "expect": "no" }] }').value,
  ).toHaveLength(1);
});

describe('every mistake is reported at its place', () => {
  it.each([
    ['', ['1:1+1 a file of policies is a map with `version` and `policies`']],
    ['version: 1\npolicies: []\n', ['2:11+2 no policies: nothing would be checked']],
    ['version: 1\n', ['1:1+10 no policies: nothing would be checked']],
    [
      'version: 2\npolicies: []\n',
      ['1:10+1 the version of this file is not known', '2:11+2 no policies: nothing would be checked'],
    ],
    [FILE.replace('expect: no', 'expect: maybe'), ['8:13+5 `maybe` cannot be expected']],
    [FILE.replace('id: dhcp', 'id: pingable'), ['6:9+8 a second policy `pingable`']],
    [FILE.replace('why:', 'wy:'), ['9:5+2 `wy` has no meaning here']],
    [
      FILE.replace('    ask: is dhcp always allowed\n', ''),
      ['6:5+49 a policy without `ask`'].map((one) => expect.stringMatching(one.replace(/\+\d+/, '\\+\\d+'))),
    ],
    [
      FILE.replace('can a reach b over icmp', 'can x reach b over icpm'),
      ['4:14+1 `x` is no node', '4:29+4 `icpm` is no protocol'],
    ],
    [
      FILE.replace('can a reach b over icmp and back', '"can a reach c"'),
      ['4:23+1 `c` is neither a node nor an address'],
    ],
    ['version: 1\npolicies:\n  - id: [\n', [expect.stringMatching(/^\d+:\d+\+\d+ /)]],
    ['version: 1\npolicies:\n  - just text\n', ['3:5+9 a policy is a map with `id`, `ask` and `expect`']],
    ['version: 1\npolicies:\n  - id: x\n    ask: can a reach b\n    expect: true\n', ['5:13+4 `expect` is a text']],
  ])('%j', (text, expected) => {
    expect(errors(text)).toEqual(expected);
  });
});
