import { nameOf } from '../ir/bounds.ts';
import type { Slot, Steps } from '../ir/program.ts';
import type { Interface, Node } from '../network/network.ts';
import { drop, lost, type Then, type Walk } from './walk.ts';

/** What decides where a packet goes from an interface on: if all of it is as it was before, it goes the same way again. */
const IDENTITY: readonly Slot[] = [
  'src',
  'dst',
  'proto',
  'sport',
  'dport',
  'icmpType',
  'icmpId',
  'tos',
  'mark',
  'fragment',
  'macDst',
];

/** A packet that comes in from more wires than this is not followed any further. */
const LONGEST = 64;

/** Nor are more ways than this, of which a broadcast among bridges that form circles has without end. */
const WIDEST = 20_000;

/**
 * A packet that comes to an interface, the same as it was there before, will do so for ever: until its time to live is
 * spent, if it was forwarded in between.
 */
export function again(walk: Walk, node: Node, device: Interface, then: Then): Steps {
  const { at, trail, forwarded, entries, bounds } = walk;
  const key = [node.name, device.name, entries.length, ...IDENTITY.map((slot) => nameOf(bounds, slot))].join(' ');
  const before = trail.get(key);
  if (before !== undefined) return drop(walk, node, forwarded > before ? 'ttl' : 'loop');
  if (++at.arrivals.count > WIDEST) return lost(walk, node, 'too many ways', 'there are too many ways to follow');
  if (trail.size >= LONGEST) return lost(walk, node, `${node.name} path too long`, 'the path is too long to follow');
  return then({ ...walk, trail: new Map([...trail, [key, forwarded]]) });
}
