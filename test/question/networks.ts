import type { Interface, InterfaceKind, Network, Node, Route } from '../../src/network/network.ts';
import { EMPTY_RULESET } from '../../src/network/ruleset.ts';
import { known } from '../../src/network/unknown.ts';
import {
  type Address,
  parseAddress,
  parseMac,
  parsePrefix,
  prefix,
  printAddress,
  rangeOf,
} from '../../src/packet/address.ts';

const PLACE = { file: 'a network built by hand', line: 1, column: 1 };

export const address = (text: string): number => parseAddress(text) as number;

/** An interface by hand: `eth0 02:00:00:00:00:01 10.0.0.1/24`. */
export function device(text: string, more: Partial<Interface> = {}, kind: InterfaceKind = 'ethernet'): Interface {
  const [name = '', mac = '', ...addresses] = text.split(' ');
  return {
    name,
    kind,
    up: true,
    carrier: true,
    mac: parseMac(mac) ?? 0,
    addresses: addresses.map((one) => {
      const [local = '', length = '32'] = one.split('/');
      return {
        ...prefix(address(local), Number(length)),
        local: address(local),
        scope: 0,
        secondary: false,
        place: PLACE,
      };
    }),
    hairpin: known(false),
    promisc: false,
    mtu: 1500,
    place: PLACE,
    ...more,
  };
}

const LO: Interface = device('lo 00:00:00:00:00:00 127.0.0.1/8', {}, 'loopback');

const route = (type: Route['type'], table: number, destination: string, out: string, scope: number): Route => ({
  table,
  type,
  destination: parsePrefix(destination) as NonNullable<ReturnType<typeof parsePrefix>>,
  nextHops: [{ device: out, weight: 1 }],
  metric: 0,
  tos: 0,
  scope,
  onlink: false,
  text: `${type} ${destination} dev ${out}`,
});

function routesOf(interfaces: readonly Interface[]): readonly Route[] {
  const text = (value: Address, length: number): string => `${printAddress(value)}/${length}`;
  return interfaces.flatMap(({ name, kind, addresses }) =>
    addresses.flatMap(({ local, address: network, length }) => [
      route('local', 255, text(local, 32), name, 254),
      ...(kind === 'loopback' ? [route('local', 255, text(network, length), name, 254)] : []),
      ...(kind !== 'loopback' && length < 31
        ? [route('broadcast', 255, text(rangeOf({ address: network, length })[1], 32), name, 253)]
        : []),
      ...(kind !== 'loopback' && length < 32 ? [route('unicast', 254, text(network, length), name, 253)] : []),
    ]),
  );
}

export function node(name: string, interfaces: readonly Interface[], more: Partial<Node> = {}): Node {
  const all = [LO, ...interfaces];
  const look = (table: number, priority: number): Node['rules'][number] => ({
    priority,
    inverted: false,
    action: { kind: 'table', table },
    text: `${priority}: from all lookup ${table}`,
  });
  return {
    name,
    interfaces: all,
    routes: routesOf(all),
    rules: [look(255, 0), look(254, 32766), look(253, 32767)],
    neighbours: [],
    ruleset: known(EMPTY_RULESET),
    sets: new Map(),
    settings: new Map(),
    settingsComplete: false,
    kernelDefaults: true,
    listeners: { kind: 'unknown', reason: 'no capture' },
    dhcpServers: [],
    unmodelled: [],
    assumptions: [],
    ...more,
  };
}

export function network(
  nodes: readonly Node[],
  links: readonly (readonly string[])[],
  names: Network['names'] = new Map(),
): Network {
  return {
    nodes: new Map(nodes.map((one) => [one.name, one])),
    links: links.map((ends, index) => ({
      name: `link-${index}`,
      ends: ends.map((end) => {
        const [of = '', name = ''] = end.split(':');
        return { node: of, interface: name, ownAddressOnly: false };
      }),
      place: PLACE,
    })),
    names,
    inventory: [],
  };
}

/** Two hosts on one wire; `b` has a second interface that leads outside. */
export const pair = (): Network =>
  network(
    [
      node('a', [device('eth0 02:00:00:00:00:0a 10.0.0.1/24')]),
      node('b', [device('eth0 02:00:00:00:00:0b 10.0.0.2/24'), device('eth1 02:00:00:00:00:1b 192.0.2.1/24')]),
    ],
    [['a:eth0', 'b:eth0']],
    new Map([['server', 'b']]),
  );
