import { findInterface } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import { type Address, BROADCAST_MAC } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import type { Origin } from '../packet/place.ts';
import { runHook } from './hook.ts';
import { fateOf, localIn } from './host.ts';
import { LIMITED_BROADCAST } from './input-route.ts';
import { transmit } from './link.ts';
import { resolve } from './neighbour.ts';
import type { Exit } from './output-route.ts';
import { groupMac6 } from './six/address.ts';
import { forward6 } from './six/forward.ts';
import { isOff, refuse } from './six/input-route.ts';
import { toGroup6 } from './six/own-copy.ts';
import { at, drop, note, type Skb, write } from './skb.ts';
import { hidden } from './undecided.ts';
import { isSix, type World } from './world.ts';

/** `ip_output`: POSTROUTING, then lo or the next hop. `from`: the device that a forwarded packet came in by. */
export function postRouting(world: World, skb: Skb, node: Node, exit: Exit, from?: string): Fate {
  const { device, nextHop } = exit;
  const came = from === undefined ? {} : { in: from };
  if (isSix(world) && isOff(world, node, device))
    return drop(skb, 'link', 'interface down', { node: node.name, text: `IPv6 is off on ${device}` });
  const verdict = runHook(world, skb, { node, hook: 'POSTROUTING', ...came, out: device, nextHop });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  return device === 'lo' ? loopback(world, skb, node, exit) : neighbourOutput(world, skb, node, exit);
}

/**
 * What leaves by lo comes in by lo and keeps its route (`skb_dst`): PREROUTING, then INPUT. Whatever kind of route led
 * there, its input is local delivery (`__mkroute_output`: RTCF_LOCAL for a loopback device).
 */
function loopback(world: World, skb: Skb, node: Node, { type, taken }: Exit): Fate {
  write(skb, { macSrc: 0, macDst: 0 });
  const refused = isSix(world) ? refuse(world, skb, node, 'lo') : undefined;
  if (refused !== undefined) return drop(skb, 'route', refused.reason, refused.origin);
  const verdict = runHook(world, skb, { node, hook: 'PREROUTING', in: 'lo' });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  // of IPv6, only what is local is delivered: an ordinary route by lo forwards
  const away = isSix(world) && type !== 'local' && taken !== undefined;
  return away ? forward6(world, skb, node, 'lo', taken) : localIn(world, skb, node, 'lo');
}

/** `ip_finish_output2`: the next hop's MAC, then the device. */
function neighbourOutput(world: World, skb: Skb, node: Node, exit: Exit): Fate {
  const { device, nextHop, type } = exit;
  const one = findInterface(node, device);
  const unseen = hidden(node, one);
  if (unseen !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: unseen });
  if (one !== undefined) write(skb, { macSrc: one.mac, macDst: 0 });
  skb.stranger = undefined;
  if (type === 'broadcast') write(skb, { macDst: BROADCAST_MAC });
  else if (type === 'multicast') {
    write(skb, { macDst: groupMac(skb.packet.dst) });
    if (isSix(world)) return toGroup6(world, skb, node, exit, (copy) => transmit(world, copy, node, device));
  } else if (one?.up === true && one.kind !== 'tun') {
    const fate = askNeighbour(world, skb, node, one, nextHop);
    if (fate !== undefined) return fate;
  }
  return transmit(world, skb, node, device);
}

/** The group address of a multicast destination (RFC 1112, section 6.4; RFC 2464, section 7), and of everybody. */
export const groupMac = (address: Address): number =>
  typeof address === 'bigint' ? groupMac6(address) : groupMac4(address);

const groupMac4 = (address: number): number =>
  address === LIMITED_BROADCAST ? BROADCAST_MAC : 0x01005e000000 + (address % 2 ** 23);

function askNeighbour(world: World, skb: Skb, node: Node, one: Interface, nextHop: Address): Fate | undefined {
  const answered = resolve(world, node, one, nextHop, skb.packet.src);
  for (const hop of answered.hops ?? []) note(skb, hop);
  if (answered.kind === 'unknown') return fateOf(skb, node, answered);
  if (answered.kind === 'none')
    return unanswered(skb, { node: node.name, text: answered.text, place: one.place }, answered.origin);
  // the address of somebody out of sight stays 0
  if (answered.kind === 'mac') write(skb, { macDst: answered.mac });
  else skb.stranger = answered.stranger;
  const place = answered.kind === 'mac' ? answered.entry?.place : undefined;
  note(skb, { node: node.name, hook: 'neighbour', text: answered.text, ...at(place), verdict: answered.verdict });
  return undefined;
}

/** No answer: the fate names the rule that dropped the request or the answer, if one did. */
export function unanswered(skb: Skb, asked: Origin, rule: Origin | undefined): Fate {
  const fate = drop(skb, 'neighbour', 'no neighbour', asked);
  return rule === undefined || fate.kind !== 'dropped' ? fate : { ...fate, origin: rule };
}
