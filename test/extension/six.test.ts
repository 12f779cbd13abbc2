import { describe, expect, it } from 'vitest';
import { SIX_MATCHES, SIX_TARGETS } from '../../src/extension/six/registry.ts';
import { parseAddress6, printAddress6 } from '../../src/packet/address6.ts';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';

const CHAINS = ['filter INPUT', 'mangle PREROUTING', 'mangle INPUT', 'nat PREROUTING', 'nat POSTROUTING'];

/** A rule of IPv6 as it is saved, from a table that takes it. */
function saved(rule: string): string | undefined {
  for (const place of CHAINS) {
    const [table, chain] = place.split(' ');
    const { value } = parseIptablesSave(`*${table}\n-A ${chain} ${rule}\nCOMMIT\n`, 'rules', 6);
    const text = value?.tables.get(table as 'nat')?.chains.get(chain as 'INPUT')?.rules[0]?.text;
    if (text !== undefined) return text.replace(/^-A \S+ ?/, '');
  }
  return undefined;
}

describe('addresses', () => {
  // biome-ignore format: a table
  it.each([
    ['::', '::'], ['::1', '::1'], ['dead:0:0:0:0:0:0:beef', 'dead::beef'], ['DEAD::BEEF', 'dead::beef'], ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['0:0:1::', '0:0:1::'], ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'], ['1:0:3:4:5:6:7:8', '1:0:3:4:5:6:7:8'], ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
    ['::1.2.3.4', '::1.2.3.4'], ['fe80::1:0:0', 'fe80::1:0:0'], ['::8:0:0', '::8:0:0'],
  ])('%s is printed as %s', (text, printed) => {
    expect(printAddress6(parseAddress6(text) ?? -1n)).toBe(printed);
  });

  it.each(['', ':', '1.2.3.4', '1::2::3', '12345::', 'fe80::1%eth0', '1:2:3'])('%j is none', (text) => {
    expect(parseAddress6(text)).toBeUndefined();
  });
});

describe.each([...SIX_MATCHES, ...SIX_TARGETS].map((one) => [`${one.kind} ${one.name}`, one] as const))(
  '%s',
  (_, of) => {
    it.skipIf(of.examples.length === 0)('takes rules as its examples say', () => {
      for (const { rule, refused, saved: wanted } of of.examples)
        expect([rule, saved(rule)]).toEqual([rule, refused === true ? undefined : (wanted ?? rule)]);
    });

    it('is for IPv6', () => {
      expect(of.families).toEqual([6]);
    });
  },
);

describe('rules', () => {
  // biome-ignore format: a table
  it.each([
    ['-s dead::beef/64 -d ::/0 -j ACCEPT', '-s dead::/64 -j ACCEPT'],
    ['! -s ::/0 -j ACCEPT', '! -s ::/0 -j ACCEPT'],
    ['-s dead::/ffff:: -p icmpv6 -j DROP', '-s dead::/16 -p ipv6-icmp -j DROP'],
    ['-p icmpv6 --icmpv6-type echo-request -j ACCEPT', '-p ipv6-icmp -m icmp6 --icmpv6-type 128 -j ACCEPT'],
    ['-s dead::/ffff:0:ffff:: -j DROP', '-s dead::/ffff:0:ffff:: -j DROP'],
    ['-6 -j DROP', '-j DROP'],
    ['-s 10.0.0.1 -j DROP', undefined],
    ['-s dead::/129 -j DROP', undefined],
    ['-f -j DROP', undefined],
    ['-m ttl --ttl-eq 1 -j DROP', undefined],
    ['-p icmp -m icmp --icmp-type 8', undefined],
  ])('%s', (rule, wanted) => {
    expect(saved(rule)).toBe(wanted);
  });

  it('for the other family alone are left out', () => {
    const { value, located } = parseIptablesSave('*filter\n-A INPUT -4 -j DROP\nCOMMIT\n', 'rules', 6);
    expect(value?.tables.get('filter')?.chains.get('INPUT')?.rules ?? []).toEqual([]);
    expect(located).toMatchObject([{ severity: 'note', message: 'a rule for IPv4 only: no part of this table' }]);
  });
});
