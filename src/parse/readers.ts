import { TABLES } from '../network/ruleset.ts';
import type { Facts, Thing } from './assemble/facts.ts';
import { parseBrctlShow } from './bridge/brctl.ts';
import { parseHairpin } from './bridge/hairpin.ts';
import { parseBridgeLink } from './bridge/link.ts';
import { parseBridgeFdb, parseBridgeVlan } from './bridge/table.ts';
import { parseDnsmasqCmdline } from './dnsmasq/cmdline.ts';
import { parseDnsmasqConf, parseDnsmasqHosts } from './dnsmasq/conf.ts';
import { parseNftJson, parseNftText } from './foreign/nft.ts';
import { parseArptablesSave } from './frames/arptables.ts';
import { parseEbtables } from './frames/ebtables.ts';
import { parseNovaConf } from './host/nova.ts';
import { parseSs } from './host/ss.ts';
import { parseSysctl } from './host/sysctl.ts';
import { parseEtcInterfaces, parseResolv } from './host/text.ts';
import { parseAddrJson } from './ip/addr-json.ts';
import { parseAddrText } from './ip/addr-text.ts';
import { parseArpN, parseNeighJson } from './ip/neighbour.ts';
import { parseRouteJson, parseSixRouteJson } from './ip/route-json.ts';
import { parseRouteN } from './ip/route-n.ts';
import { parseRouteText, parseSixRouteText } from './ip/route-text.ts';
import { parseRuleJson } from './ip/rule-json.ts';
import { parseRuleText } from './ip/rule-text.ts';
import { parseIpsetSave } from './ipset.ts';
import { parseIptablesList } from './iptables/list.ts';
import { parseIptablesSave } from './iptables/save.ts';
import { parseLibvirtDomain } from './libvirt/domain.ts';
import { parseNwFilter } from './libvirt/nwfilter.ts';
import type { Result } from './located.ts';
import { nearest } from './nearest.ts';
import { apart, sixOf } from './six.ts';

/** How one kind of capture is read. */
export interface Reader {
  /** The file's name, or a form of it with a star. */
  readonly name: string;
  readonly thing: Thing;
  /** What the file holds, for the inventory. */
  readonly what: string;
  readonly read: (text: string, file: string) => Result<Facts[Thing]>;
}

const reader = <T extends Thing>(
  name: string,
  thing: T,
  read: (text: string, file: string) => Result<Facts[T]>,
  what: string,
): Reader => ({ name, thing, what, read });

const tableReaders = TABLES.map((table) =>
  reader(
    `iptables-S-${table}.txt`,
    'table',
    (text, file) => {
      const { value, located } = parseIptablesList(text, table, file);
      return value === undefined ? { located } : { value: { name: table, ruleset: value }, located };
    },
    `rules of table ${table} (\`iptables -t ${table} -S\`)`,
  ),
);

const sixTableReaders = TABLES.map((table) =>
  reader(
    `ip6tables-S-${table}.txt`,
    'table6',
    (text, file) => {
      const { value: ruleset, located } = apart(parseIptablesList(text, table, file, 6));
      return { value: { name: table, ruleset }, located };
    },
    `rules of table ${table} of IPv6 (\`ip6tables -t ${table} -S\`)`,
  ),
);

