import { portsOf } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import { type Address, isGroupMac, printAddress, printMac } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { runHook } from './hook.ts';
import { fateOf, ipInput } from './host.ts';
import { routeInput } from './input-route.ts';
import { transmit } from './link.ts';
import { resolve } from './neighbour.ts';
import { BOOLEAN } from './oracle.ts';
import { flowKey } from './routing.ts';
import { isLocalMac, livesBehind, works } from './segment.ts';
import { drop, flood, note, originOf, type Skb, write } from './skb.ts';
import { unmodelled } from './undecided.ts';
import { setting, settle, type World } from './world.ts';

/** A frame comes in at a port (`br_handle_frame`, net/bridge/br_input.c). */
export function bridgeInput(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate {
  if (!bridge.up) return drop(skb, 'bridge', 'interface down', originOf(node.name, bridge, `${bridge.name} is down`));
  // ebtables and the like see every frame before anybody else does
  const other = unmodelled(node, 'bridge');
  if (other !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: other });
  if (filtered(world, skb, node)) {
    const fate = preRouting(world, skb, node, bridge, port);
    if (fate !== undefined) return fate;
  }
  return handOn(world, skb, node, bridge, port);
}

/** br_netfilter looks at untagged IPv4 frames while bridge-nf-call-iptables is on (at tagged ones by a setting of its own). */
function filtered(world: World, skb: Skb, node: Node): boolean {
  if (setting(world, node, 'net.bridge.bridge-nf-call-iptables') === 0) return false;
  return skb.tag === undefined || setting(world, node, 'net.bridge.bridge-nf-filter-vlan-tagged') !== 0;
}

