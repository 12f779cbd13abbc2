import { FRAME_TABLES } from '../../../src/network/frame-rules.ts';
import { TABLES } from '../../../src/network/ruleset.ts';
import {
  netmask,
  parseAddress,
  parsePrefix,
  printAddress,
  printMac,
  printPrefix,
} from '../../../src/packet/address.ts';
import type { FrameWorldTable, World, WorldInterface, WorldNode, WorldTable } from './world.ts';

/** Prints a world as the captures of its hosts: what `parseSnapshot` reads. */
export function snapshotOf(world: World): ReadonlyMap<string, string> {
  const files = Object.entries(world.nodes).flatMap(([name, node], n) =>
    Object.entries(nodeFiles(node, n)).map(([file, text]) => [`${name}/${file}`, text] as const),
  );
  return new Map([['network.yaml', networkYaml(world)], ...files]);
}

const networkYaml = ({ links, filtered }: World): string =>
  [
    'version: 1',
    'assume: kernel-defaults',
    'links:',
    ...Object.entries(links).flatMap(([name, ends]) => linkYaml(name, ends, filtered)),
  ]
    .join('\n')
    .concat('\n');

function linkYaml(name: string, ends: readonly string[], filtered: readonly string[]): readonly string[] {
  const own = ends.filter((end) => filtered.includes(end)).map((end) => `'${end}': own`);
  return [
    `  ${name}:`,
    `    ends: [${ends.map((end) => `'${end}'`).join(', ')}]`,
    ...(own.length === 0 ? [] : [`    mac-filter: { ${own.join(', ')} }`]),
  ];
}

function nodeFiles(node: WorldNode, n: number): Record<string, string> {
  const hairpins = Object.entries(node.interfaces).flatMap(([name, { master, hairpin }]) =>
    master === undefined ? [] : [[`hairpin-${name}.txt`, hairpin === true ? '1\n' : '0\n'] as const],
  );
  return {
    'ip-addr.json': `${JSON.stringify(addresses(node, n))}\n`,
    'ip-route.txt': lines([
      ...new Set([
        ...connected(node),
        ...localTable(node),
        ...standing(node).map((text) => text.replace(/\/32(?= |$)/, '')),
      ]),
    ]),
    'ip-rule.txt': lines([
      '0:\tfrom all lookup local',
      ...node.policies,
      '32766:\tfrom all lookup main',
      '32767:\tfrom all lookup default',
    ]),
    ...(node.neighbours.length === 0
      ? {}
      : { 'ip-neigh.json': `${JSON.stringify(node.neighbours.map(neighbourJson))}\n` }),
    'iptables-save.txt': TABLES.flatMap((name) =>
      node.tables[name] === undefined ? [] : [tableText(name, node.tables[name])],
    ).join(''),
    ...frameFiles(node),
    'sysctl.txt': lines(Object.entries({ ...STANDARD, ...node.settings }).map(([key, value]) => `${key} = ${value}`)),
    ...Object.fromEntries(hairpins),
  };
}

/** Neither tool prints COMMIT. */
const frameFiles = ({ frames, arp }: WorldNode): Record<string, string> => ({
  ...(frames === undefined
    ? {}
    : { 'ebtables-save.txt': FRAME_TABLES.flatMap((name) => frameText(name, frames[name])).join('') }),
  ...(arp === undefined ? {} : { 'arptables-save.txt': frameText('filter', arp).join('') }),
});

const frameText = (name: string, of: FrameWorldTable | undefined): readonly string[] =>
  of === undefined
    ? []
    : [
        lines([
          `*${name}`,
          ...Object.entries(of.policies).map(([chain, policy]) => `:${chain} ${policy}`),
          ...of.rules,
        ]),
      ];

const tablesOf = (policies: readonly string[]): readonly string[] =>
  policies.flatMap((text) => / lookup (\d+)/.exec(text)?.[1] ?? []);

/** What `ip route show table local` prints, needed where a capture shows anything of that table. */
function localTable({ interfaces, loopback, routes }: WorldNode): readonly string[] {
  if (!routes.some((text) => text.includes('table local'))) return [];
  const own = Object.entries(interfaces).flatMap(([name, { addresses: all, up }]) =>
    up === false ? [] : all.map((text) => [name, text] as const),
  );
  return [
    'local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1',
    'local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1',
    'broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1',
    ...loopback.map((text) => localRoute('lo', text)),
    ...own.flatMap(([name, text]) => [localRoute(name, text), ...broadcastRoute(name, text)]),
  ];
}

const localRoute = (name: string, text: string): string => {
  const [address] = text.split('/');
  return `local ${address} dev ${name} table local proto kernel scope host src ${address}`;
};

function broadcastRoute(name: string, text: string): readonly string[] {
  const { address, length } = parsePrefix(text) ?? { address: 0, length: 32 };
  const last = printAddress(address + (2 ** 32 - 1 - netmask(length)));
  return length > 30
    ? []
    : [`broadcast ${last} dev ${name} table local proto kernel scope link src ${text.split('/')[0]}`];
}

