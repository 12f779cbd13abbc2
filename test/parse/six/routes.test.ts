import { describe, expect, it } from 'vitest';
import { errors, placeless } from '../said.ts';
import { ADDR, type File, node, parse, ROUTE, six } from './snapshot.ts';

describe('routes of IPv6', () => {
  it('stand in the listing of all tables, and take nothing from IPv4', () => {
    const of = node(ADDR, ROUTE);
    expect(of.routes.map(({ text }) => text)).toEqual([
      '10.0.0.0/24 dev eth0 scope link src 10.0.0.1',
      'local 10.0.0.1 dev eth0 table local scope host src 10.0.0.1',
    ]);
    expect(of.six?.routes.map(({ text }) => text)).toEqual([
      '2001:db8::/64 dev eth0 metric 256',
      'default via fe80::9 dev eth0 metric 1024 hoplimit 32',
      'unreachable 2001:db8:b::/48 metric 1024',
      'local ::1 dev lo table local',
      'multicast ff00::/8 dev eth0 table local metric 256',
    ]);
    expect(of.six?.undecided).toBeUndefined();
  });

  it('are the same in a capture of their own, where `default` is one of IPv6', () => {
    const own: File = ['ip-6-route.txt', ROUTE[1].split('\n').slice(2).join('\n').replaceAll(' pref medium', '')];
    expect(placeless(six(ADDR, own).routes)).toEqual(placeless(six(ADDR, ROUTE).routes));
    expect(six(ADDR, ['ip-6-route.txt', 'default dev eth0 metric 1024\n']).routes.at(-1)?.destination).toEqual({
      address: 0n,
      length: 0,
    });
    expect(node(ADDR, ['ip-route.txt', 'default dev eth0\n']).routes.at(-1)?.destination).toEqual({
      address: 0,
      length: 0,
    });
  });

  it("to own addresses are the devices', also where an old kernel shows them by lo", () => {
    const old: File = [
      'ip-6-route.txt',
      'local ::1 dev lo table local proto none metric 0\nlocal 2001:db8::1 dev lo table local proto none metric 0\nlocal 2001:db8::7 dev lo table local proto none metric 0\n',
    ];
    expect(six(ADDR, old).routes.map(({ nextHops: [hop] }) => hop?.device)).toEqual(['lo', 'eth0', 'lo']);
  });

  it('are not known where only those of IPv4 are shown', () => {
    const of = six(ADDR, ['ip-route.txt', ROUTE[1].split('\n').slice(0, 2).join('\n')]);
    expect(of.undecided?.get('routes')).toBe('no capture shows the routes of IPv6 of n');
    expect(node(ADDR, ROUTE).undecided).toBeUndefined();
  });

  it.each([
    [
      '2001:db8:9::/48 from 2001:db8::/64 via fe80::1 dev eth0 metric 1024 pref medium',
      '`from` in a route of n is not modelled',
    ],
    [
      '2001:db8:9::/48 encap ip6 id 1 via fe80::1 dev eth0 metric 1024 pref medium',
      '`encap` in a route of n is not modelled',
    ],
    [
      '2001:db8:9::/48 via fe80::1 dev eth0 metric 1024 hoplimit 300 pref medium',
      '`300` is no hop limit of n is not modelled',
    ],
    [
      'default via fe80::8 dev eth0 proto ra metric 1024 pref low',
      'n has two routes of one metric to default, and takes what it can reach',
    ],
  ])('leave IPv6 undecided, and IPv4 as it is: %s', (line, reason) => {
    const of = node(ADDR, [ROUTE[0], `${ROUTE[1]}${line}\n`]);
    expect(of.undecided).toBeUndefined();
    expect(of.six?.undecided?.get('routes')).toBe(reason);
  });

  it('that two captures show differently are a note and leave IPv6 undecided', () => {
    const other: File = ['ip-6-route.txt', 'default via fe80::7 dev eth0 metric 1024\n'];
    expect(errors(parse(ADDR, ROUTE, other).located)).toEqual([]);
    expect(six(ADDR, ROUTE, other).undecided?.get('interfaces')).toMatch(/^route `.*` is not in n\/ip-route\.txt/);
  });
});

describe('policy rules of IPv6', () => {
  it("are the kernel's two where no capture shows them, and those of a capture where one does", () => {
    expect(six(ADDR, ROUTE).rules.map(({ text }) => text)).toEqual([
      '0: from all lookup local',
      '32766: from all lookup main',
    ]);
    expect(six(ADDR, ROUTE).assumptions.map(({ text }) => text)).toContain(
      "no policy rules of IPv6 but the kernel's two (no capture shows them)",
    );
    const text: File = [
      'ip-6-rule.txt',
      '0:\tfrom all lookup local\n5:\tfrom 2001:db8::/64 to 2001:db8:1::1 iif eth0 lookup 100\n',
    ];
    const json: File = [
      'ip-6-rule.json',
      '[{"priority":0,"src":"all","table":"local"},{"priority":5,"src":"2001:db8::","srclen":64,"dst":"2001:db8:1::1","iif":"eth0","table":"100"}]',
    ];
    const shown = six(ADDR, ROUTE, text).rules;
    expect(shown.map((one) => one.text)).toEqual([
      '0: from all lookup local',
      '5: from 2001:db8::/64 to 2001:db8:1::1 iif eth0 lookup 100',
    ]);
    expect(placeless(six(ADDR, ROUTE, json).rules)).toEqual(placeless(shown));
  });

  it('that cannot be read come before all others, and open all routes of IPv6 alone', () => {
    const of = node(ADDR, ROUTE, ['ip-6-rule.txt', '0:\tfrom 10.0.0.0/8 lookup local\n']);
    expect(of.six?.rules[0]?.undecided).toMatch(/^n\/ip-6-rule\.txt:1 cannot be read/);
    expect(of.six?.undecided?.has('routes')).toBe(true);
    expect(of.undecided).toBeUndefined();
  });
});
