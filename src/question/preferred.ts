import type { Slot } from '../ir/program.ts';
import { bridgeOf, interfaceOf, nodeOf } from '../network/access.ts';
import { inFamily } from '../network/family.ts';
import type { Network, Node } from '../network/network.ts';
import { type Address, holds, type Prefix, parseAddress } from '../packet/address.ts';
import type { Probe } from '../packet/exchange.ts';
import { contains } from '../packet/ranges.ts';
import { plus } from '../packet/scalar.ts';
import type { Preferred } from './corners.ts';

/** An address that stands for the rest of the world (TEST-NET-2, RFC 5737; of documentation, RFC 3849). */
const ELSEWHERE = { 4: parseAddress('198.51.100.1') as number, 6: 0x20010db8ffff00000000000000000001n } as const;

/** Values that make a packet an ordinary one in this network: addresses that exist there, and what goes with them. */
export function preferredOf(all: Network, { family = 4, source, packets }: Probe): Preferred {
  const network = inFamily(all, family);
  const own = nodeOf(network, source.node);
  const others = [...network.nodes.values()].filter((node) => node !== own);
  const near = [...others.flatMap(addresses), ...addresses(own)];
  const dst = [...near, ELSEWHERE[family]];
  const wanted =
    dst.find((address) => packets.dst === undefined || contains(packets.dst, address)) ?? packets.dst?.[0]?.[0];
  const src =
    source.kind === 'socket' ? addresses(own) : [...neighbours(own, source.interface, near), ELSEWHERE[family]];
  return new Map<Slot, readonly Address[]>([
    ['dst', dst],
    ['src', src],
    ['macDst', source.kind === 'socket' ? [] : stations(network, own, source.interface, wanted)],
  ]);
}

const addresses = (node: Node): readonly Address[] =>
  node.interfaces.filter(({ kind }) => kind !== 'loopback').flatMap((one) => one.addresses.map(({ local }) => local));

/** Addresses on the prefix of an interface (or of its bridge), those of other nodes first. */
function neighbours(node: Node, device: string, near: readonly Address[]): readonly Address[] {
  const port = interfaceOf(node, device);
  const prefixes = [...port.addresses, ...(bridgeOf(node, port)?.addresses ?? [])];
  const free = prefixes
    .flatMap((one) => [plus(one.address, familiar(200, one)), plus(one.address, familiar(1, one))])
    .filter((address) => !addresses(node).includes(address));
  return [
    ...near.filter((address) => !addresses(node).includes(address) && prefixes.some((one) => holds(one, address))),
    ...free,
  ];
}

const familiar = (host: number, { address }: Prefix): Address => (typeof address === 'bigint' ? BigInt(host) : host);

/** Who a frame to that address is for: its owner, else the bridge. */
function stations(network: Network, node: Node, device: string, dst: Address | undefined): readonly number[] {
  const owners = [...network.nodes.values()].flatMap(({ interfaces }) =>
    interfaces.filter((one) => one.addresses.some(({ local }) => local === dst)),
  );
  const port = interfaceOf(node, device);
  return [...owners.map(({ mac }) => mac), bridgeOf(node, port)?.mac ?? port.mac];
}
