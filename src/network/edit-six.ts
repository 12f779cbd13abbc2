import { holds, type Prefix, parseAnyPrefix, prefix, printAddress, printPrefix } from '../packet/address.ts';
import type { Assumption, Place } from '../packet/place.ts';
import { sysctl } from './access.ts';
import type { Interface, InterfaceAddress, Node, Route, SixNode } from './network.ts';

const [LOCAL_TABLE, MAIN_TABLE, ADDRCONF_METRIC] = [255, 254, 256];
const LINK_LOCAL = parseAnyPrefix('fe80::/10') as Prefix;
const GROUPS = parseAnyPrefix('ff00::/8') as Prefix;
const LINK_NET = 0xfe80n << 112n;

/** The link-local address that a MAC address gives (addrconf_ifid_eui48: ff:fe in its middle, the universal bit turned round). */
export function linkLocalOf(mac: number): bigint {
  const bytes = BigInt(mac);
  const identifier = ((bytes >> 24n) << 40n) + (0xfffen << 24n) + (bytes & 0xffffffn);
  return LINK_NET + (identifier ^ (2n << 56n));
}

/** IPv6 ends on a device that goes down: addresses and routes are gone (addrconf_ifdown without keep_addr_on_down). */
export function sixDown(node: Node, device: string): Node {
  const { six } = node;
  if (six === undefined) return node;
  const routes = six.routes.flatMap((route): Route[] => {
    const nextHops = route.nextHops.filter((hop) => hop.device !== device);
    if (nextHops.length === route.nextHops.length) return [route];
    return nextHops.length === 0 ? [] : [{ ...route, nextHops }];
  });
  return { ...node, six: { ...six, routes, addresses: new Map(six.addresses).set(device, []) } };
}

/**
 * IPv6 begins on a device that comes up: the addresses that it was given while it was down, and its own (addrconf_dev_config,
 * init_loopback), with their routes; what an administrator had added is gone.
 */
export function sixUp(node: Node, one: Interface, place: Place): Node {
  const { six } = node;
  if (six === undefined || isOff(node, one.name)) return node;
  const kept = (six.addresses.get(one.name) ?? []).map(ready);
  const addresses = [...kept, ...ownOf(one, kept, place)];
  const wanted = routesOf(node, one, addresses, place);
  const missing = wanted.filter(({ text }) => !six.routes.some((other) => other.text === text));
  const text = `${one.name} comes up with the IPv6 addresses and routes that follow from it, and no others`;
  return {
    ...node,
    six: {
      ...said(node, six, text),
      routes: [...six.routes, ...missing],
      addresses: new Map(six.addresses).set(one.name, addresses),
    },
  };
}

/** An address that was given to a device while it was down is tried when it comes up. */
function ready(one: InterfaceAddress): InterfaceAddress {
  const { tentative: _, ...address } = one;
  return address;
}

const isOff = (node: Node, device: string): boolean => {
  const off = sysctl(node, `net.ipv6.conf.${device}.disable_ipv6`);
  return off.kind === 'known' && off.value !== 0;
};

const said = (node: Node, six: SixNode, text: string): SixNode => {
  const assumption: Assumption = { node: node.name, text };
  return { ...six, assumptions: [...six.assumptions, assumption] };
};

function ownOf({ kind, mac }: Interface, kept: readonly InterfaceAddress[], place: Place): readonly InterfaceAddress[] {
  const isLoopback = kind === 'loopback';
  if (kept.some(({ local }) => (isLoopback ? local === 1n : holds(LINK_LOCAL, local)))) return [];
  const local = isLoopback ? 1n : linkLocalOf(mac);
  const scope = isLoopback ? 254 : 253;
  return [{ ...prefix(local, isLoopback ? 128 : 64), local, scope, secondary: false, place }];
}

function routesOf(node: Node, one: Interface, addresses: readonly InterfaceAddress[], place: Place): readonly Route[] {
  const isLoopback = one.kind === 'loopback';
  const forwarding = sysctl(node, `net.ipv6.conf.${one.name}.forwarding`);
  return [
    ...addresses.map(({ local }) => made(one.name, 'local', prefix(local, 128), place)),
    ...addresses
      .filter(({ local }) => local !== 1n)
      .map(({ address, length }) => made(one.name, 'unicast', { address, length }, place)),
    ...(isLoopback ? [] : [made(one.name, 'multicast', GROUPS, place)]),
    ...(forwarding.kind === 'known' && forwarding.value !== 0 ? anycastOf(one.name, addresses, place) : []),
  ];
}

/** The subnet-router anycast addresses of a device that forwards (addrconf_join_anycast). */
const anycastOf = (device: string, addresses: readonly InterfaceAddress[], place: Place): readonly Route[] =>
  addresses
    .filter(({ length, address, tentative }) => length < 127 && address !== 0n && tentative !== true)
    .map(({ address }) => made(device, 'anycast', prefix(address, 128), place));

function made(device: string, type: Route['type'], destination: Prefix, place: Place): Route {
  const [table, metric] = [
    type === 'unicast' ? MAIN_TABLE : LOCAL_TABLE,
    type === 'unicast' || type === 'multicast' ? ADDRCONF_METRIC : 0,
  ];
  const shown = destination.length === 128 ? printAddress(destination.address) : printPrefix(destination);
  const text = [
    ...(type === 'unicast' ? [] : [type]),
    `${shown} dev ${device}`,
    ...(table === LOCAL_TABLE ? ['table local'] : []),
    ...(metric === 0 ? [] : [`metric ${metric}`]),
  ].join(' ');
  const nextHops = [{ device, weight: 1 }];
  return { table, type, destination, nextHops, metric, tos: 0, scope: 0, onlink: false, text, place };
}

/** The devices that a key `net.ipv6.conf.DEVICE.…` writes to: `all` to every one. */
const devicesOf = (node: Node, device: string): readonly Interface[] =>
  node.interfaces.filter(({ name }) => device === 'all' || name === device);

/** What writing `conf.DEVICE.forwarding` does beside it: a device that forwards has anycast addresses (dev_forward_change). */
export function sixForwarding(node: Node, device: string, on: boolean, place: Place): Node {
  const { six } = node;
  if (six === undefined) return node;
  const names = devicesOf(node, device).map(({ name }) => name);
  const others = six.routes.filter(
    ({ type, table, nextHops: [hop] }) =>
      type !== 'anycast' || table !== LOCAL_TABLE || !names.includes(hop?.device ?? ''),
  );
  const anycast = names.flatMap((name) => (on ? anycastOf(name, six.addresses.get(name) ?? [], place) : []));
  const text = 'what routers had announced stays (a host that becomes a router forgets it, unless accept_ra is 2)';
  const changed = { ...six, routes: [...others, ...anycast] };
  return { ...node, six: on ? said(node, changed, text) : changed };
}

/** What writing `conf.DEVICE.disable_ipv6` does beside it (dev_disable_change). */
export const sixDisabled = (node: Node, device: string, off: boolean, place: Place): Node =>
  devicesOf(node, device)
    .filter(({ up }) => up)
    .reduce((changed, one) => (off ? sixDown(changed, one.name) : sixUp(changed, one, place)), node);
