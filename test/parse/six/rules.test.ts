import { describe, expect, it } from 'vitest';
import type { Node } from '../../../src/network/network.ts';
import { errors } from '../said.ts';
import { ADDR, type File, node, parse, six } from './snapshot.ts';

describe('rules of IPv6', () => {
  const FOUR: File = ['iptables-save.txt', '*filter\n-A INPUT -p tcp -j DROP\nCOMMIT\n'];
  const SAVE: File = [
    'ip6tables-save.txt',
    '*filter\n:INPUT DROP [0:0]\n-A INPUT -s 2001:db8::/32 -j ACCEPT\nCOMMIT\n',
  ];

  it('are those of ip6tables, in either form, beside those of iptables', () => {
    const of = node(ADDR, FOUR, SAVE);
    expect(of.six?.ruleset).toMatchObject({ kind: 'known' });
    const rule =
      of.six?.ruleset.kind === 'known'
        ? of.six.ruleset.value.tables.get('filter')?.chains.get('INPUT')?.rules[0]
        : undefined;
    expect(rule?.header.source).toEqual({ address: 0x20010db8n << 96n, mask: 0xffffffffn << 96n, inverted: false });
    expect(
      of.ruleset.kind === 'known' && of.ruleset.value.tables.get('filter')?.chains.get('INPUT')?.rules[0]?.text,
    ).toBe('-A INPUT -p tcp -j DROP');
    const listed = six(ADDR, FOUR, ['ip6tables-S-filter.txt', '-P INPUT DROP\n-A INPUT -s 2001:db8::/32 -j ACCEPT\n']);
    expect(listed.ruleset).toEqual({
      kind: 'unknown',
      reason: 'no capture shows tables raw, mangle, nat, security of n',
    });
    expect(listed.shownRules?.tables.has('filter')).toBe(true);
  });

  it.each([
    [
      'a rule with a mistake',
      '*filter\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n',
      /^n\/ip6tables-save\.txt:2 cannot be read: /,
    ],
    ['one that is cut off', '*filter\n-A INPUT -j ACCEPT\n', /^n\/ip6tables-save\.txt:1 cannot be read: .*COMMIT/],
    [
      'no such command',
      'bash: ip6tables-save: command not found\n',
      /^n\/ip6tables-save\.txt does not hold what it is named after$/,
    ],
    ['rules that it does not show', "# Table `filter' is incompatible, use 'nft' tool.\n", /^an nft table: /],
  ])('that cannot be read leave IPv6 alone open: %s', (_, text, reason) => {
    const files: readonly File[] = [ADDR, FOUR, [SAVE[0], text]];
    expect(errors(parse(...files).located)).toEqual([]);
    const of = node(...files);
    expect(of.ruleset.kind).toBe('known');
    expect(of.six?.ruleset).toEqual({ kind: 'unknown', reason: expect.stringMatching(reason) });
  });

  it('that two captures show differently are not known', () => {
    const of = node(ADDR, FOUR, SAVE, ['ip6tables-S-filter.txt', '-P INPUT ACCEPT\n']);
    expect(of.ruleset.kind).toBe('known');
    expect(of.six?.ruleset).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('policy of filter INPUT is ACCEPT here'),
    });
  });

  it.each([
    ['ip6', 'known', 'unknown'],
    ['inet', 'unknown', 'unknown'],
    ['ip', 'unknown', 'known'],
    ['arp', 'known', 'known'],
  ])('a table of nft of family %s leaves iptables %s and ip6tables %s', (family, four, of6) => {
    const nft: File = ['nft-ruleset.txt', `table ${family} fw {\n\tchain c {\n\t\tdrop\n\t}\n}\n`];
    const of = node(ADDR, FOUR, SAVE, nft);
    expect([of.ruleset.kind, of.six?.ruleset.kind]).toEqual([four, of6]);
  });

  it('of nft that are those of the ip6tables capture leave nothing open, as an assumption of IPv6', () => {
    const nft: File = [
      'nft-ruleset.txt',
      'table ip6 filter {\n\tchain INPUT {\n\t\tip6 saddr 2001:db8::/32 accept\n\t}\n}\n',
    ];
    const of = node(ADDR, FOUR, SAVE, nft);
    expect(of.six?.ruleset.kind).toBe('known');
    expect(of.six?.assumptions.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^the nft chains ip6 filter INPUT hold/),
    );
    expect(of.assumptions.map(({ text }) => text)).not.toContainEqual(expect.stringMatching(/^the nft chains/));
  });
});

describe('sets', () => {
  it('hold nothing for the other family', () => {
    const file: File = [
      'ipset-save.txt',
      'create a hash:ip family inet6\nadd a 2001:db8::1\ncreate b hash:ip family inet\nadd b 10.0.0.1\ncreate p bitmap:port range 0-99\nadd p 22\n',
    ];
    const counts = (sets: Node['sets'] | undefined) =>
      [...(sets ?? [])].map(([name, { entries }]) => `${name} ${entries.length}`);
    expect(counts(node(ADDR, file).sets)).toEqual(['a 0', 'b 1', 'p 1']);
    expect(counts(six(ADDR, file).sets)).toEqual(['a 1', 'b 0', 'p 1']);
  });
});
