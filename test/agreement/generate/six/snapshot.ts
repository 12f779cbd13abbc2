import { TABLES } from '../../../../src/network/ruleset.ts';
import { parseMac, parsePrefix, prefix, printAddress, printPrefix } from '../../../../src/packet/address.ts';
import { macOf, snapshotOf } from '../snapshot.ts';
import type { World, WorldNode, WorldTable } from '../world.ts';
import { type Extra, NO_EXTRA, withRules } from './extra.ts';
import { addressesIn, linkLocal, ruleIn, sixOf } from './text.ts';

/** Prints a world as the captures of hosts that have its addresses, routes and rules in IPv6, and none in IPv4. */
export function sixSnapshotOf(world: World, extra: Extra = NO_EXTRA): ReadonlyMap<string, string> {
  const files = new Map([...snapshotOf(world)].filter(([file]) => SHARED.test(file)));
  for (const [file, text] of files) if (file.endsWith('/ip-addr.json')) files.set(file, addresses(text, extra));
  for (const name of Object.keys(world.nodes)) {
    for (const [file, text] of Object.entries(nodeFiles(world, name, extra))) files.set(`${name}/${file}`, text);
  }
  return files;
}

const SHARED = /(^network\.yaml|\/ip-addr\.json|\/hairpin-.*)$/;

interface Shown {
  readonly ifname: string;
  readonly address: string;
  readonly flags: readonly string[];
  readonly addr_info: readonly { readonly local: string; readonly prefixlen: number }[];
}

const addresses = (text: string, extra: Extra): string =>
  JSON.stringify((JSON.parse(text) as Shown[]).map((one) => ({ ...one, addr_info: infoOf(one, extra) })));

function infoOf({ ifname, address, flags, addr_info }: Shown, { deprecated }: Extra): readonly object[] {
  const up = flags.includes('UP');
  if (ifname === 'lo')
    return [
      ...addr_info.filter(({ local }) => !local.startsWith('127.')).map((one) => shown(one.local, one.prefixlen)),
      { family: 'inet6', local: '::1', prefixlen: 128, scope: 'host' },
    ];
  if (!up) return [];
  const own = addr_info.map((one, i) => ({
    ...shown(one.local, one.prefixlen),
    ...(deprecated && i === 0 ? { deprecated: true } : {}),
  }));
  const near = printAddress(linkLocal(parseMac(address) ?? 0));
  return [...own, { family: 'inet6', local: near, prefixlen: 64, scope: 'link' }];
}

const shown = (local: string, length: number): object => ({
  family: 'inet6',
  local: printAddress(sixOf(local)),
  prefixlen: length + 96,
  scope: 'global',
});

function nodeFiles(world: World, name: string, extra: Extra): Record<string, string> {
  const node = world.nodes[name] as WorldNode;
  const routes = [...new Set([...connected(node), ...standing(node)])];
  return {
    'ip-route.txt': '',
    'ip-6-route.txt': lines(extra.near ? routes.map((text) => nearby(world, text)) : routes),
    'ipset-save.txt': lines([
      'create nets hash:net family inet6 hashsize 1024 maxelem 65536',
      'add nets 2001:db8::a01:0/120',
      'add nets fe80::/64',
      'add nets 2001:db8::a01:2 nomatch',
    ]),
    'ip-6-rule.txt': lines([
      '0:\tfrom all lookup local',
      ...node.policies.map(addressesIn),
      '32766:\tfrom all lookup main',
    ]),
    'ip-neigh.json': JSON.stringify(node.neighbours.map(neighbour)),
    'ip6tables-save.txt': TABLES.flatMap((each) => {
      const table = withRules(node.tables[each], each, extra.rules[name] ?? []);
      return table === undefined ? [] : [tableText(each, table)];
    }).join(''),
    'iptables-save.txt': '',
    'sysctl.txt': lines(
      Object.entries({ ...settings(node), ...extra.settings[name] }).map(([key, value]) => `${key} = ${value}`),
    ),
  };
}

