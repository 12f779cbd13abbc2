import type { AddressTypes } from '../extension/definition.ts';
import { TRUE } from '../ir/predicate.ts';
import type { Predicate } from '../ir/program.ts';
import { findInterface } from '../network/access.ts';
import type { Interface, InterfaceAddress, Node } from '../network/network.ts';
import { type Address, holds, rangesOf } from '../packet/address.ts';
import { everything, only, type Ranges, ranges, union, without } from '../packet/ranges.ts';
import { either, type Recorder } from './settings.ts';

export const ZERO_NETWORK: Ranges = rangesOf({ address: 0, length: 8 });
export const LOOPBACK_NETWORK: Ranges = rangesOf({ address: 0x7f000000, length: 8 });
export const MULTICAST: Ranges = rangesOf({ address: 0xe0000000, length: 4 });
export const LIMITED_BROADCAST = 0xffffffff;
/** 224.0.0.1: every interface is a member. */
export const ALL_HOSTS = 0xe0000001;

/** Scopes as iproute2 numbers them. */
export const SCOPE = { global: 0, link: 253, host: 254 } as const;

/** All addresses of a node's interfaces. */
export const ownAddresses = (node: Node): Ranges<Address> =>
  ranges(node.interfaces.flatMap(({ addresses }) => addresses.map(({ local }) => [local, local] as const)));

/**
 * The address that a node uses on a device towards a target, for a scope (`inet_select_addr`); 0 if it has none.
 * @param localnet `route_localnet` holds there: addresses of scope host are no more local than those of scope link
 */
export function selectAddress(
  node: Node,
  device: Interface,
  target: Address | undefined,
  scope: number,
  localnet = false,
): Address {
  const local = localnet ? SCOPE.link : SCOPE.host;
  const fits = device.addresses.filter((one) => !one.secondary && Math.min(one.scope, local) <= scope);
  const near = fits.find((one) => target === undefined || holds(one, target)) ?? fits[0];
  if (near !== undefined) return near.local;
  const elsewhere = node.interfaces.flatMap(({ addresses }) => addresses);
  return elsewhere.find((one) => usable(one, scope))?.local ?? 0;
}

/** The same, once for each value of `route_localnet` that can make a difference. */
export function selections(
  on: Recorder,
  node: Node,
  device: Interface,
  target: Address | undefined,
  scope: number,
): readonly { readonly when: Predicate; readonly address: Address }[] {
  const [plain, local] = [false, true].map((localnet) => selectAddress(node, device, target, scope, localnet));
  if (plain === local) return [{ when: TRUE, address: plain ?? 0 }];
  const localnet = either(on, node, device.name, 'route_localnet');
  return [
    { when: localnet, address: local ?? 0 },
    { when: TRUE, address: plain ?? 0 },
  ];
}

const usable = ({ secondary, scope: of }: InterfaceAddress, scope: number): boolean =>
  !secondary && of !== SCOPE.link && of <= scope;

/** Primary addresses of a device, in order. */
export const primaryAddresses = (node: Node, device: string): readonly Address[] =>
  findInterface(node, device)
    ?.addresses.filter(({ secondary }) => !secondary)
    .map(({ local }) => local) ?? [];

/** The types of all addresses as a node's local table has them (`inet_addr_type`), optionally those of one device. */
export function addressTypes(node: Node, device?: string): AddressTypes {
  const types = new Map<string, Ranges<Address>>();
  let covered: Ranges<Address> = union(ZERO_NETWORK, only(LIMITED_BROADCAST));
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
