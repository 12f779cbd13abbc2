import type {
  Interface,
  InterfaceAddress,
  Neighbour,
  Network,
  Node,
  PolicyRule,
  Route,
  SixNode,
} from '../../src/network/network.ts';
import { EMPTY_RULESET, type IpSet } from '../../src/network/ruleset.ts';
import { assumed, known } from '../../src/network/unknown.ts';
import { holds, parseAnyAddress, parseAnyPrefix, parseMac, prefix, printPrefix } from '../../src/packet/address.ts';
import type { Place } from '../../src/packet/place.ts';
import { parseEbtablesSave } from '../../src/parse/frames/ebtables.ts';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';
import { network, type Port } from './build.ts';

/** A host of IPv6 as a test writes it; members as in `build.ts`. Every interface but lo has a link-local address of its own. */
export interface Host6 {
  readonly interfaces: Readonly<Record<string, Port6>>;
  readonly routes?: readonly string[];
  readonly rules?: readonly PolicyRule[];
  readonly ip6tables?: string;
  /** As `ebtables-save` prints them. */
  readonly ebtables?: string;
  readonly sysctl?: Readonly<Record<string, number>>;
  readonly listeners?: readonly (readonly [protocol: number, port: number, address?: string, device?: string])[];
  readonly neighbours?: readonly (readonly [address: string, device: string, mac: string])[];
  readonly sets?: readonly IpSet[];
  readonly undecided?: Node['undecided'];
}

/** `addresses`: with words behind them (`deprecated`, `tentative`, `temporary`). */
export interface Port6 extends Omit<Port, 'scope' | 'hairpin'> {
  /** Without a link-local address (`addrgenmode none`). */
  readonly bare?: boolean;
  /** Without IPv6 (`disable_ipv6`): no routes follow from it. */
  readonly off?: boolean;
  readonly hairpin?: boolean;
  readonly mtu?: number;
}

export const addr6 = (text: string): bigint => {
  const address = parseAnyAddress(text);
  if (typeof address !== 'bigint') throw new Error(`no address ${text}`);
  return address;
};

const place = (file: string): Place => ({ file, line: 1, column: 1 });
const LINK_LOCAL = 0xfe80n << 112n;

/** fe80:: and the EUI-64 of the MAC address. */
export function linkLocal(mac: number): bigint {
  const [high, low] = [BigInt(Math.floor(mac / 2 ** 24)), BigInt(mac % 2 ** 24)];
  return LINK_LOCAL | ((high ^ 0x020000n) << 40n) | 0xfffe000000n | low;
}

let nextMac = 0x020000000000;

interface Built {
  readonly one: Interface;
  readonly addresses: readonly InterfaceAddress[];
  readonly off: boolean;
}

function interfaceFrom(node: string, name: string, port: Port6): Built {
  const mac = name === 'lo' ? 0 : port.mac === undefined ? ++nextMac : (parseMac(port.mac) ?? 0);
  const kind = port.kind ?? (name === 'lo' ? 'loopback' : name.startsWith('br') ? 'bridge' : 'ethernet');
  const { master, vlan } = port;
  const own = (port.addresses ?? []).map((text) => addressFrom(node, text));
  const local = linkLocal(mac);
  const auto = { local, ...prefix(local, 64), scope: 253, secondary: false, place: place(`${node}/ip-addr.json`) };
  const bare = name === 'lo' || port.bare === true || port.up === false;
  const one: Interface = {
    name,
    kind,
    up: port.up ?? true,
    carrier: true,
    mac,
    addresses: [],
    hairpin: known(port.hairpin ?? false),
    promisc: false,
    mtu: port.mtu ?? 1500,
    place: place(`${node}/ip-addr.json`),
    ...(master === undefined ? {} : { master }),
    ...(vlan === undefined ? {} : { vlan }),
  };
  return { one, addresses: bare ? own : [...own, auto], off: port.off === true };
}

