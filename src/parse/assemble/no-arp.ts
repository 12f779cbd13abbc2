import type { Interface, InterfaceKind, Link, Node, Unmodelled } from '../../network/network.ts';
import { first, type Readings } from './facts.ts';

const REASON = 'frames go out without asking for an address, and nobody is answered there';

/** Kinds whose frames meet nobody unless `network.yaml` says whom; of the others ports or a parent may be on a link. */
const BY_LINK: ReadonlySet<InterfaceKind> = new Set(['ethernet', 'veth', 'tun', 'other']);
/** Kinds where nothing comes in from elsewhere. */
const ALONE: ReadonlySet<InterfaceKind> = new Set(['loopback', 'dummy']);

/**
 * Marks the interfaces where the model's ARP is not the kernel's: those with the flag NOARP (`arp_constructor`, `arp_rcv`),
 * but for bridge ports, whose bridge asks and answers, and those that lead outside, where nobody is asked.
 */
export function withoutArp(
  nodes: ReadonlyMap<string, Node>,
  read: readonly (readonly [node: string, readings: Readings | undefined])[],
  links: readonly Link[],
): ReadonlyMap<string, Node> {
  const linked = new Set(links.flatMap(({ ends }) => ends.map((end) => `${end.node}:${end.interface}`)));
  const flagged = new Set(read.flatMap(([name, readings]) => flaggedIn(readings).map((one) => `${name}:${one}`)));
  const meets = (node: string, { name, kind, master }: Interface): boolean =>
    flagged.has(`${node}:${name}`) &&
    master === undefined &&
    !ALONE.has(kind) &&
    (!BY_LINK.has(kind) || linked.has(`${node}:${name}`));
  return new Map(
    [...nodes].map(([name, node]) => {
      const found = node.interfaces.filter((one) => meets(name, one));
      return [name, found.length === 0 ? node : marked(node, found)];
    }),
  );
}

function marked(node: Node, found: readonly Interface[]): Node {
  const mark = (one: Interface): Interface =>
    found.includes(one) ? { ...one, undecided: one.undecided ?? `${whatOf(one)}: ${REASON}` } : one;
  const unmodelled = found.map((one): Unmodelled => ({ what: whatOf(one), reason: REASON, place: one.place }));
  return { ...node, interfaces: node.interfaces.map(mark), unmodelled: [...node.unmodelled, ...unmodelled] };
}

const whatOf = ({ name }: Interface): string => `NOARP on ${name}`;

const flaggedIn = (readings: Readings = {}): readonly string[] =>
  (first(readings, 'interfaces') ?? []).filter(({ flags }) => flags?.has('NOARP') === true).map(({ name }) => name);
