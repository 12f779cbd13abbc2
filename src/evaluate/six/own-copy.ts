import type { Node } from '../../network/network.ts';
import { runHook } from '../hook.ts';
import { fateOf, localIn } from '../host.ts';
import type { Exit } from '../output-route.ts';
import { clone, finish, type Skb } from '../skb.ts';
import type { World } from '../world.ts';
import { isSurelyMember } from './groups.ts';

/**
 * The sender of a packet to a group that it is in gets a copy itself (`ip6_finish_output2`), which passes POSTROUTING
 * once more; it is never the copy that speaks for the packet. The kernel's own neighbour messages have none.
 */
export function loopBack6(world: World, skb: Skb, node: Node, { device, nextHop }: Exit): void {
  if (world.errand !== undefined || !isSurelyMember(world, node, device, skb.packet.dst)) return;
  const copy = clone(skb);
  const sent = runHook(world, copy, { node, hook: 'POSTROUTING', out: device, nextHop });
  const seen =
    sent.kind === 'accept' ? runHook(world, copy, { node, hook: 'PREROUTING', in: device, looped: true }) : sent;
  const fate = seen.kind === 'accept' ? localIn(world, copy, node, device) : fateOf(copy, node, seen);
  skb.own = [...skb.own, finish(copy, fate)];
}
