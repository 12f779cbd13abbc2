import type { DhcpServer } from '../../network/network.ts';
import type { Assumption } from '../../packet/place.ts';
import type { SeenDnsmasq } from '../dnsmasq/options.ts';
import type { Desk } from './desk.ts';
import { every, first, type Readings } from './facts.ts';

/** The dnsmasq processes of a node, with the hosts of the files that they name. */
export function assembleDhcp(
  node: string,
  readings: Readings,
  desk: Desk,
  assumptions: Assumption[],
): readonly DhcpServer[] {
  const conf = first(readings, 'dnsmasqConf');
  const listed = every(readings, 'dnsmasq').flatMap(({ value }) => value);
  const hosts = every(readings, 'dnsmasqHosts').flatMap(({ value }) => value);
  if (every(readings, 'dnsmasq').length === 0 && conf !== undefined && conf.ranges.length > 0) {
    assumptions.push({ node, text: 'a dnsmasq runs with dnsmasq.conf (no capture shows its command line)' });
    return [toServer(conf, undefined, hosts)];
  }
  for (const { file } of every(readings, 'dnsmasqHosts'))
    if (listed.length === 0)
      desk.note(
        { file, line: 1, column: 1 },
        'hosts of a dnsmasq that no capture shows',
        'give its command line as `dnsmasq-cmdline.txt`',
      );
  return listed.map((server) =>
    toServer(
      server,
      readsConf(server) ? conf : undefined,
      server.files.has('dhcp-hostsfile') || listed.length === 1 ? hosts : [],
    ),
  );
}

/** Without `--conf-file` dnsmasq reads `/etc/dnsmasq.conf`; with an empty one it reads none (dnsmasq(8)). */
const readsConf = (server: SeenDnsmasq): boolean => server.files.get('conf-file') !== '';

const toServer = (server: SeenDnsmasq, conf: SeenDnsmasq | undefined, hosts: DhcpServer['hosts']): DhcpServer => ({
  addresses: [...new Set([...server.addresses, ...(conf?.addresses ?? [])])],
  interfaces: [...new Set([...server.interfaces, ...(conf?.interfaces ?? [])])],
  ranges: [...server.ranges, ...(conf?.ranges ?? [])],
  hosts: [...server.hosts, ...(conf?.hosts ?? []), ...hosts],
  place: server.place,
});
