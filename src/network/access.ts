import type { Interface, Link, LinkEnd, Network, Node } from './network.ts';
import { assumed, type Known, known, notKnown } from './unknown.ts';

/** @throws Error for a name that the network does not have: whoever asks has checked it */
export function nodeOf(network: Network, name: string): Node {
  const node = network.nodes.get(name);
  if (node === undefined) throw new Error(`no node ${name}`);
  return node;
}

export const findInterface = (node: Node, name: string): Interface | undefined =>
  node.interfaces.find((one) => one.name === name);

/** @throws Error for a name that the node does not have */
export function interfaceOf(node: Node, name: string): Interface {
  const found = findInterface(node, name);
  if (found === undefined) throw new Error(`no interface ${name} on ${node.name}`);
  return found;
}

/** The ports of a bridge, in the order of the capture. */
export const portsOf = (node: Node, bridge: string): readonly Interface[] =>
  node.interfaces.filter(({ master }) => master === bridge);

/** The bridge that an interface is a port of. */
export function bridgeOf(node: Node, port: Interface): Interface | undefined {
  const master = port.master === undefined ? undefined : findInterface(node, port.master);
  return master?.kind === 'bridge' ? master : undefined;
}

const links = new WeakMap<Network, ReadonlyMap<string, Link>>();

/** The link that an interface is on; at most one. */
export function linkOf(network: Network, node: string, name: string): Link | undefined {
  const index = links.get(network) ?? indexOf(network);
  links.set(network, index);
  return index.get(`${node}:${name}`);
}

/** Every end's link; where an end is named twice, the first. */
const indexOf = (network: Network): ReadonlyMap<string, Link> =>
  new Map(
    network.links
      .flatMap((link) => link.ends.map((end) => [`${end.node}:${end.interface}`, link] as const))
      .toReversed(),
  );

/** The other ends of an interface's link. */
export const peersOf = (network: Network, node: string, name: string): readonly LinkEnd[] =>
  linkOf(network, node, name)?.ends.filter((end) => end.node !== node || end.interface !== name) ?? [];

/** An interface that is up, on no link, and could be on one: anything may arrive there, and what leaves is out of sight. */
export const leadsOutside = (network: Network, node: string, one: Interface): boolean =>
  one.up &&
  !['loopback', 'bridge', 'vlan', 'bond', 'dummy'].includes(one.kind) &&
  linkOf(network, node, one.name) === undefined;

/** Kernel defaults of the settings that the model reads (Documentation/networking/ip-sysctl.rst, nf_conntrack-sysctl.rst). */
const DEFAULTS: Readonly<Record<string, number>> = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.ip_default_ttl': 64,
  'net.ipv4.icmp_echo_ignore_all': 0,
  'net.ipv4.icmp_echo_ignore_broadcasts': 1,
  'net.ipv4.conf.*.rp_filter': 0,
  'net.ipv4.conf.*.accept_local': 0,
  'net.ipv4.conf.*.route_localnet': 0,
  'net.ipv4.conf.*.arp_ignore': 0,
  'net.ipv4.conf.*.arp_announce': 0,
  'net.ipv4.conf.*.arp_filter': 0,
  'net.ipv4.conf.*.proxy_arp': 0,
  'net.ipv4.conf.*.forwarding': 0,
  'net.ipv4.conf.*.src_valid_mark': 0,
  'net.ipv6.conf.*.forwarding': 0,
  'net.ipv6.conf.*.force_forwarding': 0,
  'net.ipv6.conf.*.disable_ipv6': 0,
  'net.ipv6.conf.*.hop_limit': 64,
  'net.ipv6.conf.*.proxy_ndp': 0,
  'net.ipv6.conf.*.use_oif_addrs_only': 0,
  'net.ipv6.conf.*.use_tempaddr': 0,
  'net.ipv6.conf.*.drop_unicast_in_l2_multicast': 0,
  'net.ipv6.icmp.echo_ignore_all': 0,
  'net.ipv6.icmp.echo_ignore_multicast': 0,
  'net.ipv6.icmp.echo_ignore_anycast': 0,
  'net.ipv6.anycast_src_echo_reply': 0,
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-call-ip6tables': 1,
  'net.bridge.bridge-nf-call-arptables': 1,
  'net.bridge.bridge-nf-filter-vlan-tagged': 0,
  'net.netfilter.nf_conntrack_tcp_loose': 1,
  'net.netfilter.nf_conntrack_checksum': 1,
};

