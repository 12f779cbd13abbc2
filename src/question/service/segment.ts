import type { Interface, InterfaceAddress, Network } from '../../network/network.ts';

/** An interface that speaks IP: no port of a bridge, not the loopback. */
export interface Station {
  readonly node: string;
  readonly interface: Interface;
}

/**
 * The layer-2 segment of every interface: links join their ends, bridges their ports and themselves. Whether anything is
 * up does not matter here: what is cut off still belongs there, and is to be missed.
 */
export function segmentsOf(network: Network): (node: string, device: string) => string {
  const parent = new Map<string, string>();
  const find = (one: string): string => {
    const up = parent.get(one) ?? one;
    return up === one ? one : find(up);
  };
  const join = (a: string, b: string): void => void parent.set(find(a), find(b));
  for (const { ends } of network.links)
    for (const end of ends) join(key(end.node, end.interface), key(ends[0]?.node ?? '', ends[0]?.interface ?? ''));
  for (const node of network.nodes.values())
    for (const { name, master } of node.interfaces)
      if (master !== undefined) join(key(node.name, name), key(node.name, master));
  return (node, device) => find(key(node, device));
}

const key = (node: string, device: string): string => `${node}:${device}`;

export const stationsOf = (network: Network): readonly Station[] =>
  [...network.nodes.values()].flatMap((node) =>
    node.interfaces
      .filter(({ kind, master }) => kind !== 'loopback' && master === undefined)
      .map((one) => ({ node: node.name, interface: one })),
  );

/** Two stations of different nodes on one segment, and an address of the second that the first has on the same prefix. */
export interface Pair {
  readonly client: Station;
  readonly server: Station;
  readonly address: InterfaceAddress;
}

export function pairsOf(network: Network): readonly Pair[] {
  const segment = segmentsOf(network);
  const at = ({ node, interface: { name } }: Station): string => segment(node, name);
  const stations = stationsOf(network);
  return stations.flatMap((client) =>
    stations
      .filter((server) => server.node !== client.node && at(server) === at(client))
      .flatMap((server) =>
        server.interface.addresses
          .filter((address) =>
            client.interface.addresses.some((own) => own.address === address.address && own.length === address.length),
          )
          .map((address) => ({ client, server, address })),
      ),
  );
}
