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

const indexOf = (node: Node, one: Interface): number => node.interfaces.indexOf(one) + 1;
const macOf = ({ mac }: Interface): string => (mac === 0 ? '' : `address ${printMac(mac)}`);

/**
 * `ip` lines, in the switch's namespace, that make its bridges and all cables. One bridge a link, which never ages, never
 * filters multicast and asks no netfilter.
 */
export function cableLines(
  network: Network,
  ports: readonly Port[],
  namespaceOf: (node: string) => string,
): readonly string[] {
  const bridges = [...new Set(ports.flatMap(({ bridge }) => bridge ?? []))];
  return [
    ...bridges.map(
      (bridge) => `link add ${bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0 ageing_time 100000`,
    ),
    ...ports.map((port) => cable(network, port, namespaceOf)),
    ...ports.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [`link set ${name} master ${bridge}`])),
    ...bridges.map((bridge) => `link set ${bridge} up`),
    ...ports.filter((port) => hasCarrier(network, port)).map(({ name }) => `link set ${name} up`),
  ];
}

function find(network: Network, { end }: Port): { node: Node; one: Interface } {
  const node = network.nodes.get(end.node);
  const one = node?.interfaces.find(({ name }) => name === end.interface);
  if (node === undefined || one === undefined) throw new Error(`no interface ${end.node}:${end.interface}`);
  return { node, one };
}

const hasCarrier = (network: Network, port: Port): boolean => find(network, port).one.carrier;

function cable(network: Network, port: Port, namespaceOf: (node: string) => string): string {
  const { node, one } = find(network, port);
  const far = `name ${one.name} index ${indexOf(node, one)} ${macOf(one)} netns ${namespaceOf(node.name)}`;
  return `link add ${port.name} index ${port.index} mtu 9000 type veth peer ${far}`;
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
        `fdb replace ${printMac(find(network, port).one.mac)} dev ${name} master static`,
      ];
    return linked.filter((other) => other.bridge === bridge).length === 2 ? [`link set dev ${name} learning off`] : [];
  });
}

/** `bridge` lines for when every node has shown itself: the switches keep what they have learnt. */
export const learntLines = (ports: readonly Port[]): readonly string[] =>
  ports.flatMap(({ name, bridge }) => (bridge === undefined ? [] : [`link set dev ${name} learning off`]));
