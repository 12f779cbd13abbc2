import type {
  Interface,
  InterfaceAddress,
  InterfaceKind,
  LinkEnd,
  Listener,
  Neighbour,
  Network,
  Node,
  PolicyRule,
  Route,
} from '../../src/network/network.ts';
import { EMPTY_RULESET, type IpSet } from '../../src/network/ruleset.ts';
import { assumed, type Known, known, notKnown } from '../../src/network/unknown.ts';
import { holds, parseAddress, parseMac, parsePrefix, prefix, rangeOf } from '../../src/packet/address.ts';
import type { Place } from '../../src/packet/place.ts';
import { parseIptablesSave } from '../../src/parse/iptables/save.ts';

/** An interface as a test writes it: its addresses, and whatever is not the usual. */
export interface Port {
  readonly addresses?: readonly string[];
  readonly kind?: InterfaceKind;
  readonly mac?: string;
  readonly master?: string;
  readonly up?: boolean;
  readonly hairpin?: boolean;
  readonly vlan?: Interface['vlan'];
  readonly scope?: number;
}

export interface Host {
  readonly interfaces: Readonly<Record<string, Port>>;
  /** As `ip route add` takes them; connected, local and broadcast routes follow from the addresses. */
  readonly routes?: readonly string[];
  readonly rules?: readonly PolicyRule[];
  /** As iptables-save prints it, without COMMIT; `undefined`: no rules; `null`: not captured. */
  readonly iptables?: string | null;
  readonly sysctl?: Readonly<Record<string, number>>;
  readonly listeners?: readonly (readonly [protocol: number, port: number])[];
  readonly neighbours?: readonly Neighbour[];
  readonly sets?: readonly IpSet[];
  readonly frameRules?: Node['frameRules'];
  readonly arpRules?: Node['arpRules'];
  readonly undecided?: Node['undecided'];
  readonly unmodelled?: Node['unmodelled'];
  /** Neither a whole sysctl capture nor kernel defaults: settings that are not given are unknown. */
  readonly partial?: boolean;
}

