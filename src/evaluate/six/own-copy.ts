import type { Node } from '../../network/network.ts';
import { printAddress } from '../../packet/address.ts';
import type { Fate } from '../../packet/fate.ts';
import { runHook } from '../hook.ts';
import { fateOf, localIn } from '../host.ts';
import type { Exit } from '../output-route.ts';
import { clone, drop, finish, type Skb } from '../skb.ts';
import type { World } from '../world.ts';
import { groupScope, isGroup, SCOPE6 } from './address.ts';
import { isMember } from './groups.ts';

/**
 * To a group on a device; the sender gets a copy itself if it is in the group (`ip6_finish_output2`), which passes
 * POSTROUTING once more. It speaks for the packet only where the one on the wire is lost. The kernel's own neighbour
 * messages have none.
 */
export function toGroup6(world: World, skb: Skb, node: Node, exit: Exit, send: (copy: Skb) => Fate): Fate {
  const { dst } = skb.packet;
  const out = (copy: Skb): Fate => (groupScope(dst) <= SCOPE6.INTERFACE ? stays(copy, node, exit) : send(copy));
  if (world.errand !== undefined || !isMember(world, node, exit.device, dst)) return out(skb);
  const copy = clone(skb);
  const mine = finish(copy, back(world, copy, node, exit));
  const sent = clone(skb);
  const fate = out(sent);
  const [best, other] = fate.kind === 'dropped' ? [mine, finish(sent, fate)] : [finish(sent, fate), mine];
  skb.hops = [...best.hops];
  skb.packet = best.received;
  skb.copies = [...best.copies, { ...other, copies: [] }, ...other.copies];
  return best.fate;
}

/** Groups of one interface are on no wire. */
const stays = (skb: Skb, node: Node, { device }: Exit): Fate =>
  drop(skb, 'link', 'no port', { node: node.name, text: `${printAddress(skb.packet.dst)} does not leave ${device}` });

function back(world: World, skb: Skb, node: Node, { device, nextHop }: Exit): Fate {
  const sent = runHook(world, skb, { node, hook: 'POSTROUTING', out: device, nextHop });
  if (sent.kind !== 'accept') return fateOf(skb, node, sent);
  // it comes in like any other packet (`ip6_rcv_core`)
  if (isGroup(skb.packet.src) || groupScope(skb.packet.dst) === 0)
    return drop(skb, 'route', 'martian', { node: node.name, text: `martian on ${device}` });
  const seen = runHook(world, skb, { node, hook: 'PREROUTING', in: device, looped: true });
  return seen.kind === 'accept' ? localIn(world, skb, node, device) : fateOf(skb, node, seen);
}
