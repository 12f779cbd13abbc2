import { bridgeOf, findInterface, leadsOutside, linkOf, nodeOf, peersOf } from '../network/access.ts';
import type { Interface, LinkEnd, Node } from '../network/network.ts';
import { isGroupMac, printMac } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { bridgeInput } from './bridge.ts';
import { bridgeOutput } from './bridge-output.ts';
import { isAt } from './home.ts';
import { fateOf, ipInput } from './host.ts';
import { accepts, activeSlaves, bondOf, vlanOn, works } from './segment.ts';
import { at, drop, flood, note, originOf, type Skb, scrub } from './skb.ts';
import { hidden } from './undecided.ts';
import { choose, type World } from './world.ts';

/** Puts the frame on the device (`dev_queue_xmit`): a bridge, a vlan, or the link that the interface is on. */
export function transmit(world: World, skb: Skb, node: Node, name: string): Fate {
  const one = findInterface(node, name);
  const unseen = hidden(node, one);
  if (unseen !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: unseen });
  if (one === undefined) return missing(node, name);
  if (!works(one)) return drop(skb, 'link', 'interface down', originOf(node.name, one, `${name} is down`));
  if (one.kind === 'bridge') return bridgeOutput(world, skb, node, one);
  if (one.vlan !== undefined) {
    skb.tag = one.vlan.id;
    return transmit(world, skb, node, one.vlan.parent);
  }
  if (one.kind === 'bond') return bondOutput(world, skb, node, one);
  if (leadsOutside(world.network, node.name, one)) return leaves(skb, node, one);
  return onLink(world, skb, node, one);
}

const missing = (node: Node, name: string): Fate => ({
  kind: 'unknown',
  node: node.name,
  unknown: { id: `${node.name} ${name}`, reason: `the capture of ${node.name} shows no interface ${name}` },
});

function bondOutput(world: World, skb: Skb, node: Node, bond: Interface): Fate {
  const [slave] = activeSlaves(node, bond);
  if (slave === undefined)
    return drop(skb, 'link', 'interface down', originOf(node.name, bond, `${bond.name} has no slave that is up`));
  return transmit(world, skb, node, slave.name);
}

function leaves(skb: Skb, node: Node, one: Interface): Fate {
  const text = `${one.name} is on no link of the snapshot`;
  note(skb, { node: node.name, hook: 'link', text, ...at(one.place), verdict: `leaves at ${node.name}:${one.name}` });
  return { kind: 'leaves', node: node.name, interface: one.name };
}

/** One switch joins all ends: to the end where the address lives, else (and groups) to all. */
function onLink(world: World, skb: Skb, node: Node, one: Interface): Fate {
  const peers = peersOf(world.network, node.name, one.name);
  const { macDst } = skb.packet;
  const homes = isGroupMac(macDst) ? [] : peers.filter((end) => isAt(world.network, end, skb));
  const home = homes.length < 2 ? homes[0] : pick(world, node, one, macDst, homes);
  if (home !== undefined) return toEnd(world, skb, node, one, home);
  const ways = peers.map((end) => (copy: Skb) => toEnd(world, copy, node, one, end));
  return flood(skb, ways, () =>
    drop(skb, 'link', 'no neighbour', originOf(node.name, one, `nobody else is on the link of ${one.name}`)),
  );
}

function pick(world: World, node: Node, one: Interface, mac: number, homes: readonly LinkEnd[]): LinkEnd | undefined {
  const id = `ambiguous owner ${node.name} ${one.name} ${printMac(mac)}`;
  const names = homes.map((end) => `${end.node}:${end.interface}`).join(', ');
  return homes[choose(world, { id, reason: `ambiguous owner of ${printMac(mac)}: ${names}` }, [[0, homes.length - 1]])];
}

function toEnd(world: World, skb: Skb, node: Node, one: Interface, end: LinkEnd): Fate {
  const link = linkOf(world.network, node.name, one.name);
  const text = `link ${link?.name}: ${node.name}:${one.name} to ${end.node}:${end.interface}`;
  const origin = { node: end.node, text, ...(link === undefined ? {} : { place: link.place }) };
  if (!accepts(world.network, end, skb.packet.macDst)) return drop(skb, 'link', 'filtered by the link', origin);
  note(skb, { node: node.name, hook: 'link', text, ...at(link?.place), verdict: `to ${end.node}:${end.interface}` });
  scrub(skb);
  return receive(world, skb, nodeOf(world.network, end.node), end.interface);
}

/** A frame comes in at an interface (`__netif_receive_skb_core`): vlan devices first, then bridge or bond, then IP. */
export function receive(world: World, skb: Skb, node: Node, name: string): Fate {
  const one = findInterface(node, name);
  const unseen = hidden(node, one);
  if (unseen !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: unseen });
  if (one === undefined) return missing(node, name);
  const origin = originOf(node.name, one, `${node.name}:${name}`);
  if (!works(one)) return drop(skb, 'link', 'interface down', { ...origin, text: `${name} is down` });
  if (goesRound(skb, node, one))
    return drop(skb, 'link', 'loop', { ...origin, text: `the frame has been at ${name} before` });
  const child = vlanOn(node, one, skb.tag);
  if (child !== undefined) {
    skb.tag = undefined;
    return receive(world, skb, node, child.name);
  }
  const bridge = bridgeOf(node, one);
  if (bridge !== undefined) return bridgeInput(world, skb, node, bridge, one);
  const bond = bondOf(node, one);
  if (bond !== undefined) return receive(world, skb, node, bond.name);
  return toHost(world, skb, node, one);
}

/** IP takes what is for the interface's own address, and groups. */
export function toHost(world: World, skb: Skb, node: Node, one: Interface): Fate {
  const { macDst } = skb.packet;
  const mine = skb.tag === undefined && (isGroupMac(macDst) || macDst === one.mac);
  if (!mine)
    return drop(skb, 'link', 'not for me', originOf(node.name, one, `frame to ${printMac(macDst)} at ${one.name}`));
  return ipInput(world, skb, node, one.name);
}

/** A frame that comes by unchanged (its ttl, too) will come by for ever. */
function goesRound(skb: Skb, node: Node, one: Interface): boolean {
  const { src, dst, sport, dport, ttl, macDst } = skb.packet;
  const key = [node.name, one.name, skb.tag, src, dst, sport, dport, ttl, macDst].join(' ');
  if (skb.seen.has(key)) return true;
  skb.seen.add(key);
  return false;
}
