import type { Interface, Node, Unmodelled } from '../network/network.ts';
import type { Unknown } from '../packet/place.ts';

/** Why nobody can tell what becomes of frames at an interface: it is not shown, or does what is not modelled. */
export function hiddenAt({ name, undecided }: Node, device: Interface | undefined): Unknown | undefined {
  const whole = undecided?.get('interfaces');
  if (whole !== undefined) return { id: `${name} interfaces`, reason: whole };
  if (device?.undecided === undefined) return undefined;
  const origin = { node: name, text: device.name, place: device.place };
  return { id: `${name} ${device.name}`, reason: device.undecided, origin };
}

/** What was read of a node and is not modelled, where it decides about packets, frames or ARP. */
export function unmodelledAt(node: Node, what: Unmodelled['decides']): Unknown | undefined {
  const other = node.unmodelled.find(({ decides }) => decides === what);
  if (other === undefined) return undefined;
  const origin = { node: node.name, text: other.what, place: other.place };
  return { id: `${node.name} ${other.what}`, reason: `${other.what}: ${other.reason}`, origin };
}
