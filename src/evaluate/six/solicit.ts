import { interfaceOf, nodeOf } from '../../network/access.ts';
import type { Interface, Node } from '../../network/network.ts';
import type { Walk } from '../../network/trace.ts';
import { type Address, printAddress, printMac } from '../../packet/address.ts';
import { type Answered, cacheKey, pick, pickExit, untaught } from '../neighbour.ts';
import type { Endpoint } from '../segment.ts';
import { strangerAt } from '../stranger.ts';
import { assume, holds, type World } from '../world.ts';
import {
  type Asking,
  arrival,
  isHeard,
  receiveAdvertisement,
  sendAdvertisement,
  sendSolicitation,
} from './messages.ts';
import { isLocal6 } from './routing.ts';
import { linkLocalOf } from './source.ts';

/** An answer, heard or lost: of the device that it was sent by, or of somebody out of sight beyond it. */
interface Answer {
  readonly from: Endpoint;
  readonly inSight: boolean;
  readonly ends: readonly Walk[];
}

/**
 * Finds out a neighbour's MAC address (net/ipv6/ndisc.c): a solicitation goes to the target's group, an advertisement
 * comes back from whoever has the target on the device where it heard that, and rules may drop both.
 */
export function solicit(world: World, node: Node, device: Interface, target: Address, src: Address): Answered {
  const sender = senderOf(node, device, src);
  if (sender === undefined) {
    const text = `${device.name} has no link-local address to ask for ${printAddress(target)} from`;
    return { kind: 'none', text };
  }
  const asking = { node, device, target, sender };
  const text = `solicitation for ${printAddress(target)} from ${printAddress(sender)} on ${device.name}`;
  // an answer that has to ask for the asker comes too late
  const pending = `asked ${cacheKey(asking, target)}`;
  if (world.neighbours.has(pending)) return { kind: 'none', text };
  world.neighbours.set(pending, 0);
  const answered = ask(world, asking, text);
  world.neighbours.delete(pending);
  return answered;
}

/** `ndisc_solicit`: the packet's own source if the device has it, else its link-local address; without one nothing is sent. */
const senderOf = (node: Node, device: Interface, src: Address): Address | undefined =>
  device.addresses.some((one) => one.local === src && one.tentative !== true) ? src : linkLocalOf(node, device.name);

function ask(world: World, asking: Asking, text: string): Answered {
  const sent = sendSolicitation(world, asking);
  const answers = sent.flatMap((walk) => answerTo(world, asking, walk));
  const ends = [...answers.flatMap((answer) => answer.ends), ...sent];
  for (const { fate } of ends)
    if (fate.kind === 'unknown' && isAnswered(world, asking, fate.node))
      return { kind: 'unknown', text, unknown: fate.unknown };
  const heard = answers.filter((answer) => answer.ends.some((walk) => isHeard(asking, walk)));
  const owners = heard.flatMap(({ from, inSight }) => (inSight ? [{ from, mac: from.device.mac, hops: [] }] : []));
  const owner = owners.length < 2 ? owners[0] : pick(world, asking, owners);
  if (owner !== undefined) {
    const { node, device } = owner.from;
    world.neighbours.set(cacheKey(asking, asking.target), device.mac);
    return { kind: 'mac', mac: device.mac, text, verdict: `${printMac(device.mac)} (${node.name}:${device.name})` };
  }
  const exit = pickExit(
    world,
    asking,
    heard.map(({ from }) => ({ from, mac: undefined, hops: [] })),
  );
  return exit === undefined
    ? unheard(world, asking, text, ends)
    : {
        kind: 'outside',
        text,
        verdict: 'nobody in sight, perhaps somebody out of sight',
        stranger: strangerAt(exit.from, asking.target),
      };
}

function answerTo(world: World, asking: Asking, walk: Walk): readonly Answer[] {
  const { fate } = walk;
  if (fate.kind === 'leaves') {
    const node = nodeOf(world.network, fate.node);
    const from = { node, device: interfaceOf(node, fate.interface) };
    return [{ from, inSight: false, ends: receiveAdvertisement(world, from, asking) }];
  }
  const from = arrival(world, walk, asking.target);
  return from === undefined ? [] : [{ from, inSight: true, ends: sendAdvertisement(world, from, asking) }];
}

/** Where a message is lost to sight, there may be an answer to it or not. */
const isAnswered = (world: World, { node, device, target }: Asking, where: string): boolean =>
  holds(world, {
    id: `${node.name} ${device.name} ${printAddress(target)} behind ${where}`,
    reason: `whether ${printAddress(target)} is heard from ${where}, which is not shown or not modelled`,
  });

/** Nobody is heard: the first message that a rule dropped is to blame, if somebody has the target. */
function unheard(world: World, asking: Asking, text: string, ends: readonly Walk[]): Answered {
  const { node, device, target } = asking;
  const owned = [...world.network.nodes.values()].some((one) => isLocal6(one, target));
  if (!owned) return { kind: 'none', text: `${text}: no usable answer` };
  assume(world, untaught(node, device, target));
  const lost = ends.find(({ fate }) => fate.kind === 'dropped' && fate.reason === 'rule');
  if (lost?.fate.kind !== 'dropped') return { kind: 'none', text: `${text}: no usable answer` };
  const { origin } = lost.fate;
  const last = lost.hops.at(-1);
  const said = lost.sent.icmpType === 136 ? 'advertisement' : 'solicitation';
  const hops = last === undefined ? [] : [{ ...last, hook: 'neighbour' as const }];
  return { kind: 'none', text: `${text}: the ${said} was dropped`, hops, ...(origin && { origin }) };
}
