import type { Interface, Node } from '../network/network.ts';
import { type Address, holds as inPrefix, printAddress } from '../packet/address.ts';
import { isLoopback, isMulticast, routeInput } from './input-route.ts';
import { type FlowKey, isLocal, lookup } from './routing.ts';
import type { Endpoint } from './segment.ts';
import { SCOPE } from './source.ts';
import { hidden } from './undecided.ts';
import { holds, strongest, type World } from './world.ts';

/** Whether somebody answers; a hidden interface may, whatever it is asked for. */
export function mayAnswer(world: World, one: Endpoint, target: Address, sender: Address): boolean {
  if (answers(world, one, target, sender)) return true;
  const unseen = hidden(one.node, one.device, ` ${one.device.name} ${printAddress(target)}`);
  return unseen !== undefined && holds(world, unseen);
}

/** `arp_process` (net/ipv4/arp.c): whether a device answers a request for `target` from `sender`. */
function answers(world: World, { node, device }: Endpoint, target: Address, sender: Address): boolean {
  if (isMulticast(target)) return false;
  if (isLoopback(target) && strongest(world, node, device.name, 'route_localnet') === 0) return false;
  const key = { dst: target, src: sender, proto: 0, sport: 0, dport: 0, tos: 0, mark: 0, iif: device.name };
  if (!isLocal(node, target)) return sender !== 0 && proxies(world, node, device, key);
  // the sender must be able to come in here; address probes (RFC 5227) have none
  if (sender !== 0 && !takes(world, node, key)) return false;
  if (ignores(world, node, device, target, sender)) return false;
  return sender === 0 || !filters(world, node, device, target, sender);
}

function takes(world: World, node: Node, key: FlowKey): boolean {
  const route = routeInput(world, node, key);
  return route.kind === 'unknown' ? holds(world, route.unknown) : route.kind === 'local';
}

/** proxy_arp answers for what is routed out of another device. */
function proxies(world: World, node: Node, device: Interface, key: FlowKey): boolean {
  const found = lookup(world, node, key);
  if (found.kind === 'none' ? found.unknown === undefined : found.hop?.device === device.name) return false;
  if (strongest(world, node, device.name, 'proxy_arp') === 0) return false;
  const route = routeInput(world, node, key);
  return route.kind === 'unknown' ? holds(world, route.unknown) : route.kind === 'forward';
}

/** `arp_ignore`: 0 answers for every local address, 1 and 2 for the device's own, 3 not for scope link, 8 never. */
function ignores(world: World, node: Node, device: Interface, target: Address, sender: Address): boolean {
  const here = device.addresses.filter(({ local }) => local === target);
  const mode = strongest(world, node, device.name, 'arp_ignore');
  if (mode === 8) return true;
  if (mode === 1) return here.length === 0;
  if (mode === 2) return !here.some((one) => inPrefix(one, sender));
  if (mode !== 3) return false;
  const everywhere = node.interfaces.flatMap(({ addresses }) => addresses);
  return !everywhere.some(({ local, scope }) => local === target && scope < SCOPE.LINK);
}

/** `arp_filter`: answers only by the device that packets to the asker would leave by. */
function filters(world: World, node: Node, device: Interface, target: Address, sender: Address): boolean {
  if (strongest(world, node, device.name, 'arp_filter') === 0) return false;
  const key = { dst: sender, src: target, proto: 0, sport: 0, dport: 0, tos: 0, mark: 0, iif: 'lo' };
  const found = lookup(world, node, key);
  if (found.kind === 'none') return found.unknown === undefined || holds(world, found.unknown);
  return found.hop?.device !== device.name;
}
