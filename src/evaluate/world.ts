import { sysctl } from '../network/access.ts';
import type { Network, Node } from '../network/network.ts';
import type { Known } from '../network/unknown.ts';
import type { Leg, Probe } from '../packet/exchange.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import type { Ranges } from '../packet/ranges.ts';
import type { Scalar } from '../packet/scalar.ts';
import type { Flow } from './conntrack.ts';
import { BOOLEAN, type Oracle } from './oracle.ts';
import type { Fact } from './stranger.ts';

/** What outlives one packet of an exchange: conntrack tables, decisions about unknowns, what was taken for granted. */
export interface World {
  readonly network: Network;
  readonly probe: Probe;
  /** `ctState` that the question pins for the first packet, by node. */
  readonly states: ReadonlyMap<string, number>;
  readonly oracle: Oracle;
  readonly met: Map<string, { readonly unknown: Unknown; readonly value: Scalar }>;
  readonly assumptions: Map<string, Assumption>;
  /** Confirmed flows, by node and zone. */
  readonly tables: Map<string, Flow[]>;
  /** What ARP has taught in this exchange: MAC by node, device and address. Nobody knows anybody at its beginning. */
  readonly neighbours: Map<string, number>;
  /** What rules have found out about the MAC addresses of those out of sight, by whom. */
  readonly strangers: Map<string, readonly Fact[]>;
  /** How often a rule was asked, so that each visit has unknowns of its own. */
  readonly visits: Map<string, number>;
  leg: Leg;
  /** The neighbour message that is under way for the leg's packet: its unknowns are not the packet's. */
  errand?: 'solicitation' | 'advertisement' | undefined;
}

/** Gives an unknown its value: the same one whenever the same `id` is met again. */
export function choose<S extends Scalar>(world: World, unknown: Unknown, ranges: Ranges<S>): S {
  const before = world.met.get(unknown.id);
  if (before !== undefined) return before.value as S;
  const value = world.oracle.choose(unknown, ranges);
  world.met.set(unknown.id, { unknown, value });
  return value;
}

/** The number of this visit of a rule, from 1. */
export function count(world: World, key: string): number {
  const visit = (world.visits.get(key) ?? 0) + 1;
  world.visits.set(key, visit);
  return visit;
}

/** A free Boolean's value in this run. */
export const holds = (world: World, unknown: Unknown): boolean => choose(world, unknown, BOOLEAN) !== 0;

/** Writes down that the walk relied on something that no capture shows. */
export function assume(world: World, assumption: Assumption | undefined): void {
  if (assumption !== undefined) world.assumptions.set(`${assumption.node ?? ''} ${assumption.text}`, assumption);
}

/** The value of something that has two or a few values: as known, else chosen. */
export function settle<T>(world: World, of: Known<T>, id: string, values: Ranges, read: (value: number) => T): T {
  if (of.kind === 'unknown') return read(choose(world, { id, reason: of.reason }, values));
  assume(world, of.assumption);
  return of.value;
}

/** What a setting can be, where it is not 0 or 1 (Documentation/networking/ip-sysctl.rst). */
const VALUES: Readonly<Record<string, Ranges>> = {
  rp_filter: [[0, 2]],
  arp_announce: [[0, 2]],
  use_tempaddr: [[0, 2]],
  // prettier-ignore
  arp_ignore: [
    [0, 3],
    [8, 8],
  ],
};

/** A sysctl of the node; an unknown one is chosen among all its values, once an exchange. */
export const setting = (world: World, node: Node, key: string): number =>
  settle(
    world,
    sysctl(node, key),
    `${node.name} ${key}`,
    VALUES[key.slice(key.lastIndexOf('.') + 1)] ?? BOOLEAN,
    Number,
  );

/** `net.ipv4.conf.DEVICE.NAME`. */
export const deviceSetting = (world: World, node: Node, device: string, name: string): number =>
  setting(world, node, `net.ipv4.conf.${device}.${name}`);

/** `net.ipv6.conf.DEVICE.NAME`; `all` where it is one switch for the node. */
export const deviceSetting6 = (world: World, node: Node, device: string, name: string): number =>
  setting(world, node, `net.ipv6.conf.${device}.${name}`);

/** Whether the network is seen by packets of IPv6. */
export const isSix = ({ network }: World): boolean => network.family === 6;

/** The larger of `conf.all` and `conf.DEVICE` (IN_DEV_MAXCONF; for flags this is IN_DEV_ORCONF). */
export const strongest = (world: World, node: Node, device: string, name: string): number =>
  Math.max(deviceSetting(world, node, 'all', name), deviceSetting(world, node, device, name));

/** `conf.DEVICE.hop_limit`, assumed to be 64 likewise. */
export function defaultHopLimit(world: World, node: Node, device: string): number {
  const key = `net.ipv6.conf.${device}.hop_limit`;
  const found = sysctl(node, key);
  if (found.kind === 'known') return found.value;
  assume(world, { node: node.name, text: `${key} = 64 (kernel default: no capture shows it)` });
  return 64;
}

/** ip_default_ttl, assumed to be 64 where no capture shows it: it decides about nothing but very long paths. */
export function defaultTtl(world: World, node: Node): number {
  const found = sysctl(node, 'net.ipv4.ip_default_ttl');
  if (found.kind === 'known') return found.value;
  assume(world, { node: node.name, text: 'net.ipv4.ip_default_ttl = 64 (kernel default: no capture shows it)' });
  return 64;
}
