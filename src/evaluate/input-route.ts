import { findInterface } from '../network/access.ts';
import type { Node, Route } from '../network/network.ts';
import { type Address, holds as contains, printAddress } from '../packet/address.ts';
import type { DropReason } from '../packet/fate.ts';
import type { Origin, Unknown } from '../packet/place.ts';
import { type FlowKey, type Found, lookup, originOf, TABLE_LOCAL } from './routing.ts';
import { isOwn } from './source.ts';
import { deviceSetting, holds, strongest, type World } from './world.ts';

type Taken = Extract<Found, { kind: 'route' }>;

/** What routing makes of a packet that came in. `error` routes answer with an ICMP error. */
export type InputRoute =
  | { readonly kind: 'local' | 'broadcast' | 'multicast'; readonly text: string; readonly taken?: Taken }
  | { readonly kind: 'forward'; readonly taken: Taken }
  | { readonly kind: 'drop'; readonly reason: DropReason; readonly origin: Origin }
  | { readonly kind: 'unknown'; readonly unknown: Unknown };

export const LIMITED_BROADCAST = 0xffffffff;
export const isMulticast = (address: Address): boolean => address >= 0xe0000000 && address <= 0xefffffff;
export const isLoopback = (address: Address): boolean => address >= 0x7f000000 && address <= 0x7fffffff;

/** `ip_route_input` (net/ipv4/route.c): martians, the lookup, source validation, forwarding, in the kernel's order. */
export function routeInput(world: World, node: Node, key: FlowKey): InputRoute {
  if (isMulticast(key.dst)) return routeMulticast(world, node, key);
  const martian = findMartian(world, node, key);
  if (martian !== undefined) return drop(node, 'martian', martian);
  if (key.dst === LIMITED_BROADCAST || (key.src === 0 && key.dst === 0)) return broadcast(world, node, key, undefined);
  const found = lookup(world, node, key);
  if (found.kind === 'route' && found.route.type === 'broadcast') return broadcast(world, node, key, found);
  if (found.kind === 'route' && found.route.type === 'local')
    return validated(world, node, key, undefined) ?? { kind: 'local', text: found.route.text, taken: found };
  if (found.kind === 'none' && found.unknown !== undefined) return noRoute(found);
  if (deviceSetting(world, node, key.iif, 'forwarding') === 0)
    return drop(node, 'not forwarding', `forwarding is off on ${key.iif}`);
  if (found.kind === 'none') return noRoute(found);
  if (found.route.type !== 'unicast') return drop(node, 'martian', `a ${found.route.type} destination`);
  return validated(world, node, key, found.hop?.device) ?? { kind: 'forward', taken: found };
}

/** A route that is missing, or perhaps only missing from the captures. */
const noRoute = (
  { origin, unknown }: Extract<Found, { kind: 'none' }>,
  otherwise: InputRoute = { kind: 'drop', reason: 'no route', origin },
): InputRoute => (unknown === undefined ? otherwise : { kind: 'unknown', unknown });

const drop = (node: Node, reason: DropReason, text: string): InputRoute => ({
  kind: 'drop',
  reason,
  origin: { node: node.name, text },
});

function findMartian(world: World, node: Node, { src, dst, iif }: FlowKey): string | undefined {
  const odd = (what: string, address: Address): string => `martian ${what} ${printAddress(address)} on ${iif}`;
  if (isMulticast(src) || src === LIMITED_BROADCAST) return odd('source', src);
  if (dst === LIMITED_BROADCAST || (src === 0 && dst === 0)) return undefined;
  if (src === 0) return odd('source', src);
  if (dst === 0) return odd('destination', dst);
  if (!isLoopback(dst) && !isLoopback(src)) return undefined;
  if (strongest(world, node, iif, 'route_localnet') !== 0) return undefined;
  return isLoopback(dst) ? odd('destination', dst) : odd('source', src);
}

function broadcast(world: World, node: Node, key: FlowKey, taken: Taken | undefined): InputRoute {
  // a DHCP client has no address yet: source 0.0.0.0 is not validated
  const wrong = key.src === 0 ? undefined : validated(world, node, key, undefined);
  const text = taken?.route.text ?? 'limited broadcast';
  return wrong ?? { kind: 'broadcast', text, ...(taken === undefined ? {} : { taken }) };
}