function addressFrom(node: string, text: string): InterfaceAddress {
  const [word = '', ...flags] = text.split(' ');
  const [head = '', tail = '128'] = word.split('/');
  const local = addr6(head);
  const scope = head === '::1' ? 254 : holds({ address: LINK_LOCAL, length: 10 }, local) ? 253 : 0;
  return {
    ...prefix(local, Number(tail)),
    local,
    scope,
    secondary: false,
    place: place(`${node}/ip-addr.json`),
    ...(flags.includes('deprecated') && { deprecated: true }),
    ...(flags.includes('tentative') && { tentative: true }),
    ...(flags.includes('temporary') && { temporary: true }),
  };
}

const base = { tos: 0, scope: 0, onlink: false } as const;

/** Local, connected, anycast and multicast routes as the kernel adds them. */
function derived({ one, addresses, off }: Built, forwards: boolean): readonly Route[] {
  if (!one.up || off) return [];
  const nextHops = [{ device: one.name, weight: 1 }];
  const routes: Route[] = [];
  const add = (type: Route['type'], destination: Route['destination'], table: number, metric: number): void => {
    const text = `${type === 'unicast' ? '' : `${type} `}${printPrefix(destination)} dev ${one.name}`;
    const route = { ...base, type, destination, nextHops, table, metric, text };
    const there = ({ destination: { address, length }, table: where }: Route): boolean =>
      address === destination.address && length === destination.length && where === table;
    if (!routes.some(there)) routes.push(route);
  };
  for (const { local, address, length, tentative } of addresses) {
    if (tentative !== true) add('local', prefix(local, 128), 255, 0);
    if (length < 128 && one.name !== 'lo') add('unicast', { address, length }, 254, 256);
    if (forwards && length < 127 && one.name !== 'lo') add('anycast', prefix(address, 128), 255, 0);
  }
  if (one.name !== 'lo') add('multicast', prefix(addr6('ff00::'), 8), 255, 256);
  return routes;
}

const TYPES: readonly string[] = ['blackhole', 'unreachable', 'prohibit', 'throw', 'local', 'anycast'];

/** `[TYPE] PREFIX [via A] [dev D] [src A] [table N] [metric N] [hoplimit N]`; `nexthop via A dev D` more than once. */
function routeFrom(text: string, all: readonly Built[]): Route {
  const words = text.split(' ');
  const type = (TYPES.includes(words[0] ?? '') ? words.shift() : 'unicast') as Route['type'];
  const destination = parseAnyPrefix(words[0] === 'default' ? '::/0' : (words[0] ?? ''));
  if (destination === undefined) throw new Error(`no route ${text}`);
  const value = (key: string, list = words): string | undefined =>
    list.includes(key) ? list[list.indexOf(key) + 1] : undefined;
  const hops = text.includes('nexthop') ? text.split('nexthop ').slice(1) : [text];
  const nextHops = ['blackhole', 'unreachable', 'prohibit', 'throw'].includes(type)
    ? []
    : hops.map((hop) => {
        const list = hop.split(' ');
        const via = value('via', list);
        const near = all.find(({ addresses }) => via !== undefined && addresses.some((one) => holds(one, addr6(via))));
        const device = value('dev', list) ?? near?.one.name;
        if (device === undefined) throw new Error(`no device for ${text}`);
        return { device, weight: 1, ...(via === undefined ? {} : { via: addr6(via) }) };
      });
  const source = value('src');
  const hopLimit = value('hoplimit');
  return {
    ...base,
    type,
    destination,
    nextHops,
    table: Number(value('table') ?? (type === 'local' || type === 'anycast' ? 255 : 254)),
    metric: Number(value('metric') ?? 1024),
    text,
    ...(source === undefined ? {} : { source: addr6(source) }),
    ...(hopLimit === undefined ? {} : { hopLimit: Number(hopLimit) }),
  };
}

const policyRule = (priority: number, table: number): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table },
  text: `${priority}: from all lookup ${table}`,
});

/** The rules that every kernel begins with: IPv6 has no table default. */
export const POLICY6: readonly PolicyRule[] = [policyRule(0, 255), policyRule(32766, 254)];

