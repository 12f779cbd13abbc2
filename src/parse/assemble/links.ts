import type { Link, Node } from '../../network/network.ts';
import { didYouMean } from '../nearest.ts';
import type { Source, Span } from '../source.ts';
import type { WiredEnd, Wiring } from '../wiring/wiring.ts';

/** The links of `network.yaml`, every end an interface that can be on one, and on one only. */
export function assembleLinks(
  wiring: Wiring,
  nodes: ReadonlyMap<string, Node>,
  unread: ReadonlySet<string>,
  source: Source,
): readonly Link[] {
  const taken = new Map<string, Taken>();
  return wiring.links.map(({ name, ends }) => {
    const sound = ends.filter((end) => {
      const isThere = unread.has(end.node) || checkEnd(end, nodes, taken, source);
      if (!taken.has(end.at.text)) taken.set(end.at.text, { at: end.at, link: name.text });
      return isThere;
    });
    return {
      name: name.text,
      ends: sound.map(({ node, interface: device, ownAddressOnly }) => ({ node, interface: device, ownAddressOnly })),
      place: source.place(name),
    };
  });
}

/** Where an interface was put on a link first. */
interface Taken {
  readonly at: Span;
  readonly link: string;
}

/** Whether there is such an interface; one that cannot be on this link is an error. */
function checkEnd(
  end: WiredEnd,
  nodes: ReadonlyMap<string, Node>,
  taken: ReadonlyMap<string, Taken>,
  source: Source,
): boolean {
  const node = nodes.get(end.node);
  const one = node?.interfaces.find((each) => each.name === end.interface);
  const before = taken.get(end.at.text);
  const device = { ...end.at, column: end.at.column + end.node.length + 1, length: end.interface.length };
  if (node === undefined)
    source.error(
      { ...end.at, length: end.node.length },
      `there is no node \`${end.node}\``,
      didYouMean(end.node, [...nodes.keys()]),
    );
  else if (one === undefined)
    source.error(
      device,
      `${end.node} has no interface \`${end.interface}\``,
      didYouMean(
        end.interface,
        node.interfaces.map(({ name }) => name),
      ),
    );
  else if (one.kind === 'loopback')
    source.error(end.at, '`lo` is on no link', 'a link joins interfaces that frames leave by');
  else if (before !== undefined)
    source.error(
      end.at,
      `\`${end.at.text}\` is on a link already: \`${before.link}\`, at line ${before.at.line}`,
      'an interface is on one link: join the two',
    );
  return one !== undefined;
}

/** The two ends of a pair that is whole in one listing are joined by themselves, unless a link joins them to more. */
export function pairLinks(
  nodes: ReadonlyMap<string, Node>,
  pairs: ReadonlyMap<string, ReadonlyMap<string, string>>,
  links: readonly Link[],
): readonly Link[] {
  const wired = new Set(links.flatMap(({ ends }) => ends.map((end) => `${end.node}:${end.interface}`)));
  return [...nodes.values()].flatMap((node) =>
    node.interfaces.flatMap((one) => {
      const other = pairs.get(node.name)?.get(one.name);
      const isPair = other !== undefined && one.kind === 'veth' && pairs.get(node.name)?.get(other) === one.name;
      if (!isPair || one.name > other || [one.name, other].some((name) => wired.has(`${node.name}:${name}`))) return [];
      const ends = [one.name, other].map((name) => ({ node: node.name, interface: name, ownAddressOnly: false }));
      return [{ name: `${node.name}:${one.name}-${other}`, ends, place: one.place }];
    }),
  );
}

/** The other names of nodes: each for one that there is, none that a node has already. */
export function assembleNames(
  wiring: Wiring,
  nodes: ReadonlyMap<string, Node>,
  source: Source,
): ReadonlyMap<string, string> {
  return new Map(
    wiring.names.flatMap(({ name, node }) => {
      if (!nodes.has(node.text))
        source.error(node, `there is no node \`${node.text}\``, didYouMean(node.text, [...nodes.keys()]));
      else if (nodes.has(name.text))
        source.error(name, `\`${name.text}\` is a node itself`, 'give the other name only to one node');
      else return [[name.text, node.text] as const];
      return [];
    }),
  );
}