/** `br_nf_pre_routing` and, where nat changed the destination, `br_nf_pre_routing_finish`. A fate: it goes no further. */
function preRouting(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate | undefined {
  skb.bridge = { physIn: port.name };
  const { dst } = skb.packet;
  const verdict = runHook(world, skb, { node, hook: 'PREROUTING', in: bridge.name });
  if (verdict.kind !== 'accept') return fateOf(skb, node, verdict);
  return skb.packet.dst === dst ? undefined : redirect(world, skb, node, bridge);
}

/** A frame whose destination nat changed is routed: to the bridge itself, or by the bridge to another neighbour. */
function redirect(world: World, skb: Skb, node: Node, bridge: Interface): Fate | undefined {
  const route = routeInput(world, node, flowKey(skb.packet, bridge.name));
  if (route.kind === 'forward' && route.taken.hop?.device === bridge.name)
    return stayBridged(world, skb, node, bridge, route.taken.hop.via ?? skb.packet.dst);
  if (route.kind === 'unknown') return fateOf(skb, node, route);
  if (route.kind === 'drop' && route.reason !== 'not forwarding' && route.reason !== 'no route')
    return drop(skb, 'bridge', route.reason, route.origin);
  // everything else is taken off the bridge, an error route too: routing decides again there
  write(skb, { macDst: bridge.mac });
  return undefined;
}

/** The frame stays on the bridge, to the new destination's neighbour; source address and ttl are kept. */
function stayBridged(world: World, skb: Skb, node: Node, bridge: Interface, nextHop: Address): Fate | undefined {
  const answered = resolve(world, node, bridge, nextHop, skb.packet.src);
  if (answered.kind === 'unknown') return fateOf(skb, node, answered);
  if (answered.kind === 'none') return drop(skb, 'neighbour', 'no neighbour', { node: node.name, text: answered.text });
  // 0 lives nowhere in sight: the bridge floods it
  write(skb, { macDst: answered.kind === 'mac' ? answered.mac : 0 });
  const text = `new destination ${printAddress(skb.packet.dst)} behind ${bridge.name}`;
  note(skb, { node: node.name, hook: 'neighbour', text, verdict: `stays bridged, to ${printMac(skb.packet.macDst)}` });
  return undefined;
}

/** `br_handle_frame_finish`: up, or out of other ports, by the destination address. */
function handOn(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate {
  const { macDst } = skb.packet;
  if (isGroupMac(macDst)) return broadcast(world, skb, node, bridge, port);
  if (isLocalMac(node, bridge, macDst)) return goUp(world, skb, node, bridge, port);
  const home = portsOf(node, bridge.name).find((one) => works(one) && livesBehind(world.network, node, one, macDst));
  if (home !== undefined && mayLeaveBy(world, node, home, port)) return forward(world, skb, node, bridge, port, home);
  if (home !== undefined) {
    const text = `${printMac(macDst)} lives behind ${port.name}, where the frame came from`;
    return drop(skb, 'bridge', 'no port', originOf(node.name, port, text));
  }
  const none = (): Fate =>
    drop(skb, 'bridge', 'no port', originOf(node.name, bridge, `no port for ${printMac(macDst)}`));
  return flood(skb, everyPort(world, node, bridge, port), none);
}

type Way = (copy: Skb) => Fate;

/** Out of every port but the one it came in by. */
const everyPort = (world: World, node: Node, bridge: Interface, from: Interface): readonly Way[] =>
  portsOf(node, bridge.name)
    .filter((port) => works(port) && mayLeaveBy(world, node, port, from))
    .map((out) => (copy) => forward(world, copy, node, bridge, from, out));

/** A frame does not go back where it came from, unless hairpin is on there. */
const mayLeaveBy = (world: World, node: Node, port: Interface, from: Interface): boolean =>
  port !== from || settle(world, port.hairpin, `${node.name} ${port.name} hairpin`, BOOLEAN, (value) => value !== 0);

function broadcast(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate {
  const up: Way = (copy) => goUp(world, copy, node, bridge, port);
  const none = (): Fate => drop(skb, 'bridge', 'no port', originOf(node.name, bridge, `${bridge.name} has no port`));
  return flood(skb, [...everyPort(world, node, bridge, port), up], none);
}

/** `br_pass_frame_up`: to IP at the bridge, which takes frames to the bridge's or the port's address, and groups. */
function goUp(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate {
  const { macDst } = skb.packet;
  note(skb, {
    node: node.name,
    hook: 'bridge',
    text: `${bridge.name}: in by ${port.name}`,
    verdict: `up to ${bridge.name}`,
  });
  // another port's address brings it up as PACKET_OTHERHOST
  const mine = isGroupMac(macDst) || macDst === bridge.mac || macDst === port.mac;
  if (!mine || skb.tag !== undefined)
    return drop(
      skb,
      'bridge',
      'not for me',
      originOf(node.name, bridge, `frame to ${printMac(macDst)} at ${bridge.name}`),
    );
  return ipInput(world, skb, node, bridge.name);
}

/** Out of a port: FORWARD and POSTROUTING at the bridge if br_netfilter took the frame in, then the port's link. */
function forward(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface, out: Interface): Fate {
  note(skb, {
    node: node.name,
    hook: 'bridge',
    text: `${bridge.name}: in by ${port.name}`,
    verdict: `out by ${out.name}`,
  });
  if (skb.bridge === undefined) return transmit(world, skb, node, out.name);
  skb.bridge = { physIn: port.name, physOut: out.name };
  const crossed = runHook(world, skb, { node, hook: 'FORWARD', in: bridge.name, out: bridge.name });
  if (crossed.kind !== 'accept') return fateOf(skb, node, crossed);
  const sent = runHook(world, skb, { node, hook: 'POSTROUTING', out: bridge.name, nextHop: skb.packet.dst });
  return sent.kind === 'accept' ? transmit(world, skb, node, out.name) : fateOf(skb, node, sent);
}

/** What the node itself sends by the bridge (`br_dev_xmit`): out of the port behind which the address lives, no hooks. */
export function bridgeOutput(world: World, skb: Skb, node: Node, bridge: Interface): Fate {
  const other = unmodelled(node, 'bridge');
  if (other !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: other });
  const { macDst } = skb.packet;
  const ports = portsOf(node, bridge.name).filter(works);
  const home = isGroupMac(macDst) ? undefined : ports.find((port) => livesBehind(world.network, node, port, macDst));
  const none = (): Fate =>
    drop(skb, 'bridge', 'no port', originOf(node.name, bridge, `${bridge.name} has no port that is up`));
  if (!isGroupMac(macDst) && isLocalMac(node, bridge, macDst))
    return drop(skb, 'bridge', 'no port', originOf(node.name, bridge, `${printMac(macDst)} is the bridge's own`));
  const out = (copy: Skb, port: Interface): Fate => {
    note(copy, {
      node: node.name,
      hook: 'bridge',
      text: `${bridge.name}: sent by ${node.name}`,
      verdict: `out by ${port.name}`,
    });
    return transmit(world, copy, node, port.name);
  };
  return home !== undefined
    ? out(skb, home)
    : flood(
        skb,
        ports.map((port) => (copy: Skb) => out(copy, port)),
        none,
      );
}
