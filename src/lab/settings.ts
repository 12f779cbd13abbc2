import { sysctl } from '../network/access.ts';
import type { Node } from '../network/network.ts';

/** Every setting that the model reads, with the kernel's default where the network leaves it unknown: a new namespace takes some of the machine's own. */
const NODE_WIDE: readonly (readonly [key: string, standard: number])[] = [
  ['net.ipv4.ip_forward', 0],
  ['net.ipv4.ip_default_ttl', 64],
  ['net.ipv4.icmp_echo_ignore_all', 0],
  ['net.ipv4.icmp_echo_ignore_broadcasts', 1],
  ['net.bridge.bridge-nf-call-iptables', 1],
  ['net.bridge.bridge-nf-call-arptables', 1],
  ['net.bridge.bridge-nf-filter-vlan-tagged', 0],
  ['net.netfilter.nf_conntrack_tcp_loose', 1],
  ['net.netfilter.nf_conntrack_checksum', 1],
];
const PER_INTERFACE = [
  'rp_filter',
  'accept_local',
  'route_localnet',
  'arp_ignore',
  'arp_announce',
  'arp_filter',
  'proxy_arp',
  'src_valid_mark',
] as const;

/** Keeps one probe from changing the way of the next: redirects are not believed, errors are never held back. */
const QUIET: readonly (readonly [key: string, value: number])[] = [
  ['net.ipv4.conf.all.accept_redirects', 0],
  ['net.ipv4.conf.default.accept_redirects', 0],
  ['net.ipv4.icmp_ratelimit', 0],
  ['net.ipv4.tcp_syn_retries', 1],
];
/** Before any interface exists: IPv6 stays silent. */
const EARLY: readonly (readonly [key: string, value: number])[] = [
  ['net.ipv6.conf.all.disable_ipv6', 1],
  ['net.ipv6.conf.default.disable_ipv6', 1],
  ...QUIET,
];
/** Of each interface: a neighbour that does not answer is given up after 0.3 s, and no probe waiting for it is lost. */
const NEIGHBOUR: readonly (readonly [key: string, value: number])[] = [
  ['net.ipv4.neigh.*.retrans_time_ms', 100],
  ['net.ipv4.neigh.*.mcast_solicit', 3],
  ['net.ipv4.neigh.*.unres_qlen', 1000],
];

/** One setting as the agent writes it: the path below /proc/sys, and the value. */
export type SettingLine = readonly [path: string, value: number];

/** Only separators become slashes: an interface `eth0.7` keeps its dot. */
const path = (key: string, device?: string): string =>
  device === undefined ? key.replaceAll('.', '/') : key.replaceAll('.', '/').replace('*', device);

export const earlySettings = (): readonly SettingLine[] => EARLY.map(([key, value]) => [path(key), value]);

/** The node's settings, for when its interfaces exist: node-wide ones first, because writing `ip_forward` sets those below it. */
export function settingLines(node: Node): readonly SettingLine[] {
  const devices = ['all', 'default', ...node.interfaces.map(({ name }) => name)];
  return [
    ...NODE_WIDE.map(([key, standard]): SettingLine => [path(key), value(node, key, standard)]),
    ...PER_INTERFACE.flatMap((tail) => devices.map((device) => perInterface(node, device, tail))),
    ...node.interfaces.map(({ name }) => perInterface(node, name, 'forwarding')),
    ...devices.map((device): SettingLine => [path('net.ipv4.conf.*.send_redirects', device), redirects(node, device)]),
    ...node.interfaces.flatMap(({ name }) => NEIGHBOUR.map(([key, number]): SettingLine => [path(key, name), number])),
  ];
}

const perInterface = (node: Node, device: string, tail: string): SettingLine => [
  path(`net.ipv4.conf.*.${tail}`, device),
  value(node, `net.ipv4.conf.${device.replaceAll('.', '/')}.${tail}`, 0),
];

/** Sent as the capture says (the kernel's default is 1): what is sent changes how sources are validated, nobody believes it. */
const redirects = ({ settings }: Node, device: string): number =>
  Number(
    (settings.get(`net.ipv4.conf.${device}.send_redirects`) ?? settings.get('net.ipv4.conf.default.send_redirects'))
      ?.value ?? 1,
  );

function value(node: Node, key: string, standard: number): number {
  const shown = sysctl(node, key);
  return shown.kind === 'known' ? shown.value : standard;
}
