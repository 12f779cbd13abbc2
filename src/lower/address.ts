import type { AddressTypes } from '../extension/definition.ts';
import { findInterface } from '../network/access.ts';
import type { Interface, InterfaceAddress, Node } from '../network/network.ts';
import { holds, rangesOf } from '../packet/address.ts';
import { everything, only, type Ranges, ranges, union, without } from '../packet/ranges.ts';
import type { Settings } from './settings.ts';

export const ZERO_NETWORK: Ranges = rangesOf({ address: 0, length: 8 });
export const LOOPBACK_NETWORK: Ranges = rangesOf({ address: 0x7f000000, length: 8 });
export const MULTICAST: Ranges = rangesOf({ address: 0xe0000000, length: 4 });
export const LIMITED_BROADCAST = 0xffffffff;
/** 224.0.0.1: every interface is a member. */
export const ALL_HOSTS = 0xe0000001;

/** Scopes as iproute2 numbers them. */
export const SCOPE = { global: 0, link: 253, host: 254 } as const;

/** All addresses of a node's interfaces. */
export const ownAddresses = (node: Node): Ranges =>
  ranges(node.interfaces.flatMap(({ addresses }) => addresses.map(({ local }) => [local, local] as const)));

/**
 * The address that a node uses on a device towards a target, for a scope (`inet_select_addr`); 0 if it has none.
 */
export function selectAddress(
  settings: Settings,
  node: Node,
  device: Interface,
  target: number | undefined,
  scope: number,
): number {
  const local = settings.either(node, device.name, 'route_localnet') ? SCOPE.link : SCOPE.host;
  const fits = device.addresses.filter((one) => !one.secondary && Math.min(one.scope, local) <= scope);
  const near = fits.find((one) => target === undefined || holds(one, target)) ?? fits[0];
  if (near !== undefined) return near.local;
  const elsewhere = node.interfaces.flatMap(({ addresses }) => addresses);
  return elsewhere.find((one) => usable(one, scope))?.local ?? 0;
}

const usable = ({ secondary, scope: of }: InterfaceAddress, scope: number): boolean =>
  !secondary && of !== SCOPE.link && of <= scope;

/** Primary addresses of a device, in order. */
export const primaryAddresses = (node: Node, device: string): readonly number[] =>
  findInterface(node, device)
    ?.addresses.filter(({ secondary }) => !secondary)
    .map(({ local }) => local) ?? [];

/** The types of all addresses as a node's local table has them (`inet_addr_type`), optionally those of one device. */
export function addressTypes(node: Node, device?: string): AddressTypes {
  const types = new Map<string, Ranges>();
  let covered = union(ZERO_NETWORK, only(LIMITED_BROADCAST));
  types.set('BROADCAST', covered);
  types.set('MULTICAST', MULTICAST);
  covered = union(covered, MULTICAST);
  const local = node.routes.filter(({ table }) => table === 255);
  for (const { destination, type, nextHops } of local.toSorted((a, b) => b.destination.length - a.destination.length)) {
    const values = without(rangesOf(destination), covered, 'dst');
    covered = union(covered, values);
    const name = device === undefined || nextHops.some((hop) => hop.device === device) ? type.toUpperCase() : 'UNICAST';
    types.set(name, union(types.get(name) ?? [], values));
  }
  types.set('UNICAST', union(types.get('UNICAST') ?? [], without(everything('dst'), covered, 'dst')));
  return types;
}
