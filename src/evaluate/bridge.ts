import { portsOf } from '../network/access.ts';
import type { Interface, Node } from '../network/network.ts';
import { type Address, isGroupMac, printAddress, printMac } from '../packet/address.ts';
import type { Fate } from '../packet/fate.ts';
import { typeAt } from './frame.ts';
import type { FrameOutcome } from './frame-chain.ts';
import { frameHook } from './frame-hook.ts';
import { addressee, isBehind } from './home.ts';
import { confirmUp, runHook } from './hook.ts';
import { fateOf, ipInput, routeIn } from './host.ts';
import { unanswered } from './leave.ts';
import { toHost, transmit } from './link.ts';
import { resolve } from './neighbour.ts';
import { BOOLEAN } from './oracle.ts';
import { isLocalMac, vlanOn, works } from './segment.ts';
import { drop, flood, note, originOf, type Skb, write } from './skb.ts';
import { unmodelled } from './undecided.ts';
import { isSix, setting, settle, type World } from './world.ts';

/** A frame comes in at a port (`br_handle_frame`, net/bridge/br_input.c). */
export function bridgeInput(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate {
  if (!bridge.up) return drop(skb, 'bridge', 'interface down', originOf(node.name, bridge, `${bridge.name} is down`));
  // ebtables and the like see every frame before anybody else does
  const other = unmodelled(node, 'bridge');
  if (other !== undefined) return fateOf(skb, node, { kind: 'unknown', unknown: other });
  const ruled = node.frameRules === undefined ? undefined : ruledInput(world, skb, node, bridge, port);
  if (ruled !== undefined) return ruled;
  if (filtered(world, skb, node)) {
    const fate = preRouting(world, skb, node, bridge, port);
    if (fate !== undefined) return fate;
  }
  return handOn(world, skb, node, bridge, port);
}

/** Rules of ebtables see a frame before br_netfilter does (NF_BR_PRI_FIRST, NF_BR_PRI_NAT_DST_BRIDGED, NF_BR_PRI_BRNF). */
function ruledInput(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate | undefined {
  skb.type = typeAt(skb.packet.macDst, port.mac, bridge.mac);
  const devices = { bridge, in: port };
  const brouted = frameHook(world, skb, node, 'broute', 'BROUTING', devices);
  // DROP: it is not for the bridge, but for the port's own stack
  if (brouted.kind === 'drop') return broute(world, skb, node, port);
  if (brouted.kind === 'unknown') return fateOf(skb, node, brouted);
  return fateUnlessPassed(skb, node, frameHook(world, skb, node, 'nat', 'PREROUTING', devices));
}

const fateUnlessPassed = (skb: Skb, node: Node, outcome: FrameOutcome): Fate | undefined =>
  outcome.kind === 'accept' ? undefined : fateOf(skb, node, outcome);

function broute(world: World, skb: Skb, node: Node, port: Interface): Fate {
  note(skb, { node: node.name, hook: 'bridge', text: `${port.name}: not bridged`, verdict: `up to ${port.name}` });
  skb.type = undefined;
  return toHost(world, skb, node, port);
}

/** br_netfilter looks at untagged frames while bridge-nf-call-iptables (of IPv6: -ip6tables) is on (at tagged ones by a setting of its own). */
function filtered(world: World, skb: Skb, node: Node): boolean {
  const key = isSix(world) ? 'bridge-nf-call-ip6tables' : 'bridge-nf-call-iptables';
  if (setting(world, node, `net.bridge.${key}`) === 0) return false;
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
  const route = routeIn(world, skb, node, bridge.name);
  if (route.kind === 'forward' && route.taken.hop?.device === bridge.name)
    return stayBridged(world, skb, node, bridge, route.taken.hop.via ?? skb.packet.dst);
  if (route.kind === 'unknown') return fateOf(skb, node, route);
  // of IPv6 no route is no way up either (br_nf_pre_routing_finish_ipv6)
  if (route.kind === 'drop' && (isSix(world) || (route.reason !== 'not forwarding' && route.reason !== 'no route')))
    return drop(skb, 'bridge', route.reason, route.origin);
  // everything else is taken off the bridge, an error route too: routing decides again there
  write(skb, { macDst: bridge.mac });
  if (skb.type !== undefined) skb.type = 'host';
  return undefined;
}

/** The frame stays on the bridge, to the new destination's neighbour; source address and ttl are kept. */
function stayBridged(world: World, skb: Skb, node: Node, bridge: Interface, nextHop: Address): Fate | undefined {
  const answered = resolve(world, node, bridge, nextHop, skb.packet.src);
  for (const hop of answered.hops ?? []) note(skb, hop);
  if (answered.kind === 'unknown') return fateOf(skb, node, answered);
  if (answered.kind === 'none') return unanswered(skb, { node: node.name, text: answered.text }, answered.origin);
  // 0 is the address of somebody out of sight
  write(skb, { macDst: answered.kind === 'mac' ? answered.mac : 0 });
  skb.stranger = answered.kind === 'mac' ? undefined : answered.stranger;
  const text = `new destination ${printAddress(skb.packet.dst)} behind ${bridge.name}`;
  note(skb, { node: node.name, hook: 'neighbour', text, verdict: `stays bridged, to ${addressee(skb)}` });
  return undefined;
}

/** `br_handle_frame_finish`: up, or out of other ports, by the destination address. */
function handOn(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface): Fate {
  const { macDst } = skb.packet;
  if (isGroupMac(macDst)) return broadcast(world, skb, node, bridge, port);
  if (isLocalMac(node, bridge, macDst)) return goUp(world, skb, node, bridge, port);
  const home = portsOf(node, bridge.name).find((one) => works(one) && isBehind(world.network, node, one, skb));
  if (home !== undefined && mayLeaveBy(world, node, home, port)) return forward(world, skb, node, bridge, port, home);
  if (home !== undefined) {
    const text = `${addressee(skb)} lives behind ${port.name}, where the frame came from`;
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
  const ruled = fateUnlessPassed(skb, node, frameHook(world, skb, node, 'filter', 'INPUT', { bridge, in: port }));
  if (ruled !== undefined) return ruled;
  // another port's address brings it up as PACKET_OTHERHOST
  const mine = (skb.type ?? typeAt(macDst, bridge.mac, port.mac)) !== 'otherhost';
  const device = skb.tag === undefined ? bridge : vlanOn(node, bridge, skb.tag);
  if (!mine || device === undefined)
    return drop(
      skb,
      'bridge',
      'not for me',
      originOf(node.name, bridge, `frame to ${printMac(macDst)} at ${bridge.name}`),
    );
  skb.tag = undefined;
  if (skb.bridge !== undefined && isGroupMac(macDst)) {
    const known = confirmUp(world, skb, { node });
    if (known.kind !== 'accept') return fateOf(skb, node, known);
  }
  return ipInput(world, skb, node, device.name);
}

/**
 * Out of a port: filter FORWARD and nat POSTROUTING of ebtables, each before FORWARD and POSTROUTING at the bridge if
 * br_netfilter took the frame in; then the port's link.
 */
function forward(world: World, skb: Skb, node: Node, bridge: Interface, port: Interface, out: Interface): Fate {
  note(skb, {
    node: node.name,
    hook: 'bridge',
    text: `${bridge.name}: in by ${port.name}`,
    verdict: `out by ${out.name}`,
  });
  const ruled = frameHook(world, skb, node, 'filter', 'FORWARD', { bridge, in: port, out });
  if (ruled.kind !== 'accept') return fateOf(skb, node, ruled);
  if (skb.bridge !== undefined) {
    skb.bridge = { physIn: port.name, physOut: out.name };
    const crossed = runHook(world, skb, { node, hook: 'FORWARD', in: bridge.name, out: bridge.name });
    if (crossed.kind !== 'accept') return fateOf(skb, node, crossed);
  }
  return leavePort(world, skb, node, bridge, out);
}

/** POSTROUTING of ebtables' nat comes before br_netfilter's (NF_BR_PRI_NAT_SRC, NF_BR_PRI_LAST). */
function leavePort(world: World, skb: Skb, node: Node, bridge: Interface, out: Interface): Fate {
  const ruled = frameHook(world, skb, node, 'nat', 'POSTROUTING', { bridge, out });
  if (ruled.kind !== 'accept') return fateOf(skb, node, ruled);
  if (skb.bridge?.physOut !== undefined) {
    const sent = runHook(world, skb, { node, hook: 'POSTROUTING', out: bridge.name, nextHop: skb.packet.dst });
    if (sent.kind !== 'accept') return fateOf(skb, node, sent);
  }
  return transmit(world, skb, node, out.name);
}
