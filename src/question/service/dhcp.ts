import type { DhcpServer, Network } from '../../network/network.ts';
import { type Address, BROADCAST_MAC, holds, printAddress, printMac } from '../../packet/address.ts';
import type { FlowState } from '../../packet/exchange.ts';
import { PROTOCOL } from '../../packet/field.ts';
import type { Assumption } from '../../packet/place.ts';
import { only } from '../../packet/ranges.ts';
import type { Reach } from '../question.ts';
import { always, missing, type Needs, needs, type ServiceQuestion } from './part.ts';
import { type Station, segmentsOf, stationsOf } from './segment.ts';

/** A guest that a dnsmasq knows by its MAC address, on the server's own segment. */
interface Lease {
  readonly server: string;
  readonly from: Address;
  readonly client: Station;
  readonly address: number;
}

/** The client's broadcast 0.0.0.0:68 → 255.255.255.255:67 and the server's 67 → 68 to each guest that it serves. */
export function dhcpNeeds(network: Network, { between, state }: ServiceQuestion): Needs {
  const servers = [...network.nodes.values()].flatMap((node) =>
    node.dhcpServers.map((server) => ({ node: node.name, server })),
  );
  if (servers.length === 0) return missing('no capture shows a DHCP server (a dnsmasq command line)');
  const leases = servers
    .flatMap(({ node, server }) => leasesOf(network, node, server))
    .filter((lease) => between === undefined || isBetween(lease, between));
  const absent = servers.flatMap(({ node, server }) => deaf(network, node, server) ?? absentees(network, node, server));
  if (leases.length > 0)
    return needs(
      leases.flatMap((lease) => partsOf(lease, state)),
      between === undefined ? absent : [],
    );
  const whom =
    between === undefined
      ? 'no node of the network is a guest that a DHCP server serves'
      : 'neither of the two serves the other';
  return missing([whom, ...absent.map(({ text }) => text)].join('; '));
}

function leasesOf(network: Network, node: string, server: DhcpServer): readonly Lease[] {
  const segment = segmentsOf(network);
  const stations = stationsOf(network);
  const own = stations.filter((one) => one.node === node && isServed(server, one.interface));
  return server.hosts.flatMap(({ mac, address }) =>
    stations
      .filter((one) => one.interface.mac === mac && one.node !== node)
      .flatMap((client) => {
        const near = own.filter(
          ({ interface: { name } }) => segment(node, name) === segment(client.node, client.interface.name),
        );
        const from = near.flatMap(({ interface: { addresses } }) => addresses).find((one) => holds(one, address));
        return from === undefined ? [] : [{ server: node, from: from.local, client, address }];
      }),
  );
}

/** `--listen-address` and `--interface` say where dnsmasq serves; without both it does everywhere (iface_check, dnsmasq). */
const isServed = ({ addresses, interfaces }: DhcpServer, one: Station['interface']): boolean =>
  (addresses.length === 0 && interfaces.length === 0) ||
  interfaces.some((name) => (name.endsWith('*') ? one.name.startsWith(name.slice(0, -1)) : name === one.name)) ||
  one.addresses.some(({ local }) => addresses.some((address) => address === local));

/** What is to be said of a server that serves nobody, because what it is to listen on is not there. */
function deaf(network: Network, node: string, server: DhcpServer): readonly Assumption[] | undefined {
  if (stationsOf(network).some((one) => one.node === node && isServed(server, one.interface))) return undefined;
  const on = [...server.interfaces, ...server.addresses.map(printAddress)].join(', ');
  return [{ node, text: `dnsmasq of ${node} listens on ${on} alone, which ${node} does not have: it serves no guest` }];
}

/** Guests of the hosts file that no node of the network is: they are not asked about, and that is said. */
const absentees = (network: Network, node: string, server: DhcpServer): readonly Assumption[] =>
  server.hosts
    .filter(
      ({ mac, address }) =>
        !leasesOf(network, node, server).some(
          (lease) => lease.client.interface.mac === mac && lease.address === address,
        ),
    )
    .map(({ mac, place }) => ({
      node,
      text: `no node on the segment has the MAC address ${printMac(mac)} of ${place.file}:${place.line}: that guest is not asked about`,
    }));

function isBetween({ server, client }: Lease, [from, to]: NonNullable<ServiceQuestion['between']>): boolean {
  const ends = [nameOf(from), nameOf(to)];
  return ends.includes(server) && ends.includes(client.node);
}

const nameOf = (end: NonNullable<ServiceQuestion['between']>[number]): string | undefined =>
  'node' in end ? end.node : undefined;

function partsOf({ server, from, client, address }: Lease, state: FlowState): readonly Reach[] {
  const device = client.interface;
  const udp = (sport: number, dport: number) => ({ proto: only(PROTOCOL.UDP), sport: only(sport), dport: only(dport) });
  const broadcast = {
    ...udp(68, 67),
    src: only(0),
    dst: only(0xffffffff),
    macSrc: only(device.mac),
    macDst: only(BROADCAST_MAC),
  };
  const answer = { ...udp(67, 68), src: only(from), dst: only(address) };
  return [
    always(
      { kind: 'raw', node: client.node, interface: device.name },
      { kind: 'node', node: server },
      broadcast,
      state,
      false,
      `the DHCP request of ${client.node} reaches ${server}`,
    ),
    always(
      { kind: 'socket', node: server, bound: true },
      { kind: 'node', node: client.node },
      answer,
      state,
      false,
      `the DHCP answer of ${server} reaches ${client.node}`,
    ),
  ];
}