/** The settings that the model reads, `*` for an interface: what a name that is none of them may have been meant to be. */
export const SETTINGS: readonly string[] = Object.keys(DEFAULTS);

/** Shown nowhere and not the default of anything else: what a missing value means is decided by the contract, section 1. */
const BRIDGE_NF = /^net\.bridge\.bridge-nf-/;
const PER_INTERFACE = /^(net\.ipv[46]\.conf\.)([^.]+|.+)(\.[a-z0-9_]+)$/;

const SIX = 'net.ipv6.conf.';

/** A setting's name with a star for its interface, as {@link SETTINGS} has it. */
export const genericKey = (key: string): string => key.replace(PER_INTERFACE, '$1*$3');
export const isModelled = (key: string): boolean => Object.hasOwn(DEFAULTS, genericKey(key));

/** The form in which keys are held: `net/ipv4/…` and the `eth0/100` that `sysctl -a` makes of a device eth0.100 are the same with dots. */
export const settingKey = (key: string): string => key.replaceAll('/', '.');

/** What a node's settings are looked up in. */
export type SettingsOf = Pick<Node, 'name' | 'settings' | 'settingsComplete' | 'kernelDefaults'>;

/**
 * One setting of a node, a whole number. A key that no capture shows is the kernel's default, as an assumption, where
 * defaults may be assumed or the capture is whole; `net.bridge.*` is never assumed: a whole `sysctl -a` without it means
 * that br_netfilter is absent (0), anything less leaves it unknown. `conf.IFACE.*` falls back to `conf.default.*`,
 * `conf.*.forwarding` to `ip_forward`, of IPv6 to `conf.all.forwarding`.
 * @throws Error for a key that the model has no default for
 */
export function sysctl(node: SettingsOf, written: string): Known<number> {
  const key = settingKey(written);
  const shown = node.settings.get(key);
  if (shown !== undefined) return known(Number(shown.value));
  const [, head = '', device = '', tail = ''] = PER_INTERFACE.exec(key) ?? [];
  const generic = tail === '' ? key : `${head}*${tail}`;
  const standard = DEFAULTS[generic];
  if (standard === undefined) throw new Error(`no default for ${key}`);
  if (BRIDGE_NF.test(key))
    return node.settingsComplete ? known(0) : notKnown(`no capture of ${node.name} shows ${key}`);
  const inherited = tail === '' || device === 'default' ? undefined : fallback(node, device, head, tail);
  if (inherited !== undefined) return inherited;
  if (node.settingsComplete || node.kernelDefaults)
    return assumed(standard, { node: node.name, text: `${key} = ${standard} (kernel default: no capture shows it)` });
  return notKnown(`no capture of ${node.name} shows ${key}`);
}

function fallback(node: SettingsOf, device: string, head: string, tail: string): Known<number> | undefined {
  if (tail === '.forwarding' && head === SIX) return device === 'all' ? undefined : sysctl(node, `${SIX}all${tail}`);
  if (tail === '.forwarding') return sysctl(node, 'net.ipv4.ip_forward');
  const source = device === 'all' ? undefined : node.settings.get(`${head}default${tail}`);
  if (source === undefined) return undefined;
  const text = `${head}${device}${tail} = ${source.value} (as ${head}default${tail}: no capture shows it)`;
  return assumed(Number(source.value), { node: node.name, text });
}
