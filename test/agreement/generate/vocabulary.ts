import { netmask, parsePrefix, printAddress } from '../../../src/packet/address.ts';
import type { World, WorldNode } from './world.ts';

/** What rules, settings and probes about a node may speak of, so that they mean something. */
export interface Vocabulary {
  /** Devices that packets are routed by: no bridge ports. */
  readonly devices: readonly string[];
  readonly ports: readonly string[];
  /** Addresses of all nodes, then some that nobody owns. */
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
  /** Source MAC addresses. */
  readonly macs: readonly string[];
}

const ownOf = ({ interfaces, loopback }: WorldNode): readonly string[] => [
  ...Object.values(interfaces).flatMap((one) => one.addresses),
  ...loopback,
];
const strip = (text: string): string => text.split('/')[0] ?? text;
const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];

/** Every address that some node of the world has. */
export const ownedIn = (world: World): readonly string[] =>
  unique(Object.values(world.nodes).flatMap(ownOf).map(strip));

/** An address in each subnet that is nobody's, one that floats, and one far away. */
export function unownedIn(world: World): readonly string[] {
  const subnets = Object.values(world.nodes)
    .flatMap(ownOf)
    .filter((text) => !text.endsWith('/32'));
  const free = subnets.map((text) => printAddress((parsePrefix(text)?.address ?? 0) + 77));
  return unique([...free, '10.99.99.99', '192.0.2.1']);
}

/** The broadcast addresses of the world's subnets. */
export const broadcastsIn = (world: World): readonly string[] =>
  unique(
    Object.values(world.nodes)
      .flatMap(ownOf)
      .flatMap((text) => {
        const { address, length } = parsePrefix(text) ?? { address: 0, length: 32 };
        return length > 30 ? [] : [printAddress(address + (2 ** 32 - 1 - netmask(length)))];
      }),
  );

export function vocabularyOf(world: World, name: string): Vocabulary {
  const node = world.nodes[name];
  if (node === undefined) throw new Error(`no node ${name}`);
  const entries = Object.entries(node.interfaces);
  const addresses = [...ownedIn(world), ...unownedIn(world)];
  const prefixes = unique(
    Object.values(world.nodes)
      .flatMap(ownOf)
      .filter((text) => !text.endsWith('/32'))
      .map((text) => `${printAddress(parsePrefix(text)?.address ?? 0)}/${text.split('/')[1]}`),
  );
  return {
    devices: entries.filter(([, { master }]) => master === undefined).map(([device]) => device),
    ports: entries.filter(([, { master }]) => master !== undefined).map(([device]) => device),
    addresses,
    prefixes,
    macs: [],
  };
}
