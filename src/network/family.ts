import type { Family } from '../packet/field.ts';
import type { Network, Node } from './network.ts';

const seen = new WeakMap<Network, Network>();

/**
 * The network as packets of one family see it: of IPv6, every node has the addresses, routes, policy rules, neighbours,
 * rules and sockets of its `six` in the members where those of IPv4 stood. A node that no capture shows as a node of IPv6
 * has undecided interfaces then.
 */
export function inFamily(network: Network, family: Family = 4): Network {
  if ((network.family ?? 4) === family) return network;
  if (family === 4) throw new Error('a network of IPv6 does not turn back');
  const known = seen.get(network) ?? sixOf(network);
  seen.set(network, known);
  return known;
}

const sixOf = (network: Network): Network => ({
  ...network,
  family: 6,
  nodes: new Map([...network.nodes].map(([name, node]) => [name, nodeOf(node)])),
});

function nodeOf(node: Node): Node {
  const { six, undecided: _, shownRules: __, ...shared } = node;
  if (six === undefined) {
    const hole = `no capture shows IPv6 on ${node.name}`;
    return {
      ...shared,
      ...NOTHING,
      interfaces: withAddresses(node, new Map()),
      undecided: new Map([['interfaces', hole]]),
    };
  }
  const { addresses, assumptions, ...own } = six;
  return {
    ...shared,
    ...own,
    interfaces: withAddresses(node, addresses),
    assumptions: [...node.assumptions, ...assumptions],
  };
}

const NOTHING = { routes: [], rules: [], neighbours: [] } as const;

const withAddresses = ({ interfaces }: Node, addresses: NonNullable<Node['six']>['addresses']): Node['interfaces'] =>
  interfaces.map((one) => ({ ...one, addresses: addresses.get(one.name) ?? [] }));
