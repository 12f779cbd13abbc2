import { sysctl } from '../../network/access.ts';
import type { Node } from '../../network/network.ts';
import type { SettingLine } from '../settings.ts';

type Value = readonly [key: string, value: number];

/** Nothing is asked, announced, configured or held back but by the probes and their answers. */
const QUIET: readonly Value[] = [
  ['accept_dad', 0],
  ['accept_ra', 0],
  ['accept_redirects', 0],
  ['autoconf', 0],
  ['dad_transmits', 0],
  ['router_solicitations', 0],
  // link-local addresses are those that the network shows
  ['addr_gen_mode', 1],
  ['keep_addr_on_down', 1],
];
const EARLY: readonly Value[] = [
  ['net.ipv6.icmp.ratelimit', 0],
  ['net.ipv4.tcp_syn_retries', 1],
];

const NODE_WIDE: readonly string[] = [
  'net.ipv6.icmp.echo_ignore_all',
  'net.ipv6.icmp.echo_ignore_multicast',
  'net.ipv6.icmp.echo_ignore_anycast',
  'net.ipv6.anycast_src_echo_reply',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-filter-vlan-tagged',
  'net.netfilter.nf_conntrack_tcp_loose',
  'net.netfilter.nf_conntrack_checksum',
];
/** Read of each device; those of `all` that count beside the device's own. */
const PER_INTERFACE: readonly string[] = [
  'hop_limit',
  'proxy_ndp',
  'use_oif_addrs_only',
  'use_tempaddr',
  'drop_unicast_in_l2_multicast',
];
const NEIGHBOUR: readonly Value[] = [
  ['retrans_time_ms', 100],
  ['mcast_solicit', 3],
  ['unres_qlen', 1000],
  ['proxy_delay', 0],
];

/** Only separators become slashes: an interface `eth0.7` keeps its dot. */
const path = (key: string): string => key.replaceAll('.', '/');
const ofDevice = (device: string, name: string): string => `net/ipv6/conf/${device}/${name}`;

/** Before any interface exists. */
export const earlySettings6 = (): readonly SettingLine[] => [
  ...EARLY.map(([key, value]): SettingLine => [path(key), value]),
  ...['all', 'default'].flatMap((device) =>
    [['disable_ipv6', 0] as const, ...QUIET].map(([name, value]): SettingLine => [ofDevice(device, name), value]),
  ),
];

/** When the interfaces are there: `all.forwarding` first, because writing it sets those of all devices. */
export function settingLines6(node: Node): readonly SettingLine[] {
  const devices = node.interfaces.map(({ name }) => name);
  const conf = (device: string, name: string): SettingLine => [
    ofDevice(device, name),
    value(node, `net.ipv6.conf.${device.replaceAll('.', '/')}.${name}`, 0),
  ];
  return [
    ...NODE_WIDE.map((key): SettingLine => [path(key), value(node, key, key.includes('bridge-nf-call') ? 1 : 0)]),
    conf('all', 'forwarding'),
    ...devices.flatMap((device) => [conf(device, 'forwarding'), conf(device, 'force_forwarding')]),
    ...['all', ...devices].flatMap((device) => PER_INTERFACE.map((name) => conf(device, name))),
    ...devices.map((device) => conf(device, 'disable_ipv6')),
    ...devices.flatMap((device) =>
      NEIGHBOUR.map(([name, number]): SettingLine => [`net/ipv6/neigh/${device}/${name}`, number]),
    ),
  ];
}

function value(node: Node, key: string, standard: number): number {
  const shown = sysctl(node, key);
  return shown.kind === 'known' ? shown.value : standard;
}
