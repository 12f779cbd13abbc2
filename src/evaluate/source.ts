import { findInterface } from '../network/access.ts';
import type { InterfaceAddress, Node, Route } from '../network/network.ts';
import { type Address, holds } from '../packet/address.ts';

export const SCOPE = { GLOBAL: 0, LINK: 253, HOST: 254 } as const;

/**
 * `inet_select_addr` (net/ipv4/devinet.c): the first primary address of the device of at most this scope whose subnet
 * holds `towards` (0: any), else the first such one, else one of another device (never one of scope link).
 * 0 where the node has none.
 */
export function selectAddress(node: Node, device: string, towards: Address, scope: number): Address {
  const own = primary(findInterface(node, device)?.addresses ?? []).filter((one) => one.scope <= scope);
  const near = own.find((one) => towards === 0 || holds(one, towards)) ?? own[0];
  if (near !== undefined) return near.local;
  // whether a device is up is not asked (measured)
  const others = node.interfaces.flatMap(({ addresses }) => primary(addresses));
  return others.find((one) => one.scope <= scope && one.scope !== SCOPE.LINK)?.local ?? 0;
}

const primary = (addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] =>
  addresses.filter(({ secondary }) => !secondary);

/** The source that a packet by this route gets (`fib_result_prefsrc`): only a gateway makes subnets count. */
export const preferredSource = (
  node: Node,
  { source, scope }: Route,
  device: string,
  via: Address | undefined,
): Address => source ?? selectAddress(node, device, via ?? 0, scope);

/** Whether the address is one of the node's own, on any interface (`inet_lookup_ifaddr_rcu`). */
export const isOwn = (node: Node, address: Address): boolean =>
  node.interfaces.some(({ addresses }) => addresses.some(({ local }) => local === address));