/** Every kind of capture, by the name of its file. Of several that show one thing, the first wins. */
export const READERS: readonly Reader[] = [
  reader('ip-addr.json', 'interfaces', parseAddrJson, 'interfaces and addresses (`ip -d -j addr show`)'),
  reader('ip-addr.txt', 'interfaces', parseAddrText, 'interfaces and addresses (`ip a`)'),
  reader('ip-route.json', 'routes', parseRouteJson, 'routes (`ip -d -j route show table all`)'),
  reader('ip-route.txt', 'routes', parseRouteText, 'routes (`ip route show table all`)'),
  reader('route-n.txt', 'routes', parseRouteN, 'routes (`route -n`)'),
  reader('ip-6-route.json', 'routes6', sixOf(parseSixRouteJson), 'routes of IPv6 (`ip -6 -d -j route show table all`)'),
  reader('ip-6-route.txt', 'routes6', sixOf(parseSixRouteText), 'routes of IPv6 (`ip -6 route show table all`)'),
  reader('ip-rule.json', 'policy', parseRuleJson, 'policy rules (`ip -j rule show`)'),
  reader('ip-rule.txt', 'policy', parseRuleText, 'policy rules (`ip rule`)'),
  reader('ip-6-rule.json', 'policy6', sixOf(parseRuleJson), 'policy rules of IPv6 (`ip -6 -j rule show`)'),
  reader('ip-6-rule.txt', 'policy6', sixOf(parseRuleText), 'policy rules of IPv6 (`ip -6 rule`)'),
  reader('ip-neigh.json', 'neighbours', parseNeighJson, 'neighbours (`ip -j neigh show`)'),
  reader('arp-n.txt', 'neighbours', parseArpN, 'neighbours (`arp -n`)'),
  reader('bridge-link.json', 'ports', parseBridgeLink, 'bridge ports (`bridge -d -j link show`)'),
  reader('bridge-fdb.json', 'forwarding', parseBridgeFdb, 'forwarding entries (`bridge -j fdb show`)'),
  reader('bridge-vlan.json', 'vlans', parseBridgeVlan, 'VLANs of bridge ports (`bridge -j vlan show`)'),
  reader('brctl-show.txt', 'bridges', parseBrctlShow, 'bridges and their ports (`brctl show`)'),
  reader('hairpin-*.txt', 'hairpin', parseHairpin, 'hairpin mode of a bridge port'),
  reader('iptables-save.txt', 'ruleset', parseIptablesSave, 'rules (`iptables-save`)'),
  ...tableReaders,
  reader('ipset-save.txt', 'sets', parseIpsetSave, 'sets (`ipset save`)'),
  reader('ip6tables-save.txt', 'ruleset6', sixOf(parseIptablesSave), 'rules of IPv6 (`ip6tables-save`)'),
  ...sixTableReaders,
  reader('nft-ruleset.json', 'nft', parseNftJson, 'nft rules (`nft -j list ruleset`)'),
  reader('nft-ruleset.txt', 'nft', parseNftText, 'nft rules (`nft list ruleset`)'),
  reader('ebtables-save.txt', 'ebtables', parseEbtables, 'bridge rules (`ebtables-save`)'),
  reader('arptables-save.txt', 'arptables', parseArptablesSave, 'ARP rules (`arptables-save`)'),
  reader('sysctl.txt', 'settings', parseSysctl, 'settings (`sysctl -a`)'),
  reader('ss.txt', 'listeners', parseSs, 'listening sockets (`ss -H -l -t -u -n`)'),
  reader('dnsmasq-cmdline.txt', 'dnsmasq', parseDnsmasqCmdline, 'command line of dnsmasq'),
  reader('dnsmasq-hosts.conf', 'dnsmasqHosts', parseDnsmasqHosts, 'hosts that dnsmasq serves'),
  reader('dnsmasq.conf', 'dnsmasqConf', parseDnsmasqConf, 'configuration of dnsmasq'),
  reader('nova.conf', 'nova', parseNovaConf, 'flags of nova'),
  reader('etc-network-interfaces', 'stanzas', parseEtcInterfaces, 'interfaces as they are set up at boot'),
  reader('libvirt*.xml', 'cards', parseLibvirtDomain, "guests' network cards (libvirt)"),
  reader('nwfilter*.xml', 'filters', parseNwFilter, 'filters of guests (libvirt)'),
  reader('resolv.conf', 'resolver', parseResolv, 'name servers'),
];

const matches = (reader: Reader, name: string): boolean => {
  const [head = '', tail] = reader.name.split('*');
  return tail === undefined
    ? name === head
    : name.startsWith(head) && name.endsWith(tail) && name.length >= head.length + tail.length;
};

export const readerFor = (name: string): Reader | undefined => READERS.find((reader) => matches(reader, name));

/** The name, of those that are known, that a file with an unknown name was most likely meant to have. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const stem = name.replace(/\..*$/, '');
  const begun = names.filter((known) => name.startsWith(known.replace(/[.*].*$/, '')) || known.startsWith(stem));
  const sameEnd = begun.filter((known) => known.endsWith(name.slice(name.lastIndexOf('.'))));
  return sameEnd.toSorted((a, b) => b.length - a.length)[0] ?? begun[0] ?? nearest(name, names);
}
