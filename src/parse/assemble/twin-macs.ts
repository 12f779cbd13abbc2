import type { Interface, Link, Node } from '../../network/network.ts';
import { printMac } from '../../packet/address.ts';

type Nodes = ReadonlyMap<string, Node>;
/** An interface with its node. */
type Station = readonly [node: Node, one: Interface];

/**
 * Marks the interfaces that have the MAC address of one of another node on their segment: bridges and switches learn it
 * now here, now there (br_fdb_update, net/bridge/br_fdb.c), so that nobody can tell where a frame to it goes.
 */
export function withTwinMacs(nodes: Nodes, links: readonly Link[]): Nodes {
  const twins = new Map<Interface, string>();
  const groups = stationsOf(nodes, segmentsOf(nodes, links));
  for (const stations of groups.values())
    for (const [node, one] of stations) {
      const other = stations.find(([owner]) => owner !== node);
      if (other !== undefined) twins.set(one, reasonOf(one, other));
    }
  if (twins.size === 0) return nodes;
  const marked = (one: Interface): Interface => {
    const undecided = one.undecided ?? twins.get(one);
    return undecided === undefined ? one : { ...one, undecided };
  };
  return new Map([...nodes].map(([name, node]) => [name, { ...node, interfaces: node.interfaces.map(marked) }]));
}

const reasonOf = ({ mac }: Interface, [node, { name }]: Station): string =>
  `${printMac(mac)} is the MAC address of ${node.name}:${name} on this segment too`;

/** What is up, by MAC address and segment. */
function stationsOf(nodes: Nodes, segmentOf: (key: string) => string): ReadonlyMap<string, readonly Station[]> {
  const groups = new Map<string, Station[]>();
  for (const node of nodes.values())
    for (const one of node.interfaces) {
      if (!one.up || one.mac === 0) continue;
      const key = `${one.mac} ${segmentOf(`${node.name}:${one.name}`)}`;
      groups.set(key, [...(groups.get(key) ?? []), [node, one]]);
    }
  return groups;
}

/** The segment of an interface: links join their ends, masters and parents what they stand on (VLANs are not told apart). */
function segmentsOf(nodes: Nodes, links: readonly Link[]): (key: string) => string {
  const joined = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let next = joined.get(root); next !== undefined; next = joined.get(root)) root = next;
    return root;
  };
  const join = (a: string, b: string): void => {
    if (rootOf(a) !== rootOf(b)) joined.set(rootOf(a), rootOf(b));
  };
  for (const { ends } of links)
    for (const end of ends.slice(1)) join(`${ends[0]?.node}:${ends[0]?.interface}`, `${end.node}:${end.interface}`);
  for (const { name, interfaces } of nodes.values())
    for (const one of interfaces)
      for (const below of [one.master, one.vlan?.parent])
        if (below !== undefined) join(`${name}:${one.name}`, `${name}:${below}`);
  return rootOf;
}
