import type { Interface, Node, PolicyRule, Route } from '../network/network.ts';
import type { Origin, Unknown } from '../packet/place.ts';

/** What the capture of a node leaves out so that nothing can be told of a packet there; undefined: nothing. */
export function undecided(node: Node, what: 'interfaces' | 'routes', more = ''): Unknown | undefined {
  const reason = node.undecided?.get(what);
  return reason === undefined ? undefined : { id: `${node.name} ${what}${more}`, reason };
}

/** Why nothing can be told of a frame at an interface: the node's are not shown, or it does what is not modelled. */
export function hidden(node: Node, one: Interface | undefined, more = ''): Unknown | undefined {
  const whole = undecided(node, 'interfaces', more);
  if (whole !== undefined || one?.undecided === undefined) return whole;
  const origin: Origin = { node: node.name, text: one.name, place: one.place };
  return { id: `${node.name} ${one.name}${more}`, reason: one.undecided, origin };
}

/** Something that was read and is not modelled (ebtables, arptables, …) that may decide about such frames on the node. */
export function unmodelled(node: Node, decides: 'ip' | 'bridge' | 'arp', more = ''): Unknown | undefined {
  const found = node.unmodelled.find((one) => one.decides === decides);
  if (found === undefined) return undefined;
  const origin: Origin = { node: node.name, text: found.what, place: found.place };
  return { id: `${node.name} ${decides}${more}`, reason: `${found.what}: ${found.reason}`, origin };
}

/** A policy rule that nobody can tell about. */
export const openRule = (node: Node, { undecided: reason, text, place }: PolicyRule): Unknown | undefined =>
  reason === undefined
    ? undefined
    : {
        id: `${node.name} rule ${text}`,
        reason,
        origin: { node: node.name, text, ...(place === undefined ? {} : { place }) },
      };

/**
 * Where routes are missing, a longer prefix may come before any that is shown, and a route of an earlier table before any
 * later one. Nothing comes before a route to one address that the kernel's own first rule finds in table local.
 */
export const isFirst = ({ priority, from, to, iif, oif, mark, tos, protocol, sport, dport }: PolicyRule): boolean =>
  priority === 0 && [from, to, iif, oif, mark, tos, protocol, sport, dport].every((part) => part === undefined);

export const isOwnRoute = ({ table, type, destination }: Route): boolean =>
  table === 255 && destination.length === 32 && (type === 'local' || type === 'broadcast');