export const addr = (text: string): number => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no address ${text}`);
  return address;
};

const place = (file: string): Place => ({ file, line: 1, column: 1 });

/** Every interface gets an address of its own; the n-th interface of a test's network the n-th. */
let nextMac = 0x020000000000;

function interfaceFrom(node: string, name: string, port: Port): Interface {
  const mac = port.mac === undefined ? ++nextMac : (parseMac(port.mac) ?? 0);
  const kind = port.kind ?? (name === 'lo' ? 'loopback' : name.startsWith('br') ? 'bridge' : 'ethernet');
  const addresses = (port.addresses ?? []).map((text, n) => addressFrom(node, text, port, n));
  const { master, vlan } = port;
  return {
    name,
    kind,
    up: port.up ?? true,
    carrier: true,
    mac: name === 'lo' ? 0 : mac,
    addresses,
    hairpin: known(port.hairpin ?? false),
    promisc: false,
    mtu: 1500,
    place: place(`${node}/ip-addr.txt`),
    ...(master === undefined ? {} : { master }),
    ...(vlan === undefined ? {} : { vlan }),
  };
}

function addressFrom(node: string, text: string, { scope = 0 }: Port, n: number): InterfaceAddress {
  const [head = '', tail = '32'] = text.split('/');
  const local = addr(head);
  return {
    ...prefix(local, Number(tail)),
    local,
    scope,
    secondary: n > 0 && false,
    place: place(`${node}/ip-addr.txt`),
  };
}

/** Local, broadcast and connected routes as the kernel adds them with an address. */
const derived = (one: Interface): readonly Route[] =>
  one.addresses.flatMap(({ local, address, length, scope }) => {
    const hop = { device: one.name, weight: 1 };
    const base = { metric: 0, tos: 0, onlink: false, nextHops: [hop], source: local };
    const own = prefix(local, 32);
    const routes: Route[] = [
      {
        ...base,
        table: 255,
        type: 'local',
        destination: one.name === 'lo' ? { address, length } : own,
        scope: 254,
        text: `local ${local}`,
      },
    ];
    if (length < 31 && one.name !== 'lo') {
      const [, last] = rangeOf({ address, length });
      routes.push({
        ...base,
        table: 255,
        type: 'broadcast',
        destination: prefix(last, 32),
        scope: 253,
        text: `broadcast on ${one.name}`,
      });
    }
    if (length < 32 && one.up && one.name !== 'lo')
      routes.push({
        ...base,
        table: 254,
        type: 'unicast',
        destination: { address, length },
        scope,
        text: `connected on ${one.name}`,
      });
    return routes.map((route) => (route.type === 'unicast' ? { ...route, scope: 253 } : route));
  });

const TYPES: readonly string[] = ['blackhole', 'unreachable', 'prohibit', 'throw', 'local'];

/** `[TYPE] PREFIX [via A] [dev D] [src A] [table N] [metric N] [tos N] [onlink]`; `nexthop via A dev D` more than once. */
function routeFrom(text: string, interfaces: readonly Interface[]): Route {
  const words = text.split(' ');
  const type = (TYPES.includes(words[0] ?? '') ? words.shift() : 'unicast') as Route['type'];
  const to = words[0] === 'default' ? '0.0.0.0/0' : (words[0] ?? '');
  const destination = parsePrefix(to);
  if (destination === undefined) throw new Error(`no route ${text}`);
  const value = (key: string, list = words): string | undefined =>
    list.includes(key) ? list[list.indexOf(key) + 1] : undefined;
  const hops = text.includes('nexthop') ? text.split('nexthop ').slice(1) : [text];
  const nextHops = ['blackhole', 'unreachable', 'prohibit', 'throw'].includes(type)
    ? []
    : hops.map((hop) => {
        const list = hop.split(' ');
        const via = value('via', list);
        const device =
          value('dev', list) ??
          interfaces.find(({ addresses }) => addresses.some((one) => via !== undefined && holds(one, addr(via))))?.name;
        if (device === undefined) throw new Error(`no device for ${text}`);
        return { device, weight: 1, ...(via === undefined ? {} : { via: addr(via) }) };
      });
  const source = value('src');
  return {
    table: Number(value('table') ?? (type === 'local' ? 255 : 254)),
    type,
    destination,
    nextHops,
    metric: Number(value('metric') ?? 0),
    tos: Number(value('tos') ?? 0),
    scope: type === 'local' ? 254 : text.includes('via') ? 0 : 253,
    onlink: words.includes('onlink'),
    text,
    ...(source === undefined ? {} : { source: addr(source) }),
  };
}

const policyRule = (priority: number, table: number): PolicyRule => ({
  priority,
  inverted: false,
  action: { kind: 'table', table },
  text: `${priority}: from all lookup ${table}`,
});

/** The rules that every kernel begins with. */
export const POLICY: readonly PolicyRule[] = [policyRule(0, 255), policyRule(32766, 254), policyRule(32767, 253)];

function rulesetFrom(name: string, text: string | null | undefined): Node['ruleset'] {
  if (text === null) return notKnown(`no capture of ${name} shows its rules`);
  if (text === undefined) return assumed(EMPTY_RULESET, { node: name, text: 'no iptables rules' });
  const tables = text
    .trim()
    .split(/\n(?=\*)/)
    .map((table) => `${table.trimEnd()}\nCOMMIT\n`);
  const lines = tables
    .join('')
    .split('\n')
    .map((line) => line.trim());
  const { value, located } = parseIptablesSave(lines.join('\n'), `${name}/iptables-save.txt`);
  if (value === undefined) throw new Error(located.map(({ message, line }) => `${message}: ${line}`).join('\n'));
  return known(value);
}

function listenersFrom(list: Host['listeners']): Known<readonly Listener[]> {
  if (list === undefined) return notKnown('no capture shows what listens');
  return known(list.map(([protocol, port]) => ({ protocol, port, address: 0, place: place('ss.txt') })));
}

function nodeFrom(name: string, host: Host): Node {
  const all = { lo: { addresses: ['127.0.0.1/8'], scope: 254 }, ...host.interfaces };
  const interfaces = Object.entries(all).map(([device, port]) => interfaceFrom(name, device, port));
  const settings = Object.entries(host.sysctl ?? {}).map(
    ([key, value]) => [key, { value: `${value}`, place: place(`${name}/sysctl.txt`) }] as const,
  );
  return {
    name,
    interfaces,
    routes: [...interfaces.flatMap(derived), ...(host.routes ?? []).map((text) => routeFrom(text, interfaces))],
    rules: [...POLICY, ...(host.rules ?? [])].sort((a, b) => a.priority - b.priority),
    neighbours: host.neighbours ?? [],
    ruleset: rulesetFrom(name, host.iptables),
    sets: new Map((host.sets ?? []).map((set) => [set.name, set])),
    settings: new Map(settings),
    settingsComplete: false,
    kernelDefaults: host.partial !== true,
    listeners: listenersFrom(host.listeners),
    dhcpServers: [],
    unmodelled: host.unmodelled ?? [],
    ...(host.frameRules === undefined ? {} : { frameRules: host.frameRules }),
    ...(host.arpRules === undefined ? {} : { arpRules: host.arpRules }),
    ...(host.undecided === undefined ? {} : { undecided: host.undecided }),
    assumptions: [],
  };
}

/** `node:interface`, with a trailing `!` where only frames to the port's own address are delivered. */
const endFrom = (text: string): LinkEnd => {
  const [node = '', name = ''] = text.replace('!', '').split(':');
  return { node, interface: name, ownAddressOnly: text.endsWith('!') };
};

/** @param links - lists of `node:interface` */
export const network = (nodes: readonly Node[], links: readonly (readonly string[])[]): Network => ({
  nodes: new Map(nodes.map((node) => [node.name, node])),
  links: links.map((ends, n) => ({ name: `link${n + 1}`, ends: ends.map(endFrom), place: place('network.yaml') })),
  names: new Map(),
  inventory: [],
});

export const build = (hosts: Readonly<Record<string, Host>>, links: readonly (readonly string[])[]): Network =>
  network(
    Object.entries(hosts).map(([name, host]) => nodeFrom(name, host)),
    links,
  );

/** A host with one interface `eth0`. */
export const host = (address: string, more: Omit<Host, 'interfaces'> = {}): Host => ({
  interfaces: { eth0: { addresses: [address] } },
  ...more,
});
/** A host with one interface and a default gateway. */
export const guest = (address: string, gateway: string, more: Omit<Host, 'interfaces'> = {}): Host => ({
  ...host(address, more),
  routes: [`default via ${gateway}`, ...(more.routes ?? [])],
});

export const FORWARDING = { 'net.ipv4.ip_forward': 1 } as const;
export const BRIDGE_NF = { 'net.bridge.bridge-nf-call-iptables': 1 } as const;
/** What a host with bridges is without: no br_netfilter. */
export const NO_BRIDGE_NF = { 'net.bridge.bridge-nf-call-iptables': 0 } as const;

/** `a` and `b` on both sides of the router `r`. */
export const routed = (more: Partial<Host>): Network =>
  build(
    {
      a: guest('10.0.0.1/24', '10.0.0.254'),
      b: guest('10.0.1.1/24', '10.0.1.254'),
      r: {
        interfaces: { eth0: { addresses: ['10.0.0.254/24'] }, eth1: { addresses: ['10.0.1.254/24'] } },
        sysctl: FORWARDING,
        ...more,
      },
    },
    [
      ['a:eth0', 'r:eth0'],
      ['b:eth0', 'r:eth1'],
    ],
  );
