import { findInterface, leadsOutside, linkOf } from '../network/access.ts';
import type { Interface, Network, Node } from '../network/network.ts';
import { type Address, holds, type Prefix, parseAnyPrefix } from '../packet/address.ts';
import type { Source } from '../packet/exchange.ts';
import { nearest } from '../parse/nearest.ts';
import type { Span } from './complaint.ts';
import type { Target } from './question.ts';
import type { PlaceSyntax } from './syntax.ts';

/** Says what is wrong with a piece of the question. */
export type Complain = (at: Span, message: string, advice: string) => void;

/** 127.0.0.0/8, ::1, and the link-local addresses of IPv6, which mean nothing without a device. */
const OWN_ONLY: readonly Prefix[] = [
  { address: 0x7f000000, length: 8 },
  { address: 1n, length: 128 },
  { address: 0xfe80n << 112n, length: 10 },
];

/** The addresses by which a node as target is reached: all of its own that others can write. */
export const targetAddresses = (node: Node): readonly Address[] => [
  ...new Set(
    node.interfaces
      .flatMap(({ addresses }) => addresses.map(({ local }) => local))
      .filter((local) => !OWN_ONLY.some((one) => holds(one, local))),
  ),
];

/** `fe80::1%eth0` without its zone. */
export const withoutZone = (text: string): string => text.replace(/%.*$/, '');

/** The source that a question names; `bound` is settled by its clauses. */
export function resolveSource(place: PlaceSyntax, network: Network, complain: Complain): Source | undefined {
  if (place.kind === 'outside') {
    if (place.via === undefined) complain(place.at, '`outside` is not one place to send from', adviceOutside(network));
    const end = place.via === undefined ? undefined : resolveEnd(place.via, network, complain);
    return end && { kind: 'wire', ...end };
  }
  if (place.text.includes(':')) {
    const end = resolveEnd(place, network, complain);
    return end && { kind: 'wire', ...end };
  }
  const node = findNode(place.text, network);
  if (node !== undefined) return { kind: 'socket', node: node.name, bound: false };
  const advice =
    parseAnyPrefix(place.text) === undefined
      ? adviceNode(place.text, network)
      : 'packets are sent by a node; write `with src` for the address';
  complain(place.at, `\`${place.text}\` is no node`, advice);
  return undefined;
}

export function resolveTarget(place: PlaceSyntax, network: Network, complain: Complain): Target | undefined {
  if (place.kind === 'outside')
    return place.via === undefined ? { kind: 'outside' } : resolveOutside(place.via, network, complain);
  const prefix = parseAnyPrefix(withoutZone(place.text));
  if (prefix !== undefined) return { kind: 'prefix', prefix };
  const node = findNode(place.text, network);
  if (node === undefined) {
    const advice = place.text.includes(':')
      ? 'a target is an address, a prefix, a node or `outside via NODE:IFACE`'
      : adviceNode(place.text, network);
    complain(place.at, `\`${place.text}\` is neither a node nor an address`, advice);
    return undefined;
  }
  if (targetAddresses(node).length > 0) return { kind: 'node', node: node.name };
  const hidden = node.undecided?.get('interfaces');
  if (hidden !== undefined)
    complain(
      place.at,
      `the addresses of \`${place.text}\` are not known: ${hidden}`,
      'add its `ip -d -j addr show`, or ask for an address',
    );
  else
    complain(
      place.at,
      `\`${place.text}\` has no address ${network.family === 6 ? 'of IPv6 but link-local ones' : 'outside 127.0.0.0/8'}`,
      'ask for the address that it ought to have',
    );
  return undefined;
}

function resolveOutside(
  via: { readonly text: string; readonly at: Span },
  network: Network,
  complain: Complain,
): Target | undefined {
  const end = resolveEnd(via, network, complain);
  if (end === undefined) return undefined;
  const node = network.nodes.get(end.node) as Node;
  const found = findInterface(node, end.interface) as Interface;
  if (leadsOutside(network, end.node, { ...found, up: true })) return { kind: 'outside', via: end };
  const link = linkOf(network, end.node, end.interface);
  complain(
    via.at,
    `\`${via.text}\` does not lead outside`,
    link === undefined ? `it is a ${found.kind} interface` : `it is on the link \`${link.name}\``,
  );
  return undefined;
}

/** `NODE:IFACE`. */
function resolveEnd(word: { readonly text: string; readonly at: Span }, network: Network, complain: Complain) {
  const colon = word.text.indexOf(':');
  const name = colon < 0 ? word.text : word.text.slice(0, colon);
  const device = word.text.slice(colon + 1);
  const node = findNode(name, network);
  if (node === undefined) {
    complain([word.at[0], word.at[0] + name.length], `\`${name}\` is no node`, adviceNode(name, network));
    return undefined;
  }
  if (colon < 0) {
    complain(word.at, `\`${name}\` is a node, not an interface`, `write \`${name}:IFACE\``);
    return undefined;
  }
  if (findInterface(node, device) !== undefined) return { node: node.name, interface: device };
  const names = node.interfaces.map((one) => one.name);
  const meant = nearest(device, names);
  const advice =
    meant === undefined
      ? `it has ${names.map((one) => `\`${one}\``).join(', ')}`
      : `did you mean \`${name}:${meant}\`?`;
  complain(
    [word.at[0] + Math.min(colon + 1, word.text.length - 1), word.at[1]],
    `no interface \`${device}\` on \`${name}\``,
    advice,
  );
  return undefined;
}

export const findNode = (name: string, network: Network): Node | undefined =>
  network.nodes.get(name) ?? network.nodes.get(network.names.get(name) ?? '');

function adviceNode(name: string, network: Network): string {
  const known = [...network.nodes.keys(), ...network.names.keys()];
  const meant = nearest(name, known);
  return meant === undefined
    ? `the nodes are ${known.map((one) => `\`${one}\``).join(', ')}`
    : `did you mean \`${meant}\`?`;
}

function adviceOutside(network: Network): string {
  const ends = [...network.nodes.values()].flatMap((node) =>
    node.interfaces
      .filter((one) => leadsOutside(network, node.name, one))
      .map((one) => `\`outside via ${node.name}:${one.name}\``),
  );
  return ends.length === 0 ? 'write `outside via NODE:IFACE`' : `write ${ends.join(' or ')}`;
}