/** A multicast group is for those who joined it, which no capture shows; all hosts are in 224.0.0.1. */
function routeMulticast(world: World, node: Node, key: FlowKey): InputRoute {
  const group = printAddress(key.dst);
  const reason = `whether ${node.name} has joined the group ${group} on ${key.iif}`;
  const joined = key.dst === 0xe0000001 || holds(world, { id: `${node.name} ${key.iif} has joined the group`, reason });
  if (!joined) return drop(node, 'not for me', `not in the group ${group} on ${key.iif}`);
  if (isMulticast(key.src) || key.src === LIMITED_BROADCAST || isLoopback(key.src))
    return drop(node, 'martian', `martian source ${printAddress(key.src)} on ${key.iif}`);
  const wrong = key.src === 0 ? undefined : validated(world, node, key, undefined);
  return wrong ?? { kind: 'multicast', text: `multicast group ${group}` };
}

/** `fib_validate_source` (net/ipv4/fib_frontend.c): undefined if the source may come in here. */
function validated(world: World, node: Node, key: FlowKey, out: string | undefined): InputRoute | undefined {
  const mode = strongest(world, node, key.iif, 'rp_filter');
  if (mode !== 0) return reversePath(world, node, key, out, mode);
  if (strongest(world, node, key.iif, 'accept_local') !== 0) return undefined;
  if (hasCustomRules(node)) return reversePath(world, node, key, out, 0);
  return isOwn(node, key.src) ? ownSource(node, key) : undefined;
}

const ownSource = (node: Node, { src, iif }: FlowKey): InputRoute =>
  drop(node, 'martian', `${printAddress(src)} is the node's own address: martian source on ${iif}`);

/** Any policy rule but the kernel's three, or a local route that no address brought, makes the full check necessary. */
const hasCustomRules = (node: Node): boolean =>
  node.rules.length > 3 ||
  node.rules.some(({ priority, undecided }) => undecided !== undefined || ![0, 32766, 32767].includes(priority)) ||
  node.routes.some((route) => route.type === 'local' && !isOfAddress(node, route));

/** `fib_add_ifaddr`: an address brings a local route to itself, on lo another one to its subnet. */
const isOfAddress = ({ interfaces }: Node, { table, destination: { address, length } }: Route): boolean =>
  table === TABLE_LOCAL &&
  (isLoopback(address) ||
    interfaces.some(({ kind, addresses }) =>
      addresses.some((one) =>
        length === 32 ? one.local === address : kind === 'loopback' && one.length === length && contains(one, address),
      ),
    ));

/** `__fib_validate_source`: where would an answer go? */
function reversePath(
  world: World,
  node: Node,
  key: FlowKey,
  out: string | undefined,
  mode: number,
): InputRoute | undefined {
  const refused = drop(
    node,
    'rp_filter',
    `rp_filter = ${mode} on ${key.iif}: answers to ${printAddress(key.src)} go elsewhere`,
  );
  const reverse = reverseKey(world, node, key, out);
  const found = lookup(world, node, reverse);
  if (found.kind === 'none') return found.unknown === undefined && mode === 0 ? undefined : noRoute(found, refused);
  const { type } = found.route;
  const acceptsLocal = type === 'local' && strongest(world, node, key.iif, 'accept_local') !== 0;
  if (type !== 'unicast' && !acceptsLocal)
    return type === 'local' ? ownSource(node, key) : drop(node, 'martian', originOf(node, found.route).text);
  if (found.route.nextHops.some(({ device }) => device === key.iif)) return undefined;
  // an address-less device is refused even in loose mode
  if ((findInterface(node, key.iif)?.addresses.length ?? 0) === 0) return mode === 0 ? undefined : refused;
  return mode === 1 ? refused : undefined;
}

function reverseKey(world: World, node: Node, key: FlowKey, out: string | undefined): FlowKey {
  const marked = strongest(world, node, key.iif, 'src_valid_mark') !== 0;
  const { src, dst, proto, sport, dport, tos, mark } = key;
  return { src: dst, dst: src, proto, sport: dport, dport: sport, tos, mark: marked ? mark : 0, iif: out ?? 'lo' };
}