/** The gateway by the address of the link that its interface has. */
function nearby(world: World, text: string): string {
  const [, gateway] = / via (\S+)/.exec(text) ?? [];
  for (const [name, { interfaces }] of Object.entries(world.nodes))
    for (const [device, { addresses: own }] of Object.entries(interfaces))
      if (own.some((one) => printAddress(sixOf(one.split('/')[0] ?? '')) === gateway))
        return text.replace(` via ${gateway}`, ` via ${printAddress(nearOf(world, name, device))}`);
  return text;
}

const settings = ({ settings: own }: WorldNode): Record<string, number> => ({
  'net.ipv6.conf.all.forwarding': own['net.ipv4.ip_forward'] ?? 0,
  'net.bridge.bridge-nf-call-arptables': 1,
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-call-ip6tables': own['net.bridge.bridge-nf-call-iptables'] ?? 1,
  'net.bridge.bridge-nf-filter-vlan-tagged': own['net.bridge.bridge-nf-filter-vlan-tagged'] ?? 0,
  ...Object.fromEntries(
    Object.entries(own).flatMap(([key, value]) => (/^net\.(netfilter|ipv6)\./.test(key) ? [[key, value]] : [])),
  ),
});

/** What the kernel makes of addresses, as `ip -6 route show table main` prints it. */
const connected = (node: WorldNode): readonly string[] => [
  ...new Set([
    ...Object.entries(node.interfaces).flatMap(([name, { addresses: own, up }]) =>
      up === false
        ? []
        : [
            ...own.map((text) => `${networkOf(text)} dev ${name} proto kernel metric 256 pref medium`),
            `fe80::/64 dev ${name} proto kernel metric 256 pref medium`,
          ],
    ),
    ...node.loopback.map(
      (text) => `${printAddress(sixOf(text.split('/')[0] ?? ''))} dev lo proto kernel metric 256 pref medium`,
    ),
  ]),
];

function networkOf(text: string): string {
  const { length = 32 } = parsePrefix(text) ?? {};
  const net = prefix(sixOf(text.split('/')[0] ?? ''), length + 96);
  return length === 32 ? printAddress(net.address) : printPrefix(net);
}

/** Routes by a device that is down are gone. */
const standing = ({ interfaces, routes, policies }: WorldNode): readonly string[] => [
  ...routes
    .filter((text) => [...text.matchAll(/ dev (\S+)/g)].every(([, device = '']) => interfaces[device]?.up !== false))
    .map(routeText),
  ...[...new Set(policies.flatMap((text) => / lookup (\d+)/.exec(text)?.[1] ?? []))].map(
    (table) => `blackhole 2001:db8:dead::/48 dev lo table ${table} metric 1024 pref medium`,
  ),
];

function routeText(text: string): string {
  const plain = text.replace(/ scope \S+/, '').replace(/ tos \S+/, '');
  const nowhere = /^(blackhole|unreachable|prohibit|throw)/.test(plain) && !plain.includes(' dev ') ? ' dev lo' : '';
  const metric = plain.includes(' metric ') ? '' : ' metric 1024';
  const [head = '', ...rest] = `${addressesIn(plain)}${nowhere}`.split(/(?= table )/);
  return `${head}${rest.join('')}${metric} pref medium`;
}

function neighbour(text: string): object {
  const [dst = '', dev, lladdr] = text.split(' ');
  return { dst: printAddress(sixOf(dst)), dev, lladdr, state: ['PERMANENT'] };
}

function tableText(name: string, { policies, chains, rules }: WorldTable): string {
  const heads = [
    ...Object.entries(policies).map(([chain, policy]) => `:${chain} ${policy} [0:0]`),
    ...chains.map((chain) => `:${chain} - [0:0]`),
  ];
  return lines([`*${name}`, ...heads, ...rules.map(ruleIn), 'COMMIT']);
}

const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** The link-local address of an interface of a world. */
export const nearOf = (world: World, name: string, device: string): bigint =>
  linkLocal(macOf(world.nodes[name] as WorldNode, Object.keys(world.nodes).indexOf(name), device));
