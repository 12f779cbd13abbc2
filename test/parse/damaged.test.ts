import { describe, expect, it } from 'vitest';
import { parseSnapshot } from '../../src/parse/snapshot.ts';
import { errors, read } from './said.ts';

const parse = (files: Readonly<Record<string, string>>) => parseSnapshot(new Map(Object.entries(files)));
const host = (mac: string, address: string) =>
  `2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 state UP\n    link/ether ${mac} brd ff:ff:ff:ff:ff:ff\n    inet ${address} scope global eth0\n`;
const [ONE, OTHER] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];

describe('interfaces of two nodes with one MAC address', () => {
  const undecided = (wiring: string, mac = ONE, flags = 'UP,') =>
    [
      ...read(
        parse({
          'network.yaml': `version: 1\nlinks: ${wiring}\n`,
          'a/ip-addr.txt': host(ONE, '10.0.0.1/24'),
          'b/ip-addr.txt': host(mac, '10.0.0.2/24').replace('UP,', flags),
        }),
      ).nodes.values(),
    ].map(({ interfaces }) => interfaces.find(({ name }) => name === 'eth0')?.undecided);

  it('are undecided on one segment', () => {
    expect(undecided("{ l: ['a:eth0', 'b:eth0'] }")).toEqual([
      `${ONE} is the MAC address of b:eth0 on this segment too`,
      `${ONE} is the MAC address of a:eth0 on this segment too`,
    ]);
  });

  it('are told apart on two segments, with two addresses, and while one is down', () => {
    const none = [undefined, undefined];
    expect(undecided("{ l: ['a:eth0'], m: ['b:eth0'] }")).toEqual(none);
    expect(undecided("{ l: ['a:eth0', 'b:eth0'] }", OTHER)).toEqual(none);
    expect(undecided("{ l: ['a:eth0', 'b:eth0'] }", ONE, '')).toEqual(none);
  });
});

describe('interfaces that stand on themselves', () => {
  const bridges = (...masters: readonly string[]) =>
    JSON.stringify(
      masters.map((master, i) => ({
        ifname: `br${i}`,
        flags: ['UP'],
        link_type: 'ether',
        address: `02:00:00:00:00:0${i}`,
        ...(master !== '' && { master }),
        linkinfo: { info_kind: 'bridge', info_data: {} },
      })),
    );
  const messages = (json: string) =>
    parse({ 'n/ip-addr.json': json })
      .located.filter(({ severity }) => severity === 'error')
      .map(({ message }) => message);

  it('are refused, and bridges as ports of bridges', () => {
    expect(messages(bridges('br0'))).toEqual(['`br0` stands on itself']);
    expect(messages(bridges('br1', 'br0'))).toEqual(['`br0` stands on itself', '`br1` stands on itself']);
    expect(messages(bridges('', 'br0'))).toEqual(['bridge `br1` is a port of bridge `br0`']);
    expect(messages(bridges('', ''))).toEqual([]);
  });
});

describe('a listing of routes of IPv6 alone', () => {
  const SIX =
    '[{"dst":"fe80::/64","dev":"eth0","table":"main","protocol":"kernel","metric":256,"flags":[],"pref":"medium"}]';

  it('is none of a host with IPv4 addresses', () => {
    const files = { 'n/ip-addr.txt': host(ONE, '10.0.0.1/24'), 'n/ip-route.json': SIX };
    expect(errors(parse(files).located)).toEqual([
      'error n/ip-route.json:1:1+2 only routes of IPv6, though eth0 of n has an IPv4 address',
    ]);
    expect(errors(parse({ ...files, 'n/ip-route.json': '[]' }).located)).toEqual([]);
    const bare = files['n/ip-addr.txt'].replace(/ {4}inet .*\n/, '');
    expect(errors(parse({ ...files, 'n/ip-addr.txt': bare }).located)).toEqual([]);
  });
});

describe('a node described by hand', () => {
  const said = (more: string) =>
    parse({
      'network.yaml': `version: 1\nnodes:\n  g:\n    interfaces: { eth0: { addresses: [10.0.0.1/24, 2001:db8::1/64] } }\n    ${more}\n`,
    })
      .located.filter(({ severity }) => severity === 'error')
      .map(({ message, advice }) => `${message}: ${advice}`);

  it('has routes as the kernel takes them: no IPv4 destination with bits behind its prefix', () => {
    expect(said("routes: ['10.5.0.1/24 via 10.0.0.2']")).toEqual([
      '`10.5.0.1/24` has bits behind its prefix: did you mean `10.5.0.0/24`?',
    ]);
    expect(
      said("routes: ['10.5.0.0/24 via 10.0.0.2', '2001:db8:1::1/64 via 2001:db8::2', 'default via 10.0.0.2']"),
    ).toEqual([]);
  });

  it('has settings that are none for a slip of the finger', () => {
    expect(said('sysctl: { net.ipv4.ip_foward: 1 }')).toEqual([
      '`net.ipv4.ip_foward` is no setting: did you mean `net.ipv4.ip_forward`?',
    ]);
    expect(said('sysctl: { net.ipv4.ip_forward: 1, net.ipv4.conf.all.log_martians: 1 }')).toEqual([]);
  });
});