function rulesetFrom(name: string, text: string | undefined): Node['ruleset'] {
  if (text === undefined) return assumed(EMPTY_RULESET, { node: name, text: 'no ip6tables rules' });
  const tables = text
    .trim()
    .split(/\n(?=\s*\*)/)
    .map((table) => `${table.trimEnd()}\nCOMMIT\n`);
  const lines = tables
    .join('')
    .split('\n')
    .map((line) => line.trim());
  const { value, located } = parseIptablesSave(lines.join('\n'), `${name}/ip6tables-save.txt`, 6);
  if (value === undefined) throw new Error(located.map(({ message, line }) => `${message}: ${line}`).join('\n'));
  return known(value);
}

function nodeFrom(name: string, host: Host6): Node {
  const ports: Readonly<Record<string, Port6>> = { lo: { addresses: ['::1/128'] }, ...host.interfaces };
  const all = Object.entries(ports).map(([device, port]) => interfaceFrom(name, device, port));
  const settings = Object.entries(host.sysctl ?? {}).map(
    ([key, value]) => [key, { value: `${value}`, place: place(`${name}/sysctl.txt`) }] as const,
  );
  const neighbours = (host.neighbours ?? []).map(
    ([address, device, mac]): Neighbour => ({
      address: addr6(address),
      device,
      mac: parseMac(mac) ?? 0,
      state: 'PERMANENT',
      place: place(`${name}/ip-neigh.json`),
    }),
  );
  const forwards = host.sysctl?.['net.ipv6.conf.all.forwarding'] === 1;
  const six: SixNode = {
    addresses: new Map(all.map(({ one, addresses }) => [one.name, addresses])),
    routes: [
      ...all.flatMap((one) => derived(one, forwards)),
      ...(host.routes ?? []).map((text) => routeFrom(text, all)),
    ],
    rules: [...POLICY6, ...(host.rules ?? [])].sort((a, b) => a.priority - b.priority),
    neighbours,
    ruleset: rulesetFrom(name, host.ip6tables),
    listeners:
      host.listeners === undefined
        ? { kind: 'unknown', reason: 'no capture shows what listens' }
        : known(
            host.listeners.map(([protocol, port, address, device]) => ({
              protocol,
              port,
              address: address === undefined ? 0n : addr6(address),
              ...(device === undefined ? {} : { device }),
              place: place('ss.txt'),
            })),
          ),
    assumptions: [],
    ...(host.undecided === undefined ? {} : { undecided: host.undecided }),
  };
  return {
    name,
    interfaces: all.map(({ one }) => one),
    routes: [],
    rules: [],
    neighbours: [],
    ruleset: known(EMPTY_RULESET),
    sets: new Map((host.sets ?? []).map((set) => [set.name, set])),
    settings: new Map(settings),
    settingsComplete: false,
    kernelDefaults: true,
    listeners: { kind: 'unknown', reason: 'no capture shows what listens' },
    dhcpServers: [],
    unmodelled: [],
    assumptions: [],
    ...framesOf(host),
    six,
  };
}

function framesOf({ ebtables }: Host6): Pick<Node, 'frameRules' | 'frameFlavour'> {
  if (ebtables === undefined) return {};
  const { value, located } = parseEbtablesSave(ebtables, 'ebtables-save.txt');
  if (value === undefined) throw new Error(`not read: ${JSON.stringify(located)}`);
  return { frameRules: value, frameFlavour: 'nf_tables' };
}

/** Builds a network of IPv6; links are lists of `node:interface`. */
export const build6 = (hosts: Readonly<Record<string, Host6>>, links: readonly (readonly string[])[]): Network =>
  network(
    Object.entries(hosts).map(([name, host]) => nodeFrom(name, host)),
    links,
  );

/** A host with one interface `eth0`, and a default router. */
export const host6 = (address: string, router?: string, more: Partial<Host6> = {}): Host6 => ({
  interfaces: { eth0: { addresses: [address] } },
  ...more,
  routes: [...(router === undefined ? [] : [`default via ${router} dev eth0`]), ...(more.routes ?? [])],
});

export const FORWARDING6 = { 'net.ipv6.conf.all.forwarding': 1 } as const;
export const BRIDGE_NF6 = { 'net.bridge.bridge-nf-call-ip6tables': 1 } as const;
export const NO_BRIDGE_NF6 = { 'net.bridge.bridge-nf-call-ip6tables': 0 } as const;