/** Routes by a device that is down are gone. A table that a policy rule looks up must be shown: an empty one shows nothing. */
const standing = ({ interfaces, routes, policies }: WorldNode): readonly string[] =>
  [...routes, ...tablesOf(policies).map((table) => `blackhole 203.0.113.0/24 table ${table}`)].filter((text) =>
    [...text.matchAll(/ dev (\S+)/g)].every(([, device = '']) => interfaces[device]?.up !== false),
  );

function neighbourJson(text: string): object {
  const [dst, dev, lladdr] = text.split(' ');
  return { dst, dev, lladdr, state: ['PERMANENT'] };
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** What every host shows: without them the bridge's settings would be unknown. */
const STANDARD = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.conf.all.rp_filter': 0,
  'net.ipv4.conf.default.rp_filter': 0,
  'net.bridge.bridge-nf-call-arptables': 1,
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-filter-vlan-tagged': 0,
};

function tableText(name: string, { policies, chains, rules }: WorldTable): string {
  const heads = [
    ...Object.entries(policies).map(([chain, policy]) => `:${chain} ${policy} [0:0]`),
    ...chains.map((chain) => `:${chain} - [0:0]`),
  ];
  return lines([`*${name}`, ...heads, ...rules, 'COMMIT']);
}

const addresses = (node: WorldNode, n: number): readonly object[] =>
  [
    ['lo', { kind: 'loopback', addresses: ['127.0.0.1/8', ...node.loopback] } as WorldInterface] as const,
    ...Object.entries(node.interfaces),
  ].map(([name, one], index) => interfaceJson(node, n, index, name, one));

function interfaceJson(node: WorldNode, n: number, index: number, name: string, one: WorldInterface): object {
  const { kind, master, vlan, up } = one;
  const loopback = kind === 'loopback';
  const info =
    kind === 'ethernet' || loopback
      ? {}
      : {
          linkinfo: {
            info_kind: kind,
            ...(vlan === undefined ? {} : { info_data: { protocol: '802.1Q', id: vlan.id, flags: ['REORDER_HDR'] } }),
          },
        };
  return {
    ifindex: index + 1,
    ...(vlan === undefined ? {} : { link: vlan.parent }),
    ifname: name,
    flags: [...(loopback ? ['LOOPBACK'] : ['BROADCAST', 'MULTICAST']), ...(up === false ? [] : ['UP', 'LOWER_UP'])],
    mtu: loopback ? 65536 : 1500,
    ...(master === undefined ? {} : { master }),
    operstate: loopback ? 'UNKNOWN' : up === false ? 'DOWN' : 'UP',
    group: one.group === undefined ? 'default' : String(one.group),
    link_type: loopback ? 'loopback' : 'ether',
    address: printMac(loopback ? 0 : macOf(node, n, name)),
    broadcast: loopback ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff',
    promiscuity: 0,
    ...info,
    addr_info: one.addresses.map((text, i) => addressJson(name, text, one.addresses.slice(0, i))),
  };
}

/** A vlan interface has its parent's address; everything else has its own. */
export function macOf(node: WorldNode, n: number, name: string): number {
  const parent = node.interfaces[name]?.vlan?.parent;
  return parent === undefined
    ? 0x020000000000 + (n + 1) * 256 + Object.keys(node.interfaces).indexOf(name) + 1
    : macOf(node, n, parent);
}

const networkPart = (text: string): string => printPrefix(parsePrefix(text) ?? { address: 0, length: 0 });

function addressJson(label: string, text: string, before: readonly string[]): object {
  const { address, length } = parsePrefix(text) ?? { address: 0, length: 32 };
  const host = label === 'lo' && text.startsWith('127.');
  const secondary = length < 32 && before.some((other) => networkPart(other) === networkPart(text));
  return {
    family: 'inet',
    local: text.split('/')[0],
    prefixlen: length,
    ...(length > 30 || label === 'lo' ? {} : { broadcast: printAddress(address + (2 ** 32 - 1 - netmask(length))) }),
    scope: host ? 'host' : 'global',
    ...(secondary ? { secondary: true } : {}),
    label,
  };
}

/** The routes that the kernel makes for addresses of interfaces that are up, as `ip route` prints them. */
const connected = ({ interfaces }: WorldNode): readonly string[] =>
  Object.entries(interfaces).flatMap(([name, { addresses: own, up }]) =>
    own
      .filter(
        (text, i) =>
          up !== false &&
          !text.endsWith('/32') &&
          !own.slice(0, i).some((other) => networkPart(other) === networkPart(text)),
      )
      .map(
        (text) =>
          `${networkPart(text)} dev ${name} proto kernel scope link src ${printAddress(parseAddress(text.split('/')[0] ?? '') ?? 0)}`,
      ),
  );
