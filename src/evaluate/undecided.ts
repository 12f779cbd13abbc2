import type { Node } from '../network/network.ts';
import type { Origin, Unknown } from '../packet/place.ts';

/** What the capture of a node leaves out so that nothing can be told of a packet there; undefined: nothing. */
export function undecided(node: Node, what: 'interfaces' | 'routes', more = ''): Unknown | undefined {
  const reason = node.undecided?.get(what);
  return reason === undefined ? undefined : { id: `${node.name} ${what}${more}`, reason };
}

/** Something that was read and is not modelled (ebtables, arptables, …) that may decide about such frames on the node. */
export function unmodelled(node: Node, decides: 'bridge' | 'arp', more = ''): Unknown | undefined {
  const found = node.unmodelled.find((one) => one.decides === decides);
  if (found === undefined) return undefined;
  const origin: Origin = { node: node.name, text: found.what, place: found.place };
  return { id: `${node.name} ${decides}${more}`, reason: `${found.what}: ${found.reason}`, origin };
}
