import { findInterface } from '../../network/access.ts';
import type { Interface, Node } from '../../network/network.ts';
import { type Address, holds as inPrefix, printAddress } from '../../packet/address.ts';
import { TABLE_LOCAL } from '../routing.ts';
import { deviceSetting6, holds, type World } from '../world.ts';
import { isAssigned, prefix6, solicitedNode } from './address.ts';

const ALL_NODES: readonly bigint[] = [0xff010000000000000000000000000001n, 0xff020000000000000000000000000001n];
/** Of the interface, the link and the site (`addrconf_join_...`: `dev_forward_change`). */
const ALL_ROUTERS: readonly bigint[] = [
  0xff010000000000000000000000000002n,
  0xff020000000000000000000000000002n,
  0xff050000000000000000000000000002n,
];

/**
 * Whether a device of a node listens to a group (`ipv6_chk_mcast_addr`): all nodes, those of its own addresses, and all
 * routers where it forwards. What programs have joined no capture shows.
 */
export function isMember(world: World, node: Node, device: string, group: Address): boolean {
  if (isSurelyMember(world, node, device, group)) return true;
  // no program joins the group of an address that the node has not; proxies do
  if (inPrefix(SOLICITED, group)) return mayProxy(world, node, device, group);
  const text = printAddress(group);
  const reason = `whether ${node.name} has joined the group ${text} on ${device}`;
  return holds(world, { id: `${node.name} ${device} has joined the group`, reason });
}

/** The groups that the kernel itself joins. */
export const isSurelyMember = (world: World, node: Node, device: string, group: Address): boolean =>
  ALL_NODES.includes(BigInt(group)) ||
  solicits(node, device, group) ||
  (ALL_ROUTERS.includes(BigInt(group)) && deviceSetting6(world, node, device, 'forwarding') !== 0);

/** A router with proxy_ndp answers for others; for whom (`ip neigh add proxy`) is in no capture. */
export function mayProxy(world: World, node: Node, device: string, group: Address): boolean {
  if (deviceSetting6(world, node, device, 'forwarding') === 0) return false;
  if (['all', device].every((name) => deviceSetting6(world, node, name, 'proxy_ndp') === 0)) return false;
  const text = printAddress(group);
  const reason = `whom ${node.name} answers for on ${device} (proxy_ndp): its entries are in no capture`;
  return holds(world, { id: `${node.name} ${device} proxies ${text}`, reason });
}

const SOLICITED = prefix6('ff02::1:ff00:0/104');

/** Addresses of the device that others may ask for: its own, and anycast ones. */
function solicits(node: Node, name: string, group: Address): boolean {
  const own = findInterface(node, name)?.addresses.map(({ local }) => local) ?? [];
  return [...own, ...anycast(node, name)].some((address) => solicitedNode(address) === group);
}

const anycast = (node: Node, name: string): readonly Address[] =>
  node.routes
    .filter(({ table, type, nextHops }) => table === TABLE_LOCAL && type === 'anycast' && nextHops[0]?.device === name)
    .map(({ destination }) => destination.address);

/** Whether the device itself has an address, its own or an anycast one (`ndisc_recv_ns`); no other device counts. */
export const hasAddress = (node: Node, { name, up, addresses }: Interface, target: Address): boolean =>
  up &&
  (addresses.some((one) => one.local === target && isAssigned(one)) ||
    anycast(node, name).some((one) => one === target));
