import { portsOf } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import { isGroupMac, printMac } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { frameHook } from './frame-hook.ts';
import { outputSteps } from './frame-kind.ts';
import { isBehind } from './home.ts';
import { fateOf } from './host.ts';
import { transmit } from './link.ts';
import { works } from './segment.ts';
import { drop, flood, note, originOf, type Skb } from './skb.ts';
import { unmodelled } from './undecided.ts';
import type { World } from './world.ts';

/**
 * What the node itself sends by the bridge (`br_dev_xmit`): out of the port behind which the address lives. No hooks of
 * iptables; of ebtables, OUTPUT and POSTROUTING.
 */
export function bridgeOutput(world: World, skb: Skb, node: Node, bridge: Interface): Fate {
  const other = unmodelled(node, 'bridge');
  if (other !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: other });
  const { macDst } = skb.packet;
  const ports = portsOf(node, bridge.name).filter(works);
  // addresses of ports are permanent entries, by which the port's own frames leave (measured)
  const own = portsOf(node, bridge.name).filter(({ mac }) => mac === macDst);
  const home = isGroupMac(macDst)
    ? undefined
    : (own.find(works) ?? ports.find((port) => isBehind(world.network, node, port, skb)));
  const none = (): Fate =>
    drop(skb, 'bridge', 'no port', originOf(node.name, bridge, `${bridge.name} has no port that is up`));
  if (!isGroupMac(macDst) && (macDst === bridge.mac || own.some((port) => !works(port))))
    return drop(skb, 'bridge', 'no port', originOf(node.name, bridge, `${printMac(macDst)} is the bridge's own`));
  const out = (copy: Skb, port: Interface): Fate => {
    note(copy, {
      node: node.name,
      hook: 'bridge',
      text: `${bridge.name}: sent by ${node.name}`,
      verdict: `out by ${port.name}`,
    });
    return sendBy(world, copy, node, bridge, port);
  };
  return home !== undefined
    ? out(skb, home)
    : flood(
        skb,
        ports.map((port) => (copy: Skb) => out(copy, port)),
        none,
      );
}

function sendBy(world: World, skb: Skb, node: Node, bridge: Interface, out: Interface): Fate {
  if (node.frameRules === undefined) return transmit(world, skb, node, out.name);
  skb.type = 'host';
  for (const [table, hook] of outputSteps(world, node)) {
    const ruled = frameHook(world, skb, node, table, hook, { bridge, out });
    if (ruled.kind !== 'accept') return fateOf(skb, node, ruled);
  }
  return transmit(world, skb, node, out.name);
}
