import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/parse/located.ts';
import { READERS } from '../../src/parse/readers.ts';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { filesOf, hasNova, NOVA, ROUTER } from './folder.ts';
import { isSound } from './said.ts';

const LINKS =
  "version: 1\nlinks: { a: ['router:eth1', 'gw:eth0'] }\nnodes: { gw: { interfaces: { eth0: { addresses: [10.0.0.3/24] } }, routes: ['default via 10.0.0.1'] } }\n";
const CAPTURES: readonly (readonly [string, string])[] = [
  ...filesOf(ROUTER),
  ['network.yaml', LINKS],
  ['router/ebtables-save.txt', '*filter\n:INPUT ACCEPT\n:own DROP\n-A INPUT -p IPv4 -j own\n'],
  [
    'router/nft-ruleset.txt',
    'table ip filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tip saddr { 10.0.0.1,\n\t\t\t10.0.0.2 } accept\n\t}\n}\n',
  ],
  ['router/sysctl.txt', 'net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0/10.rp_filter = 2\n'],
  ['router/ss.txt', 'tcp LISTEN 0 128 127.0.0.1%lo:53 0.0.0.0:*\nudp UNCONN 0 0 [::]:68 [::]:*\n'],
  ...(hasNova ? filesOf(join(NOVA, 'after-3vms')) : []),
  ...(hasNova ? [...filesOf(join(NOVA, 'as-posted'))].map(([file, text]) => [`posted-${file}`, text] as const) : []),
];

const WHOLE: ReadonlyMap<string, string> = new Map(CAPTURES);

/** A text with one thing done to it: cut off, a part taken out or put twice, characters or words replaced. */
const mutated = (text: string): fc.Arbitrary<string> => {
  const at = fc.nat({ max: text.length });
  const piece = fc.oneof(
    fc.constantFrom(
      '',
      '\n',
      ' ',
      '\t',
      '\0',
      '\r\n',
      '"',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '/',
      '-',
      '&a',
      '*a',
      '!',
      '<',
      '>',
      '999',
      '-1',
      '10.0.0.1/33',
      'é',
      '😀',
      '__proto__',
      '# ',
      'null',
      '1e9',
      '0x',
    ),
    fc.string({ maxLength: 5 }),
  );
  return fc.oneof(
    at.map((end) => text.slice(0, end)),
    fc.tuple(at, at).map(([a, b]) => text.slice(0, Math.min(a, b)) + text.slice(Math.max(a, b))),
    fc.tuple(at, at).map(([a, b]) => text.slice(0, Math.max(a, b)) + text.slice(Math.min(a, b))),
    fc
      .tuple(at, fc.nat({ max: 6 }), piece)
      .map(([start, length, put]) => text.slice(0, start) + put + text.slice(start + length)),
  );
};

/** What is wrong with a result: places that are not in the file, a value beside an error, neither of both. */
const wrong = (files: ReadonlyMap<string, string>, { value, located }: Result<unknown>): readonly unknown[] => [
  ...located.filter((one) => !isSound(files, one)),
  ...((value === undefined) === located.some(({ severity }) => severity === 'error') ? [] : ['value']),
];

describe('any text', () => {
  it('is read or refused by every reader, with places in it, and never thrown at', () => {
    const texts = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(...CAPTURES).map(([, text]) => text.slice(0, 3000)),
      fc.constantFrom(...CAPTURES).chain(([, text]) => mutated(text.slice(0, 3000))),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(...READERS), (text, reader) => {
        const file = `n/${reader.name.replace('*', 'x')}`;
        expect(wrong(new Map([[file, text]]), reader.read(text, file))).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it('in place of one capture leaves a snapshot that is read or refused', () => {
    const changed = fc
      .constantFrom(...CAPTURES)
      .chain(([file, text]) => mutated(text).map((other) => [file, other] as const));
    fc.assert(
      fc.property(changed, ([file, text]) => {
        const files = new Map([...WHOLE, [file, text]]);
        expect(wrong(files, parseSnapshot(files))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('in network.yaml is read or refused', () => {
    fc.assert(
      fc.property(mutated(LINKS), (text) => {
        const files = new Map([...filesOf(ROUTER), ['network.yaml', text] as const]);
        expect(wrong(files, parseSnapshot(files))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same snapshot whatever the order of the files', () => {
    const files = [...WHOLE];
    const said = JSON.stringify(parseSnapshot(WHOLE).located);
    const shuffled = fc.shuffledSubarray([...files.keys()], { minLength: files.length });
    fc.assert(
      fc.property(shuffled, (order) => {
        const { located } = parseSnapshot(new Map(order.flatMap((i) => files.slice(i, i + 1))));
        expect(JSON.stringify(located)).toBe(said);
      }),
      { numRuns: 5 },
    );
  });
});
