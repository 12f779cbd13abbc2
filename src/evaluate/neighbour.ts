import type { Interface, Node } from '../network/network.ts';
import { type Address, BROADCAST_MAC, holds as inPrefix, printAddress, printMac } from '../packet/address.ts';
import type { Assumption, Unknown } from '../packet/place.ts';
import { isLoopback, isMulticast, routeInput } from './input-route.ts';
import { type FlowKey, isLocal, lookup } from './routing.ts';
import { type Endpoint, reach } from './segment.ts';
import { SCOPE, selectAddress } from './source.ts';
import { hidden, unmodelled } from './undecided.ts';
import { assume, choose, holds, strongest, type World } from './world.ts';

/** What an ARP request came to. `outside`: nobody in sight answers, but somebody out of sight may. */
export type Answered =
  | {
      readonly kind: 'mac';
      readonly mac: number;
      readonly text: string;
      readonly verdict: string;
      readonly entry?: Node['neighbours'][number];
    }
  | { readonly kind: 'outside'; readonly text: string; readonly verdict: string }
  | { readonly kind: 'none'; readonly text: string }
  /** Nobody in sight answers, but what is not modelled may. */
  | { readonly kind: 'unknown'; readonly text: string; readonly unknown: Unknown };

const FIXED: readonly string[] = ['PERMANENT', 'NOARP'];

/** The MAC address of `target` as the node finds it out on the device, for a packet from `src`. */
export function resolve(world: World, node: Node, device: Interface, target: Address, src: Address): Answered {
  const entry = node.neighbours.find(
    (one) => one.device === device.name && one.address === target && FIXED.includes(one.state),
  );
  if (entry?.mac !== undefined) {
    const text = `${entry.state} neighbour ${printAddress(target)}`;
    return { kind: 'mac', mac: entry.mac, text, verdict: printMac(entry.mac), entry };
  }
  const learnt = world.neighbours.get(cacheKey({ node, device }, target));
  if (learnt !== undefined) {
    const text = `${device.name} knows ${printAddress(target)} from before`;
    return { kind: 'mac', mac: learnt, text, verdict: printMac(learnt) };
  }
  return request(world, node, device, target, src);
}

const cacheKey = ({ node, device }: Endpoint, address: Address): string => `${node.name} ${device.name} ${address}`;

/** Asks the whole segment. Whoever answers knows the asker from then on (`neigh_event_ns`), and need not ask back. */
function request(world: World, node: Node, device: Interface, target: Address, src: Address): Answered {
  const sender = senderAddress(world, node, device, target, src);
  const asked = `who has ${printAddress(target)} tell ${printAddress(sender)} on ${device.name}`;
  const { endpoints, outside, bridges } = reach(world.network, node, device, BROADCAST_MAC);
  const [ruled] = [node, ...bridges].flatMap((one) => unmodelled(one, 'arp') ?? []);
  if (ruled !== undefined) return { kind: 'unknown', text: asked, unknown: ruled };
  const answering = endpoints.filter((one) => mayAnswer(world, one, target, sender));
  if (sender !== 0) for (const one of answering) world.neighbours.set(cacheKey(one, sender), device.mac);
  const owners = answering.filter((one) => comesBack(world, one, node, device));
  const [exit] = outside;
  if (owners.length === 0 && exit !== undefined)
    return { kind: 'outside', text: asked, verdict: `nobody in sight, perhaps somebody beyond ${name(exit)}` };
  const owner = owners.length < 2 ? owners[0] : pick(world, node, device, target, owners);
  if (owner === undefined) {
    const [other] = [...bridges].flatMap((one) => unmodelled(one, 'bridge') ?? []);
    if (other !== undefined) return { kind: 'unknown', text: asked, unknown: other };
    if (endpoints.some((one) => isLocal(one.node, target))) assume(world, untaught(node, device, target));
    return { kind: 'none', text: `${asked}: no usable answer` };
  }
  const theirs = unmodelled(owner.node, 'arp');
  if (theirs !== undefined) return { kind: 'unknown', text: asked, unknown: theirs };
  world.neighbours.set(cacheKey({ node, device }, target), owner.device.mac);
  return { kind: 'mac', mac: owner.device.mac, text: asked, verdict: `${printMac(owner.device.mac)} (${name(owner)})` };
}

/** Somebody has the address and does not answer for it, or not audibly: his own requests would have made him known. */
const untaught = (node: Node, device: Interface, target: Address): Assumption => ({
  node: node.name,
  text: `no other traffic has put ${printAddress(target)} into the neighbour table of ${device.name}`,
});

const name = ({ node, device }: Endpoint): string => `${node.name}:${device.name}`;

/** Two owners of one address race; whoever wins is taken for the whole exchange. */
function pick(
  world: World,
  node: Node,
  device: Interface,
  target: Address,
  owners: readonly Endpoint[],
): Endpoint | undefined {
  const id = `ambiguous owner ${node.name} ${device.name} ${printAddress(target)}`;
  const reason = `ambiguous owner of ${printAddress(target)} on ${node.name}:${device.name}: ${owners.map(name).join(', ')}`;
  return owners[choose(world, { id, reason }, [[0, owners.length - 1]])];
}

/** `arp_solicit`: the packet's own source if it is local here and arp_announce allows, else one that fits the target. */
function senderAddress(world: World, node: Node, device: Interface, target: Address, src: Address): Address {
  const announce = strongest(world, node, device.name, 'arp_announce');
  const near = device.addresses.some((one) => inPrefix(one, target) && inPrefix(one, src));
  if (isLocal(node, src) && (announce === 0 || (announce === 1 && near))) return src;
  return selectAddress(node, device.name, target, SCOPE.LINK);
}

/** Whether the answer, a unicast frame, gets back to the asking device; what a hidden one sends may. */
const comesBack = (world: World, owner: Endpoint, node: Node, device: Interface): boolean =>
  hidden(owner.node, owner.device) !== undefined ||
  reach(world.network, owner.node, owner.device, device.mac).endpoints.some(
    (end) => end.node.name === node.name && end.device.name === device.name,
  );

/** Whether somebody answers; a hidden interface may, whatever it is asked for. */
function mayAnswer(world: World, one: Endpoint, target: Address, sender: Address): boolean {
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
