/** A small network made by hand: one bridge host with a chain of three rules, and a gateway on its link. */
import type { Interface, Link, Network, Node, Route } from '../../src/network/network.ts';
import type { Chain, Rule, Ruleset } from '../../src/network/ruleset.ts';
import { known, notKnown } from '../../src/network/unknown.ts';
import { parseAddress, prefix } from '../../src/packet/address.ts';
import type { Place } from '../../src/packet/place.ts';

export const at = (line: number, file = 'host/capture.txt'): Place => ({ file, line, column: 1 });
const ip = (text: string): number => parseAddress(text) ?? Number.NaN;

export const device = (name: string, rest: Partial<Interface> = {}): Interface => ({
  name,
  kind: 'ethernet',
  up: true,
  carrier: true,
  mac: 0x020000000001,
  addresses: [],
  hairpin: known(false),
  promisc: false,
  mtu: 1500,
  place: at(1),
  ...rest,
});

const address = (text: string, length: number): Interface['addresses'][number] => ({
  ...prefix(ip(text), length),
  local: ip(text),
  scope: 0,
  broadcast: prefix(ip(text), length).address + 2 ** (32 - length) - 1,
  secondary: false,
  place: at(2),
});

export const route = (destination: string, length: number, by: string, rest: Partial<Route> = {}): Route => ({
  table: 254,
  type: 'unicast',
  destination: prefix(ip(destination), length),
  nextHops: [{ device: by, weight: 1 }],
  metric: 0,
  tos: 0,
  scope: 253,
  onlink: false,
  text: `${destination}/${length} dev ${by}`,
  ...rest,
});

export const rule = (chain: string, number: number, target: string, line: number): Rule => ({
  number,
  header: {},
  matches: [],
  action: { kind: 'target', name: target, options: {}, text: `-j ${target}` },
  text: `-A ${chain} -j ${target}`,
  place: at(line, 'host/iptables-save.txt'),
});

const chain = (name: string, rules: readonly Rule[], policy?: 'ACCEPT' | 'DROP'): [string, Chain] => [
  name,
  { name, rules, place: at(3), ...(policy === undefined ? {} : { policy }) },
];

const ruleset: Ruleset = {
  tables: new Map([
    [
      'filter',
      {
        name: 'filter',
        chains: new Map([
          chain('INPUT', [], 'ACCEPT'),
          chain(
            'FORWARD',
            [rule('FORWARD', 1, 'RETURN', 11), rule('FORWARD', 2, 'ACCEPT', 12), rule('FORWARD', 3, 'DROP', 13)],
            'ACCEPT',
          ),
          chain('OUTPUT', [], 'ACCEPT'),
          chain('guests', []),
        ]),
      },
    ],
  ]),
};

const setting = (value: string): { value: string; place: Place } => ({ value, place: at(5, 'host/sysctl.txt') });

export const host: Node = {
  name: 'host',
  interfaces: [
    device('lo', { kind: 'loopback', addresses: [address('127.0.0.1', 8)] }),
    device('br0', { kind: 'bridge', addresses: [address('10.0.0.1', 24)] }),
    device('eth0', { addresses: [address('192.168.1.2', 24)] }),
    device('vnet0', { kind: 'tun', master: 'br0', hairpin: notKnown('not shown') }),
  ],
  routes: [
    route('192.168.1.2', 32, 'eth0', { table: 255, type: 'local', scope: 254 }),
    route('192.168.1.255', 32, 'eth0', { table: 255, type: 'broadcast' }),
    route('192.168.1.0', 24, 'eth0', { source: ip('192.168.1.2') }),
    route('10.0.0.0', 24, 'br0'),
    route('0.0.0.0', 0, 'eth0', { nextHops: [{ device: 'eth0', via: ip('192.168.1.1'), weight: 1 }], scope: 0 }),
    route('172.16.0.0', 12, 'eth0', {
      nextHops: [
        { device: 'eth0', via: ip('192.168.1.1'), weight: 1 },
        { device: 'br0', via: ip('10.0.0.9'), weight: 1 },
      ],
    }),
    route('10.9.0.0', 16, 'none', { type: 'blackhole', nextHops: [] }),
  ],
  rules: [],
  neighbours: [],
  ruleset: known(ruleset),
  sets: new Map(),
  settings: new Map([
    ['net.ipv4.ip_forward', setting('1')],
    ['net.ipv4.conf.all.forwarding', setting('1')],
    ['net.ipv4.conf.eth0.forwarding', setting('1')],
    ['net.ipv4.conf.eth0.rp_filter', setting('1')],
    ['net.core.somaxconn', setting('4096')],
  ]),
  settingsComplete: false,
  kernelDefaults: false,
  listeners: notKnown('no ss.txt'),
  dhcpServers: [],
  unmodelled: [],
  assumptions: [],
};

/** A node of which nothing but its name and one interface is known. */
export const gateway: Node = {
  ...host,
  name: 'gateway',
  interfaces: [device('lo', { kind: 'loopback' }), device('eth0')],
  routes: [],
  ruleset: notKnown('no capture of gateway shows the rules'),
  settings: new Map(),
};

const uplink: Link = {
  name: 'uplink',
  ends: [
    { node: 'host', interface: 'eth0', ownAddressOnly: false },
    { node: 'gateway', interface: 'eth0', ownAddressOnly: false },
  ],
  place: at(1, 'network.yaml'),
};

export const small: Network = {
  nodes: new Map([
    ['host', host],
    ['gateway', gateway],
  ]),
  links: [uplink],
  names: new Map([['router', 'gateway']]),
  inventory: [],
};
