import { describe, expect, it } from 'vitest';
import type { Network, Node } from '../../../src/network/network.ts';
import { parseSnapshot } from '../../../src/parse/snapshot.ts';
import { errors, read } from '../said.ts';
import { addresses } from './snapshot.ts';

describe('a node described by hand', () => {
  const described = (text: string): Network =>
    read(parseSnapshot(new Map([['network.yaml', `version: 1\nassume: kernel-defaults\nnodes:\n${text}`]])));
  const GATEWAY = `  g:
    interfaces:
      eth0: { mac: 08:00:27:00:56:65, addresses: [192.168.56.1/24, '2001:db8::1/64', '2001:db8::2/64'] }
      eth1: { up: false }
    routes: ['default via fe80::9 dev eth0', 'default via 192.168.56.254']
`;
  it('has the addresses that the kernel gives to devices that are up, and their routes', () => {
    const of = described(GATEWAY).nodes.get('g') as Node;
    expect(addresses(of)).toEqual({
      lo: ['::1/128 254'],
      eth0: ['2001:db8::2/64 0', '2001:db8::1/64 0', 'fe80::a00:27ff:fe00:5665/64 253'],
      eth1: [],
    });
    expect(of.six?.routes.map(({ text }) => text)).toEqual([
      'local ::1 dev lo table local',
      'local 2001:db8::2 dev eth0 table local',
      'local 2001:db8::1 dev eth0 table local',
      'local fe80::a00:27ff:fe00:5665 dev eth0 table local',
      'multicast ff00::/8 dev eth0 table local metric 256',
      '2001:db8::/64 dev eth0 metric 256',
      'fe80::/64 dev eth0 metric 256',
      'default via fe80::9 dev eth0 metric 1024',
    ]);
    expect(of.routes.at(-1)?.text).toBe('default via 192.168.56.254 dev eth0');
    expect(of.six?.assumptions.map(({ text }) => text)).toEqual([
      'lo has the address ::1, as every lo (no capture shows it)',
      'eth0 has the address fe80::a00:27ff:fe00:5665, which its MAC address gives (no capture shows it)',
    ]);
    expect(of.assumptions).toEqual([]);
  });

  it('answers for its subnets where it forwards, and has nothing where IPv6 is off', () => {
    const types = (text: string) =>
      (described(text).nodes.get('g') as Node).six?.routes.map(({ text: route }) => route);
    expect(types(`${GATEWAY}    sysctl: { net.ipv6.conf.all.forwarding: 1 }\n`)).toContain(
      'anycast 2001:db8:: dev eth0 table local',
    );
    expect(types(GATEWAY)?.some((route) => route.startsWith('anycast'))).toBe(false);
    const off = described(`${GATEWAY}    sysctl: { net.ipv6.conf.lo.disable_ipv6: 1 }\n`).nodes.get('g') as Node;
    expect(addresses(off)['lo']).toEqual([]);
  });

  it.each([
    ["'default via fe80::9'", 'a link-local gateway without its device'],
    ["'default via 2001:db8:9::1'", 'the gateway is on no network of the node'],
    ["'2001:db8::/200 via fe80::9 dev eth0'", '`2001:db8::/200` is no IPv6 prefix'],
    ["'2001:db8:1::/48 via 10.0.0.1 dev eth0'", '`10.0.0.1` is no IPv6 address'],
  ])('%s is an error: %s', (route, message) => {
    const text = `version: 1\nnodes:\n  g:\n    interfaces: { eth0: { addresses: ['2001:db8::1/64'] } }\n    routes: [${route}]\n`;
    expect(errors(parseSnapshot(new Map([['network.yaml', text]])).located)).toEqual([
      expect.stringContaining(message),
    ]);
  });
});
