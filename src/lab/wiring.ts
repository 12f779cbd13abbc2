import type { Interface, Link, LinkEnd, Network, Node } from '../network/network.ts';
import { printMac } from '../packet/address.ts';

/** A socket of the switch's namespace where one interface of a node is plugged in. */
export interface Port {
  readonly name: string;
  /** Its interface index there. */
  readonly index: number;
  readonly end: LinkEnd;
  /** The bridge that stands for its link; absent for an interface that is on no link. */
  readonly bridge?: string;
}

const FIRST_PORT = 1000;

/** Interfaces that are one end of a cable: all but those that exist only inside of their node. */
export const isPlugged = ({ kind }: Interface): boolean =>
  !['loopback', 'bridge', 'vlan', 'bond', 'dummy'].includes(kind);

const onLink = (link: Link, node: string, name: string): LinkEnd | undefined =>
  link.ends.find((end) => end.node === node && end.interface === name);

/** A port of the switch for every plugged interface of the network. */
export function portsOf(network: Network): readonly Port[] {
  const plugged = [...network.nodes.values()].flatMap((node) =>
    node.interfaces.filter(isPlugged).map((one) => ({ node, one })),
  );
  return plugged.map(({ node, one }, n) => {
    const link = network.links.findIndex((each) => onLink(each, node.name, one.name) !== undefined);
    const end = network.links[link] === undefined ? undefined : onLink(network.links[link], node.name, one.name);
    const standing = {
      name: `p${n}`,
      index: FIRST_PORT + n,
      end: end ?? { node: node.name, interface: one.name, ownAddressOnly: false },
    };
    return link < 0 ? standing : { ...standing, bridge: `s${link}` };
  });
}

const macOf = ({ mac }: Interface): string => (mac === 0 ? '' : `address ${printMac(mac)} `);

/**
 * `ip` lines, in a node's namespace, that make its devices in the order of the capture: the kernel goes through them in
 * the order in which they were made (`for_each_netdev`), when it looks for a source address for example.
 */
export function deviceLines(node: Node, ports: readonly Port[], hub: string): readonly string[] {
  return node.interfaces.flatMap((one, n) => {
    if (one.kind === 'loopback') return [];
    const port = ports.find(({ end }) => end.node === node.name && end.interface === one.name);
    const head = `name ${one.name} index ${n + 1} ${macOf(one)}type`;
    if (port !== undefined)
      return [`link add ${head} veth peer name ${port.name} index ${port.index} mtu 9000 netns ${hub}`];
    if (one.vlan !== undefined) return [`link add link ${one.vlan.parent} ${head} vlan id ${one.vlan.id}`];
    return [`link add ${head} ${INNER[one.kind] ?? 'dummy'}`];
  });
}

const INNER: Readonly<Partial<Record<Interface['kind'], string>>> = {
  bridge: 'bridge stp_state 0 forward_delay 0 mcast_snooping 0',
  bond: 'bond',
};

/** `ip` lines, in the switch's namespace, for its bridges: one a link, which never ages, filters no multicast and asks no netfilter. */
export function segmentLines(network: Network, ports: readonly Port[]): readonly string[] {
  const bridges = [...new Set(ports.flatMap(({ bridge }) => bridge ?? []))];
  return [
    ...bridges.map(
      (bridge) => `link add ${bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0 ageing_time 100000`,
    ),
    ...ports.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [`link set ${name} master ${bridge}`])),
    ...ports.filter((port) => find(network, port).carrier).map(({ name }) => `link set ${name} up`),
    ...bridges.map((bridge) => `link set ${bridge} up`),
  ];
}

function find(network: Network, { end }: Port): Interface {
  const one = network.nodes.get(end.node)?.interfaces.find(({ name }) => name === end.interface);
  if (one === undefined) throw new Error(`no interface ${end.node}:${end.interface}`);
  return one;
}

/**
 * `bridge` lines for the switch's ports before anything is sent. A link of two ends is a cable: it learns nothing, because
 * what a hairpin port sends back would make it believe that the sender had moved. A port that delivers only to its own
 * address gets no unknown unicast, nothing is learnt behind it, and its own address is entered by hand.
 */
export function switchLines(network: Network, ports: readonly Port[]): readonly string[] {
  const linked = ports.filter(({ bridge }) => bridge !== undefined);
  return linked.flatMap((port) => {
    const { name, bridge, end } = port;
    if (end.ownAddressOnly)
      return [
        `link set dev ${name} flood off learning off mcast_flood on bcast_flood on`,
        `fdb replace ${printMac(find(network, port).mac)} dev ${name} master static`,
      ];
    return linked.filter((other) => other.bridge === bridge).length === 2 ? [`link set dev ${name} learning off`] : [];
  });
}

/** `bridge` lines for when every node has shown itself: the switches keep what they have learnt. */
export const learntLines = (ports: readonly Port[]): readonly string[] =>
  ports.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [`link set dev ${name} learning off`]));
